"""D43: a count differs from the books by more than may be adjusted without approval."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_goods
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D43",
    name="Count variance",
    grade="",
    fault="unknown",
    roles=("inventory_manager", "warehouse"),
    answer_hours=24,
    disputes="missing",
)


def find(
    resolved: ResolvedEvent, line: ResolvedLine, place: str, where: str, expected: int, differing: int, why: str = ""
) -> Finding:
    """The count of one place, in millionths; `differing` is how much differs (of serials: how many are not the same).

    `why` says what stands in the way where it is not the difference alone.
    """
    text = (
        f"{amount(line.quantity)} {line.unit} of {line.part} counted {where}, the books had {amount(expected)}. "
        f"{why}Accept it and the books are adjusted, count again, or waive it and they stay."
    )
    return about_goods(CLASS, resolved, line, differing, text, cause=place, expected=expected)
