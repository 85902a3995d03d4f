"""ASN timeliness: was the plant told in time, and before the goods stood at the dock?

On time is a notice that we received within the agreed minutes of shipping and before the first goods receipt.
Late but before the goods it counts the late credit; after the goods, or missing, nothing. A shipment that came
without any notice counts once, however many lines it had.

    AT = (on time + late credit x late before arrival) / (shipments received + notices whose goods never came)
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts, ShipmentFact, UnadvisedFact, is_suspended
from ledger.scorecards.measure import ONE, Measure, Tally, counts

NAME = "asn_timeliness"

_MINUTE_US = 60_000_000
_HOUR_US = 60 * _MINUTE_US


def measure_asn_timeliness(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of shipments advised in time; None when none was received or fell due."""
    tally = Tally(NAME, every=every)
    late = after = 0
    for shipment in facts.shipments:
        if shipment.excused or not _counts(shipment, facts.now, rules):
            continue
        achieved, text = ONE, "the notice came in time"
        late_minutes = _late_minutes(shipment, rules)
        if shipment.first_received_at is not None and shipment.notified_at >= shipment.first_received_at:
            achieved, text, after = 0, "the notice came after the goods", after + 1
        elif late_minutes:
            achieved, text, late = counts(rules.late_credit), f"the notice came {late_minutes} minutes late", late + 1
        against = tuple(one for one in shipment.against if one.code == "D12")
        if is_suspended(against):
            achieved = ONE
        elif achieved == ONE and not every:
            tally.add(ONE, ONE)
            continue
        tally.note(
            achieved, ONE, text, shipment.behind, site=shipment.site, shipment_id=shipment.shipment_id,
            against=against,
        )  # fmt: skip
    missing: dict[tuple[str, str, str], UnadvisedFact] = {}
    for line in facts.unadvised:
        if not line.shipment_id and not line.excused:
            missing.setdefault((line.site, line.provider, line.receipt_id), line)
    for (site, _, receipt_id), line in missing.items():
        text = f"goods receipt {receipt_id} came without a notice"
        tally.note(
            ONE if is_suspended(line.against) else 0, ONE, text, line.behind, site=site, receipt_id=receipt_id,
            against=line.against,
        )  # fmt: skip
    if late or after or missing:
        tally.details = {"late_before_arrival": late, "after_arrival": after, "missing": len(missing)}
    return tally.measure()


def _counts(shipment: ShipmentFact, now: int, rules: ScoreRules) -> bool:
    """Received, or its goods are overdue; what is still on the road is nobody's fault yet."""
    if shipment.first_received_at is not None:
        return True
    expected_at = shipment.expected_at if shipment.expected_at is not None else shipment.shipped_at
    return expected_at is not None and now > expected_at + rules.missing_after_hours * 60 * _MINUTE_US


def _late_minutes(shipment: ShipmentFact, rules: ScoreRules) -> int:
    """Whole minutes beyond the agreed ones, at least 1 when late at all; 0 in time or when shipping is not told."""
    if shipment.shipped_at is None:
        return 0
    over_us = shipment.notified_at - shipment.shipped_at - shipment.due_minutes * _MINUTE_US
    if over_us <= 0:
        return 0
    arrived = shipment.first_received_at
    # A short haul: long enough before the goods is in time, too.
    grace_us = int(rules.ship_grace_hours * _HOUR_US)
    if grace_us and arrived is not None and shipment.notified_at <= arrived - grace_us:
        return 0
    return max(1, over_us // _MINUTE_US)
