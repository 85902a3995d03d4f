"""Buckets and movements: where a quantity stands, and one quantity going from one bucket to another.

Quantities are integers in millionths of the part's base unit, everywhere inside the ledger; Decimal at the edges.
"""

from __future__ import annotations

from typing import NamedTuple

MILLION = 1_000_000
QUANTITY_MAX = 10**15
"""A bound on any one quantity (a thousand million units), so that sums stay far from 2**63."""

STATES = (
    "available", "allocated", "in_transit", "quality_hold", "quarantine",
    "consigned", "line_side", "service_reserved", "obsolete",
)  # fmt: skip

EXTERNAL = (
    "supplier", "customer", "production", "scrap", "adjustment", "clearing", "rounding", "opening", "transfer",
)  # fmt: skip
"""Accounts outside our walls: they may go below zero, so that everything sums to zero."""

OUTSIDE = frozenset(EXTERNAL)


class Bucket(NamedTuple):
    """The identity of a balance; "" where a dimension is absent, never None.

    `state` is one of the nine states, or one of the external accounts; an external bucket leaves all but book,
    site, part, owner and `state` empty.
    """

    book: str
    site: str
    part: str
    revision: str = ""
    lot: str = ""
    serial: str = ""
    location: str = ""
    owner: str = ""
    segment: str = ""
    state: str = "available"
    hold_reason: str = ""
    handling_unit: str = ""
    asn_line: str = ""
    demand: str = ""

    @property
    def is_external(self) -> bool:
        return self.state in OUTSIDE


class Movement(NamedTuple):
    """A positive quantity leaving `source` and entering `target`, in one piece. Same book and part on both sides."""

    source: Bucket
    target: Bucket
    quantity: int
    line: str
    """Identity of the event line that made it."""
