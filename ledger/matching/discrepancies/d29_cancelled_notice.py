"""D29: goods came although their notice was cancelled."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_receipt_line
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import ReceiptLine, Shipment

CLASS = DiscrepancyClass(
    code="D29",
    name="Goods receipt for a cancelled notice",
    grade="",
    fault="supplier",
    roles=("procurement", "receiving"),
    answer_hours=8,
    condition="14",
    disputes="standing",
)


def find(line: ReceiptLine, unadvised: int, blind: int, shipment: Shipment | None) -> Finding:
    """What of a goods-receipt line names a cancelled notice. It answers its order; `blind` of it has none."""
    quantity = unadvised + blind
    named = "" if shipment is None else shipment.key.shipment_id
    what = (
        "It is in stock against the order: ask the supplier whether it was sent on purpose, and for a new notice."
        if not blind
        else f"{amount(blind)} of it has no known order and is in quality_hold: find the order, accept or return it."
    )
    finding = about_receipt_line(
        CLASS,
        line,
        quantity,
        f"{amount(quantity)} {line.unit} of {line.part} came with goods receipt {line.key.receipt_id}; "
        f"notice {named} was cancelled. {what}",
    )
    finding.expected, finding.actual = 0, quantity
    finding.clearing = blind
    finding.cause = f"notice:{named or line.key.receipt_id}"
    return finding
