"""What one metric found: its value, the two sums it comes from, and what pulled it down."""

from __future__ import annotations

import msgspec

from ledger.scorecards.facts import Behind


class Deduction(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing that cost something, in words, with the event and segment that prove it."""

    text: str
    behind: Behind
    shipment_id: str = ""
    line: str = ""


class Measure(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A metric's value in percent, `achieved` out of `possible`; None where nothing could be measured."""

    metric: str
    value: float | None
    achieved: float = 0
    possible: float = 0
    deductions: tuple[Deduction, ...] = ()


def measure(metric: str, achieved: float, possible: float, deductions: list[Deduction]) -> Measure:
    """The share as percent, rounded to hundredths so that two computations of it compare equal."""
    value = round(100 * achieved / possible, 2) if possible else None
    return Measure(metric=metric, value=value, achieved=achieved, possible=possible, deductions=tuple(deductions))
