"""D04: a part number that we do not know, or that is not on the order it names."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D04",
    name="Part unknown or not on the order",
    grade="line",
    fault="supplier",
    roles=("procurement", "master_data"),
    answer_hours=1,
    error_code="Q",
    blames_author=True,
)


def find(resolved: ResolvedEvent, line: ResolvedLine) -> Finding:
    """The part number is in no cross-reference."""
    said = line.said.part_number or line.said.supplier_part_number
    return about_line(
        CLASS,
        resolved,
        line,
        f"Part {said} is not known. Correct the part number, or add it to the cross-reference: the line posts then.",
        field="part_number",
        value=said,
    )


def find_not_ordered(resolved: ResolvedEvent, line: ResolvedLine, order_number: str) -> Finding:
    """The part is known, but the order does not ask for it."""
    said = line.said.part_number or line.said.supplier_part_number
    return about_line(
        CLASS,
        resolved,
        line,
        f"Part {said} is not on order {order_number}. Correct the part or the order number and send the line again.",
        field="part_number",
        value=said,
    )
