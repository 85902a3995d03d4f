"""What a scorecard computes from: shipments, advised lines and goods without a notice, of one supplier and period.

Queries load these from the books; nothing here reads a database. Each fact names the event and the segment behind
it, so that every figure can be drilled down to the document. Times are microseconds since 1970 UTC, quantities
integers in millionths of the part's base unit.
"""

from __future__ import annotations

import msgspec


class Behind(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The event and the document's segment that a fact stands on."""

    seq: int
    message: str = ""
    document: str = ""
    segment: int = 0


class ShipmentFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One notice in force whose goods arrived in the period, or should have and did not."""

    shipment_id: str
    site: str
    behind: Behind
    notified_at: int
    """When we received the notice."""
    shipped_at: int | None = None
    expected_at: int | None = None
    first_received_at: int | None = None
    due_minutes: int = 30
    """What the agreement grants between shipping and the notice."""
    excused: bool = False
    """Lateness waived, or not the supplier's fault: the shipment is left out."""


class LineFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One advised line. `received` counts all that came against it: damaged and over included."""

    shipment_id: str
    line: str
    part: str
    unit: str
    behind: Behind
    advised: int
    received: int
    closed_at: int | None = None
    """None while more may come: quantity accuracy then leaves it out."""
    bad: tuple[str, ...] = ()
    """Classes of supplier-fault findings beyond tolerance, granted disputes left out."""


class UnadvisedFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One goods-receipt line that no notice advised."""

    receipt_id: str
    provider: str
    line: str
    part: str
    unit: str
    behind: Behind
    received: int
    received_at: int
    shipment_id: str = ""
    """The notice of the same shipment, "" when the whole shipment came without one."""


class CumulativeFact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part that was advised in the period under an agreement that keeps cumulatives."""

    part: str
    site: str
    behind: Behind
    agrees: bool = True
    """No D11 stood open in the period, granted disputes left out."""
    shipment_id: str = ""
    """The notice that first told another figure."""
    text: str = ""


class Facts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All facts of one supplier from `since` (inclusive) to `until` (exclusive), as known at `now`."""

    supplier: str
    since: int
    until: int
    now: int
    shipments: tuple[ShipmentFact, ...] = ()
    lines: tuple[LineFact, ...] = ()
    unadvised: tuple[UnadvisedFact, ...] = ()
    cumulatives: tuple[CumulativeFact, ...] = ()
