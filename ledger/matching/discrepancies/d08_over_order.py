"""D08: notices for more than the order has open."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_order_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import OrderLine

CLASS = DiscrepancyClass(
    code="D08",
    name="Advised more than ordered",
    grade="warning",
    fault="supplier",
    roles=("procurement",),
    answer_hours=4,
    error_code="IQT",
)


def find(line: OrderLine, rule: str = "default") -> Finding:
    """The excess of all notices over one order line as it stands; settles when there is none."""
    over = line.advised - line.quantity
    finding = about_order_line(
        CLASS, line, over,
        f"{amount(over)} {line.unit} of {line.part} more advised than order {line.key.order_number} line "
        f"{line.order_line or line.line} asks for ({amount(line.quantity)}). Raise the order or send less.",
        expected=line.quantity, actual=line.advised, rule=rule,
    )  # fmt: skip
    finding.grade, finding.field = CLASS.grade, "quantity"
    return finding
