"""D19: what came is not the part that the notice says."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import NoticeLine, ReceiptLine

CLASS = DiscrepancyClass(
    code="D19",
    name="Incorrect product",
    grade="",
    fault="supplier",
    roles=("receiving", "quality"),
    answer_hours=4,
    action="hold",
    condition="05",
)


def find(line: ReceiptLine, wrong: int, notice: NoticeLine | None = None, clearing: int = 0) -> Finding:
    """`wrong` of a goods-receipt line stands in quarantine; `notice` is the line that says another part.

    `clearing` of it came out of no notice, since none advised it.
    """
    said = ""
    if notice is not None and notice.part != line.part:
        where = (
            f"handling unit {line.handling_unit}"
            if line.handling_unit in notice.handling_units and line.handling_unit
            else f"order {notice.order_number} line {notice.order_line}"
        )
        said = f" where shipment {notice.key.shipment_id} says {notice.part} ({where})"
    finding = about_receipt_line(
        CLASS,
        line,
        wrong,
        f"{amount(wrong)} {line.unit} of {line.part} came with goods receipt {line.key.receipt_id}"
        f"{said or ' as an incorrect product'}. It is in quarantine: look at the label and the "
        f"part, then accept, return or scrap it.",
    )
    finding.expected, finding.actual = line.quantity - wrong, line.quantity
    finding.clearing = clearing
    if notice is not None:
        finding.cause = f"dock:{notice.key.shipment_id}/{notice.line}"
    return finding
