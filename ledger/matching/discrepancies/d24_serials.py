"""D24: pieces of a part whose serials must be known, or were named, and are not told apart."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records import ReceiptLine

CLASS = DiscrepancyClass(
    code="D24",
    name="Serials missing, surplus or received before",
    grade="",
    fault="supplier",
    roles=("quality",),
    answer_hours=8,
)


def find(line: ReceiptLine, doubtful: int) -> Finding:
    """`doubtful` pieces of a goods-receipt line came without a serial of their own."""
    finding = about_receipt_line(
        CLASS,
        line,
        doubtful,
        f"{amount(doubtful)} {line.unit} of {line.part} came with goods receipt {line.key.receipt_id} and no serials "
        f"of their own ({len(line.serials)} are told apart). They are in quality_hold: read the labels, name them "
        f"with GoodsIdentified, then accept.",
    )
    finding.expected, finding.actual = line.quantity, line.quantity - doubtful
    return finding
