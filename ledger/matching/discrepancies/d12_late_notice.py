"""D12: the notice reached us later after shipping than was agreed."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.records.documents import Shipment

CLASS = DiscrepancyClass(
    code="D12",
    name="Notice late",
    grade="",
    fault="supplier",
    roles=("supplier",),
    answer_hours=24,
    informs=True,
)


def find(shipment: Shipment, late_us: int, due_minutes: int, rule: str = "default") -> Finding:
    """How late; nothing is to be decided about it, the score counts it."""
    return Finding(
        code=CLASS.code,
        site=shipment.key.site,
        supplier=shipment.key.supplier,
        partner=shipment.partner,
        shipment_id=shipment.key.shipment_id,
        fault=CLASS.fault,
        cause=f"notice:{shipment.key.shipment_id}",
        rule=rule,
        informs=CLASS.informs,
        text=(
            f"Notice of shipment {shipment.key.shipment_id} came {late_us // 60_000_000} minutes after the goods "
            f"left; {due_minutes} are agreed. Send it when the truck leaves."
        ),
    )
