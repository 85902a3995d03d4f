"""D18: more came than the order asks for."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_order_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import OrderLine

CLASS = DiscrepancyClass(
    code="D18",
    name="Received more than ordered",
    grade="",
    fault="supplier",
    roles=("procurement",),
    answer_hours=24,
    action="hold",
    condition="03",
    disputes="standing",
)


def find(line: OrderLine, rule: str = "default", *, held: bool = True) -> Finding:
    """What was received beyond one order line, and not decided yet; settles when nothing is.

    `held` is False where the rule only warns, or less is ordered than came already: the excess is in stock.
    """
    beyond = line.received - line.quantity - line.settled
    place = "What came last is in quality_hold" if held else "It is in stock"
    order = f"order {line.key.order_number} line {line.order_line or line.line}"
    return about_order_line(
        CLASS, line, beyond,
        f"{amount(beyond)} {line.unit} of {line.part} more received than {order} asks for "
        f"({amount(line.quantity)}). {place}: raise the order, accept or return it.",
        expected=line.quantity, actual=line.received - line.settled, rule=rule,
    )  # fmt: skip
