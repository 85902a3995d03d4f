"""D13: goods were shipped on a day outside the window of what is required."""

from __future__ import annotations

from datetime import date

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, days_in_words
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.policy import Tolerance

CLASS = DiscrepancyClass(
    code="D13",
    name="Shipped outside the window",
    grade="warning",
    fault="supplier",
    roles=("procurement",),
    answer_hours=8,
    error_code="STA",
    usual=Tolerance(early_days=1, late_days=0),
)

EARLY, LATE = "STP", "STA"
"""TED01: picked up before the ship window, after it."""


def find(resolved: ResolvedEvent, line: ResolvedLine, shipped: date, required: date, days: int, rule: str) -> Finding:
    """So many working days too late, or too early where they are below zero; settles at 0."""
    way = "late" if days > 0 else "early"
    finding = about_line(
        CLASS, resolved, line,
        f"Shipped {shipped} for {required}: {days_in_words(days)} {way}. Ship in the window, or agree on a day.",
        field="shipped_at", value=f"{shipped:%Y%m%d}",
    )  # fmt: skip
    finding.error_codes = ((LATE if days > 0 else EARLY, "shipped_at"),)
    finding.settles = not days
    finding.rule = rule
    return finding
