"""D14: goods came that no notice in force announced."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import ReceiptLine

CLASS = DiscrepancyClass(
    code="D14",
    name="No notice for received goods",
    grade="",
    fault="supplier",
    roles=("receiving", "procurement"),
    answer_hours=4,
    action="hold",
    condition="14",
    disputes="standing",
)

NOT_PROCESSED = "13"
"""Condition where nothing is known of the goods, so that they are held."""


def find(line: ReceiptLine, unadvised: int, blind: int, notice: str = "") -> Finding:
    """What of a goods-receipt line has no notice; `blind` of it has no known order either and is held.

    `notice` says in words what became of the notice that it names, "" where none came.
    """
    quantity = unadvised + blind
    named = f" for shipment {line.shipment_id}" if line.shipment_id else ""
    ask = "ask the supplier to send the notice again, put right" if notice else "ask the supplier for the notice"
    if line.queued:
        ask = "say which of the open notices it answers, or none (crossdock ledger matches)"
    what = (
        f"It is in stock against the order: {ask}."
        if not blind
        else f"{amount(blind)} of it has no known order and is in quality_hold: find the order, accept or return it."
    )
    came = f"; {notice}" if notice else f" and no notice{named}"
    if line.queued:
        came = ", and nothing that it names says surely enough which notice it answers"
    finding = about_receipt_line(
        CLASS,
        line,
        quantity,
        f"{amount(quantity)} {line.unit} of {line.part} came with goods receipt {line.key.receipt_id}{came}. {what}",
    )
    finding.expected, finding.actual = 0, quantity
    finding.clearing = blind
    finding.cause = f"notice:{line.shipment_id or line.key.receipt_id}"
    return finding
