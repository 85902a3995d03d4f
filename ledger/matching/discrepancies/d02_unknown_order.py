"""D02: a document names an order that we do not know, and the grace time is over."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D02",
    name="Order unknown",
    grade="fatal",
    fault="supplier",
    roles=("procurement",),
    answer_hours=1,
    error_code="POI",
)


def find(resolved: ResolvedEvent, line: ResolvedLine, order_number: str) -> Finding:
    """All lines that name the order: one cause, one case; `line` is the first of them."""
    finding = about_line(
        CLASS,
        resolved,
        line,
        f"Order {order_number} is not known for supplier {resolved.supplier} at site {resolved.site}. Name the right "
        f"order and send the notice again; its shipment id is free.",
        field="order_number",
        value=order_number,
    )
    finding.notice_line = finding.order_line = finding.part = finding.unit = ""
    finding.order_number = order_number
    finding.quantity = finding.actual = 0
    return finding
