"""D31: more was invoiced of an order line than came, and the invoice has waited for the goods."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records import OrderLine

CLASS = DiscrepancyClass(
    code="D31",
    name="Invoiced more than received",
    grade="warning",
    fault="supplier",
    roles=("accounts_payable",),
    answer_hours=72,
    error_code="IQT",
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
            f"{amount(line.received)} received. Pay what came, and ask for a credit note or the rest."
        ),
    )
