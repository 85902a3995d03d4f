"""D35: totals of a document that do not agree with its lines."""

from __future__ import annotations

from decimal import Decimal

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_document, about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.stock.bucket import QUANTITY_MAX

CLASS = DiscrepancyClass(
    code="D35",
    name="Totals do not agree",
    grade="warning",
    fault="supplier",
    roles=("integration",),
    answer_hours=1,
    error_code="010",
)


def find_totals(
    resolved: ResolvedEvent, count: tuple[int, int] | None, hash_total: tuple[Decimal, Decimal] | None
) -> Finding:
    """Count of lines or loops (CTT01) and hash total (CTT02), each as (said, counted) where they differ."""
    texts = []
    if count is not None:
        texts.append(f"The document says that it has {count[0]} lines and has {count[1]}.")
    if hash_total is not None:
        texts.append(f"The hash total is {hash_total[0]} and the quantities add up to {hash_total[1]}.")
    said = count[0] if count is not None else "" if hash_total is None else hash_total[0]
    return about_document(
        CLASS,
        resolved,
        " ".join([*texts, "Check whether lines are missing."]),
        field="line_count" if count is not None else "hash_total",
        value=str(said),
    )


def find_loads(resolved: ResolvedEvent, line: ResolvedLine, loads: int, units: Decimal) -> Finding:
    """Loads times units per load (CLD01, CLD02) is not the quantity (SN102)."""
    said = line.said
    return about_line(
        CLASS,
        resolved,
        line,
        f"{loads} loads of {units} are {loads * units}, the line says {said.quantity} {said.unit}. "
        "Check the packing.",
        field="loads",
        value=str(loads),
    )


def is_bookable(line: ResolvedLine, *, least: int = 0) -> bool:
    """Every quantity of the line lies between `least` (the line's own) or nothing (the others) and the bound."""
    return (
        least <= line.quantity <= QUANTITY_MAX
        and 0 <= line.damaged <= QUANTITY_MAX
        and 0 <= line.rejected <= QUANTITY_MAX
    )


def find_quantity(resolved: ResolvedEvent, line: ResolvedLine) -> Finding:
    """A quantity of nothing, or less, or more than anybody has: the line cannot post, whatever was agreed."""
    said = line.said
    largest = max(line.quantity, line.damaged, line.rejected)
    wrong = "more than can be booked" if largest > QUANTITY_MAX else "not more than nothing"
    finding = about_line(
        CLASS,
        resolved,
        line,
        f"Quantity {said.quantity} of part {said.part_number or said.supplier_part_number} is {wrong}. "
        "Correct the quantity.",
        field="quantity",
        value=str(said.quantity),
    )
    finding.grade = "line"
    # What cannot be booked is no figure of the books: the words have it as it was sent.
    finding.quantity = finding.actual = min(line.quantity, QUANTITY_MAX)
    return finding
