"""D25: goods of a lot-controlled part whose lot nobody named."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line, about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import ReceiptLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D25",
    name="Lot missing",
    grade="",
    fault="supplier",
    roles=("quality",),
    answer_hours=8,
    action="hold",
    error_code="007",
)


def find_advised(resolved: ResolvedEvent, line: ResolvedLine) -> Finding:
    """The notice names no lot of a part whose lots must be known; told, and nothing held."""
    said = line.said
    finding = about_line(
        CLASS,
        resolved,
        line,
        f"No lot is named of {said.part_number or said.supplier_part_number}, whose lots must be known. Name it on "
        f"the notice: what arrives without one is held.",
        field="lot",
    )
    finding.grade, finding.informs = "warning", True
    return finding


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
