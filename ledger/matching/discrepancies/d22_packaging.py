"""D22: goods came in another container or pack than was advised."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import ReceiptLine

CLASS = DiscrepancyClass(
    code="D22",
    name="Non-standard container or pack",
    grade="",
    fault="supplier",
    roles=("packaging",),
    answer_hours=48,
    condition="06",
)


def find(line: ReceiptLine, advised: str, unlike: int, rule: str = "default") -> Finding:
    """`unlike` of a goods-receipt line came packed otherwise than `advised`; it stays where it stands."""
    packed = f"in {line.packaging}" if line.packaging else "in a non-standard container"
    said = f", advised was {advised}" if advised and advised != line.packaging else ""
    finding = about_receipt_line(
        CLASS,
        line,
        unlike,
        f"{amount(unlike)} {line.unit} of {line.part} came with goods receipt {line.key.receipt_id} {packed}{said}. "
        f"Repack it where it must be, and settle the packing with the supplier.",
    )
    finding.expected, finding.actual = line.quantity, line.quantity - unlike
    finding.cause = f"packing:{line.key.receipt_id}/{line.line}"
    finding.rule = rule
    return finding
