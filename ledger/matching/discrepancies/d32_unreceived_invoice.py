"""D32: an invoice for goods of which nothing came, or that was sent twice."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_document, about_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records import OrderLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D32",
    name="Invoice without goods",
    grade="warning",
    fault="supplier",
    roles=("accounts_payable",),
    answer_hours=72,
    error_code="024",
    action="warn",
)


def find(line: OrderLine, quantity: int, rule: str) -> Finding:
    """Of one order line as it stands, in millionths; settles where nothing of it is over."""
    return Finding(
        code=CLASS.code,
        site=line.key.site,
        supplier=line.key.supplier,
        part=line.part,
        unit=line.unit,
        quantity=max(0, quantity),
        expected=line.received,
        actual=line.invoiced,
        order_number=line.key.order_number,
        order_line=line.line,
        fault=CLASS.fault,
        cause=f"billed:{line.key.order_number}/{line.line}",
        field="quantity",
        rule=rule,
        settles=quantity <= 0,
        text=(
            f"{amount(line.invoiced)} {line.unit} of {line.part} invoiced on order {line.key.order_number}, "
            f"{amount(line.received)} received. Do not pay it before the goods come."
        ),
    )


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
