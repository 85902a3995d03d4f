"""Records of what was shipped and received in all: as `ledger.matching.records.documents`."""

from __future__ import annotations

from typing import NamedTuple

import msgspec


class CumulativeKey(NamedTuple):
    """Running total per supplier and part at one site."""

    book: str
    site: str
    part: str
    supplier: str


class Cumulative(msgspec.Struct, gc=False):
    """Received in all, damaged included; reversed and returned left out (RCD21)."""

    key: CumulativeKey
    received: int = 0
    returned: int = 0
    """What came and went back to the supplier since, by events of their own: `received` no longer has it."""
    touched: bool = False
    new: bool = False


class Told(NamedTuple):
    """What one shipment said of a part under a cumulative agreement."""

    at: int
    """When it was shipped, else when its notice came."""
    shipment_id: str
    seq: int
    """Event that carries the notice in force."""
    quantity: int
    cum: int | None
    """The supplier's cumulative with this shipment in it, None where it said none."""
    line: str
    """Notice line that said it."""


class CumulativeAgreement(msgspec.Struct, gc=False):
    """What a supplier says it shipped of a part in all, from the agreed start, beside what we need to compare it.

    What we count ourselves is no figure of this record: it follows from what was received and is in transit.
    """

    key: CumulativeKey
    start: int = 0
    """Start in force, 0 where none was agreed."""
    partner: str = ""
    """Whose notices tell it; its terms are those of the agreement."""
    adjusted: int = 0
    """Opening, and what decisions about cases agreed on since."""
    before: int = 0
    """What of all that was received and is in transit belongs before the start."""
    received_before: int = 0
    """What was received before the start (RCD21 counts from there)."""
    advised: int = 0
    """Quantities of the notices in force since the start."""
    difference: int = 0
    """What was told last less what we count, tolerance taken off; 0 while both agree."""
    told: tuple[Told, ...] = ()
    """The newest shipments in order of shipping."""
    touched: bool = False
    new: bool = False
