"""D26: goods came on another day than was required."""

from __future__ import annotations

from datetime import date

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, days_in_words
from ledger.matching.records.documents import ReceiptLine
from ledger.policy import Tolerance

CLASS = DiscrepancyClass(
    code="D26",
    name="Received on another day",
    grade="",
    fault="supplier",
    roles=("procurement",),
    answer_hours=24,
    usual=Tolerance(early_days=1, late_days=0),
    informs=True,
)


def find(line: ReceiptLine, order_number: str, received: date, required: date, days: int, rule: str) -> Finding:
    """So many working days too late, or too early where they are below zero; the score counts it, nobody decides."""
    way = "late" if days > 0 else "early"
    finding = about_receipt_line(
        CLASS, line, line.quantity,
        f"{line.part} of order {order_number} came {received}, {days_in_words(days)} {way}: required for {required}.",
    )  # fmt: skip
    finding.expected = finding.actual = line.quantity
    finding.informs = CLASS.informs
    finding.cause = f"day:{line.key.receipt_id}/{line.line}"
    finding.rule = rule
    return finding
