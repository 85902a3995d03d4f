"""D20: goods came damaged, or the dock rejected them."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_notice_line, about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import NoticeLine, ReceiptLine

CLASS = DiscrepancyClass(
    code="D20",
    name="Damaged",
    grade="",
    fault="carrier",
    roles=("quality", "logistics"),
    answer_hours=24,
    action="hold",
    condition="01",
)


def find(line: NoticeLine, damaged: int) -> Finding:
    """Damage on goods that a notice line announced; `damaged` is what stands in quarantine for it."""
    finding = about_notice_line(
        CLASS,
        line,
        damaged,
        f"{amount(damaged)} {line.unit} of {line.part} damaged in shipment {line.key.shipment_id}. It is in "
        f"quarantine: use as is, rework, return or scrap it, and claim from the carrier where it is theirs.",
    )
    finding.actual = line.quantity - damaged
    return finding


def find_unadvised(line: ReceiptLine, damaged: int) -> Finding:
    """Damage on goods with a known order and no notice."""
    finding = about_receipt_line(
        CLASS,
        line,
        damaged,
        f"{amount(damaged)} {line.unit} of {line.part} damaged in goods receipt {line.key.receipt_id}. It is in "
        f"quarantine: use as is, rework, return or scrap it.",
    )
    finding.expected, finding.actual = line.quantity, line.quantity - damaged
    return finding
