"""Rejects per million: how much of what came was damaged or failed, by the supplier's fault?

Raw counts stand beside the value. Where too little came for a verdict the metric is in a band of its own: one reject
in a hundred is not ten thousand in a million.

    PPM = 1,000,000 x rejected by the supplier's fault / received
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.charging import CHARGED
from ledger.scorecards.facts import Facts, is_suspended
from ledger.scorecards.measure import ONE, Measure, Tally, amount

NAME = "rejects_per_million"
LOW_VOLUME = "low volume"


def measure_rejects_per_million(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Rejects per million; None when nothing came."""
    tally = Tally(NAME, every=every, scale=1_000_000, unit="ppm")
    rejected = 0
    came: dict[str, list[int]] = {}
    for one in facts.deliveries:
        if one.in_period:
            came.setdefault(one.unit, []).append(one.quantity)
    received = sum(map(sum, came.values()))
    for unit, quantities in () if every else came.items():
        tally.add(0, sum(quantities), unit, len(quantities))
    for one in facts.deliveries if every else ():
        if not one.in_period:
            continue
        tally.note(
            0, one.quantity, f"part {one.part}: {amount(one.quantity)} {one.unit} received", one.behind,
            unit=one.unit, site=one.site, part=one.part, receipt_id=one.receipt_id, shipment_id=one.shipment_id,
        )  # fmt: skip
    for reject in facts.rejects:
        against = tuple(one for one in reject.against if one.code in CHARGED[NAME])
        if not against:
            continue
        quantity = 0 if is_suspended(against) else reject.quantity
        rejected += quantity
        tally.note(
            quantity, 0, reject.text, reject.behind, unit=reject.unit, site=reject.site, part=reject.part,
            shipment_id=reject.shipment_id, receipt_id=reject.receipt_id, against=against, line=against[0].case,
        )  # fmt: skip
    if received:
        tally.details = {"received": received / ONE, "rejected": rejected / ONE}
        tally.band = LOW_VOLUME if received < rules.low_volume * ONE else ""
    return tally.measure()
