"""D32: an invoice for goods of which nothing came, or that was sent twice."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_billed, about_document, about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.records.documents import OrderLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D32",
    name="Invoice without goods",
    grade="warning",
    fault="supplier",
    roles=("accounts_payable",),
    answer_hours=72,
    error_code="024",
)


def find(line: OrderLine, quantity: int, rule: str) -> Finding:
    """Of one order line as it stands, in millionths; settles where nothing of it is over."""
    return about_billed(CLASS, line, quantity, "Do not pay it before the goods come.", rule)


def find_unordered(resolved: ResolvedEvent, line: ResolvedLine, named: str, rule: str) -> Finding:
    """A line that bills no order, shipment or goods receipt that we know; `named` is what it names."""
    what = f"{named}, which is not known" if named else "no order"
    finding = about_line(
        CLASS, resolved, line,
        f"Invoice {resolved.event.number} bills {what}: {line.said.part_number}. Name the order, or credit it.",
        field="order_number", value=named,
    )  # fmt: skip
    finding.rule = rule
    return finding


def find_duplicate(resolved: ResolvedEvent) -> Finding:
    """The number of an invoice that is in the books, with other content: it changes nothing."""
    number = resolved.event.number
    finding = about_document(
        CLASS,
        resolved,
        f"Invoice {number} was recorded with other content. Send a credit note and a new invoice.",
        field="number",
        value=number,
    )
    finding.error_codes = (("DUP", "number"),)
    finding.grade = "fatal"
    return finding
