"""D35: totals of a document that do not agree with its lines."""

from __future__ import annotations

from decimal import Decimal

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_document, about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D35",
    name="Totals do not agree",
    grade="warning",
    fault="supplier",
    roles=("integration",),
    answer_hours=1,
    error_code="010",
    action="warn",
    accuracy=True,
)


def find_count(resolved: ResolvedEvent, said: int, counted: int) -> Finding:
    """The count of lines or loops (CTT01) is not what the document holds."""
    return about_document(
        CLASS,
        resolved,
        f"The document says that it has {said} lines and has {counted}. Check whether lines are missing.",
        field="line_count",
        value=str(said),
    )


def find_hash_total(resolved: ResolvedEvent, said: Decimal, counted: Decimal) -> Finding:
    """The hash total (CTT02) is not the sum of the quantities as sent."""
    return about_document(
        CLASS,
        resolved,
        f"The hash total is {said} and the quantities add up to {counted}. Check whether lines are missing.",
        field="hash_total",
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


def find_quantity(resolved: ResolvedEvent, line: ResolvedLine) -> Finding:
    """A quantity of nothing, or less: the line cannot post."""
    finding = about_line(
        CLASS,
        resolved,
        line,
        f"Quantity {line.said.quantity} of part {line.said.part_number} is not more than nothing. Send the quantity "
        f"that was shipped.",
        field="quantity",
        value=str(line.said.quantity),
    )
    finding.grade = "line"
    return finding
