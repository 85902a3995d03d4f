"""D21: goods failed their inspection, or the dock found their quality wanting."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_goods, about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import ReceiptLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine

CLASS = DiscrepancyClass(
    code="D21",
    name="Quality problem or failed inspection",
    grade="",
    fault="supplier",
    roles=("quality",),
    answer_hours=24,
    action="hold",
    condition="04",
    deciders=("quality_manager",),
)

REJECTED = "08"
"""Receiving condition of goods that were refused as they are."""


def find_received(line: ReceiptLine, wanting: int) -> Finding:
    """`wanting` of a goods-receipt line is held as the dock found it (conditions 04 and 08)."""
    rejected = line.condition == REJECTED
    what, place = ("rejected", "quarantine") if rejected else ("of doubtful quality", "held")
    finding = about_receipt_line(
        CLASS,
        line,
        wanting,
        f"{amount(wanting)} {line.unit} of {line.part} {what} in goods receipt {line.key.receipt_id}. It is "
        f"{'in quarantine' if place == 'quarantine' else 'in quality_hold'}: use as is, rework, return or scrap it.",
    )
    finding.expected, finding.actual = line.quantity, line.quantity - wanting
    finding.condition = REJECTED if rejected else ""
    return finding


def find_failed(resolved: ResolvedEvent, line: ResolvedLine, place: str, reason: str) -> Finding:
    """An inspection failed `line`: it stands in quarantine. `place` names the goods."""
    text = (
        f"{amount(line.quantity)} {line.unit} of {line.part} failed inspection {resolved.event.number}"
        f"{f' ({reason})' if reason else ''}. It is in quarantine: release, rework, return or scrap it, then decide "
        f"the case."
    )
    finding = about_goods(CLASS, resolved, line, line.quantity, text, cause=place, expected=line.quantity)
    finding.actual = 0
    return finding
