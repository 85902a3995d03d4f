"""D40: a count at the line differs from what was built in by the book, by more than passes by itself."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_goods
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D40",
    name="Backflush variance",
    grade="",
    fault="unknown",
    roles=("production", "inventory_manager"),
    answer_hours=24,
)


def find(
    resolved: ResolvedEvent, line: ResolvedLine, place: str, where: str, expected: int, differing: int, why: str = ""
) -> Finding:
    """The count of one place at the line, in millionths; what is missing there was built in and never told.

    `differing` is how much differs (of serials: how many are not the same), `why` what else stands in the way.
    """
    difference = expected - line.quantity
    way = "more" if difference > 0 else "less"
    text = (
        f"{amount(line.quantity)} {line.unit} of {line.part} counted {where}, backflush left {amount(expected)}: "
        f"{amount(abs(difference))} {way} were used than was told. {why}Accept it and the books are adjusted, "
        f"count again, or waive it and they stay; then mend the bill of material or what the line tells."
    )
    return about_goods(CLASS, resolved, line, differing, text, cause=place, expected=expected)
