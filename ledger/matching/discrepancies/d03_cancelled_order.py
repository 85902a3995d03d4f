"""D03: a document names an order, or a line of one, that was cancelled."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D03",
    name="Order cancelled",
    grade="line",
    fault="supplier",
    roles=("procurement",),
    answer_hours=2,
    error_code="POI",
)


def find(resolved: ResolvedEvent, line: ResolvedLine, order_number: str, order_line: str) -> Finding:
    """One line whose order line is no longer in force."""
    return about_line(
        CLASS,
        resolved,
        line,
        f"Order {order_number} line {order_line or 'all'} was cancelled. Do not ship against it, or ask procurement "
        f"to place it again.",
        field="order_number",
        value=order_number,
    )
