"""D25: goods of a lot-controlled part whose lot nobody named."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records import ReceiptLine

CLASS = DiscrepancyClass(
    code="D25",
    name="Lot missing",
    grade="",
    fault="supplier",
    roles=("quality",),
    answer_hours=8,
)


def find(line: ReceiptLine, unnamed: int) -> Finding:
    """`unnamed` of a goods-receipt line has a lot neither there nor on its notice."""
    finding = about_receipt_line(
        CLASS,
        line,
        unnamed,
        f"{amount(unnamed)} {line.unit} of {line.part} came with goods receipt {line.key.receipt_id} and no lot. "
        f"It is in quality_hold: read the labels, name the lot with GoodsIdentified, then accept.",
    )
    finding.expected, finding.actual = line.quantity, line.quantity - unnamed
    return finding
