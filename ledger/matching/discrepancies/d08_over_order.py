"""D08: notices for more than the order has open."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records import OrderLine

CLASS = DiscrepancyClass(
    code="D08",
    name="Advised more than ordered",
    grade="warning",
    fault="supplier",
    roles=("procurement",),
    answer_hours=4,
    error_code="IQT",
    action="warn",
    accuracy=True,
)


def find(line: OrderLine, rule: str = "default") -> Finding:
    """The excess of all notices over one order line as it stands; settles when there is none."""
    over = line.advised - line.quantity
    return Finding(
        code=CLASS.code,
        site=line.key.site,
        supplier=line.key.supplier,
        part=line.part,
        unit=line.unit,
        quantity=over,
        expected=line.quantity,
        actual=line.advised,
        order_number=line.key.order_number,
        order_line=line.line,
        grade=CLASS.grade,
        fault=CLASS.fault,
        cause=f"order:{line.key.order_number}/{line.line}",
        rule=rule,
        field="quantity",
        settles=over <= 0,
        text=(
            f"{amount(over)} {line.unit} of {line.part} more advised than order {line.key.order_number} line "
            f"{line.order_line or line.line} asks for ({amount(line.quantity)}). Raise the order or send less."
        ),
    )
