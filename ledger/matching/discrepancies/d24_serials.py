"""D24: serials of a notice that are not as many as its pieces, and pieces that came and are not told apart."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_line, about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import ReceiptLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.stock.bucket import MILLION

CLASS = DiscrepancyClass(
    code="D24",
    name="Serials missing, surplus or received before",
    grade="",
    fault="supplier",
    roles=("quality",),
    answer_hours=8,
    action="hold",
    error_code="036",
)


def find_advised(resolved: ResolvedEvent, line: ResolvedLine, named: int) -> Finding:
    """The notice names so many different serials, and that is not how many pieces it says; told, and nothing held."""
    said = line.said
    finding = about_line(
        CLASS,
        resolved,
        line,
        f"{named} serials are named of {said.quantity} {said.unit} of "
        f"{said.part_number or said.supplier_part_number}. Name each piece once: what cannot be told apart on "
        f"arrival is held.",
        field="serials",
        value=str(named),
    )
    finding.grade, finding.informs = "warning", True
    finding.expected, finding.actual = line.quantity, named * MILLION
    return finding


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
