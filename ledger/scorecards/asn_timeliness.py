"""ASN timeliness: was the plant told in time, and before the goods stood at the dock?

On time is a notice that we received within the agreed minutes of shipping and before the first goods receipt.
Late but before the goods it counts the late credit; after the goods, or missing, nothing. A shipment that came
without any notice counts once, however many lines it had.

    AT = (on time + late credit x late before arrival) / (shipments received + notices whose goods never came)
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts, ShipmentFact, UnadvisedFact
from ledger.scorecards.measure import Deduction, Measure, measure

NAME = "asn_timeliness"

_MINUTE_US = 60_000_000


def measure_asn_timeliness(facts: Facts, rules: ScoreRules) -> Measure:
    """Percent of shipments advised in time; None when none was received or fell due."""
    achieved = 0.0
    possible = 0
    deductions: list[Deduction] = []
    for shipment in facts.shipments:
        if shipment.excused or not _counts(shipment, facts.now, rules):
            continue
        possible += 1
        late_minutes = _late_minutes(shipment)
        if shipment.first_received_at is not None and shipment.notified_at >= shipment.first_received_at:
            deductions.append(_deduction(shipment, "the notice came after the goods"))
        elif late_minutes:
            achieved += rules.late_credit
            deductions.append(_deduction(shipment, f"the notice came {late_minutes} minutes late"))
        else:
            achieved += 1
    missing: dict[tuple[str, str], UnadvisedFact] = {}
    for line in facts.unadvised:
        if not line.shipment_id:
            missing.setdefault((line.provider, line.receipt_id), line)
    for (_, receipt_id), line in missing.items():
        possible += 1
        deductions.append(Deduction(text=f"goods receipt {receipt_id} came without a notice", behind=line.behind))
    return measure(NAME, achieved, possible, deductions)


def _counts(shipment: ShipmentFact, now: int, rules: ScoreRules) -> bool:
    """Received, or its goods are overdue; what is still on the road is nobody's fault yet."""
    if shipment.first_received_at is not None:
        return True
    expected_at = shipment.expected_at if shipment.expected_at is not None else shipment.shipped_at
    return expected_at is not None and now > expected_at + rules.missing_after_hours * 60 * _MINUTE_US


def _late_minutes(shipment: ShipmentFact) -> int:
    """Whole minutes beyond the agreed ones, at least 1 when late at all; 0 in time or when shipping is not told."""
    if shipment.shipped_at is None:
        return 0
    over_us = shipment.notified_at - shipment.shipped_at - shipment.due_minutes * _MINUTE_US
    return max(1, over_us // _MINUTE_US) if over_us > 0 else 0


def _deduction(shipment: ShipmentFact, text: str) -> Deduction:
    return Deduction(text=text, behind=shipment.behind, shipment_id=shipment.shipment_id)
