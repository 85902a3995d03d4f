"""D15: goods that a notice announced have not come, and their time of arrival is over."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.records.documents import Evidence, Shipment
from ledger.matching.resolved import moment

CLASS = DiscrepancyClass(
    code="D15",
    name="Shipment overdue",
    grade="",
    fault="carrier",
    roles=("logistics",),
    answer_hours=24,
)


def find(shipment: Shipment, expected: int, minutes: int, rule: str) -> Finding:
    """Nothing of the shipment was received so long after it was expected, by its notice or its carrier."""
    key = shipment.key
    finding = _about(shipment)
    finding.text = (
        f"Shipment {key.shipment_id} was expected at {moment(expected):%Y-%m-%d %H:%M} UTC, and nothing of it came "
        f"within {minutes / 60:g} hours. Ask the carrier where it is; its next report moves the time."
    )
    finding.rule = rule
    if shipment.message:
        finding.evidence = (Evidence(shipment.message, shipment.document, 0),)
    return finding


def find_settled(shipment: Shipment) -> Finding:
    """Goods of it came, its carrier expects them later, or it is no longer under way."""
    finding = _about(shipment)
    finding.settles = True
    return finding


def _about(shipment: Shipment) -> Finding:
    return Finding(
        code=CLASS.code,
        site=shipment.key.site,
        supplier=shipment.key.supplier,
        partner=shipment.partner,
        shipment_id=shipment.key.shipment_id,
        fault=CLASS.fault,
        cause=f"carriage:{shipment.key.shipment_id}",
    )
