"""Delivery deviation: by how many days did goods miss their date, and to which side?

Of each requirement that came, the receipt that filled it last counts; days are calendar days at the receiving site,
early ones below zero.

    deviation = sum (day of the last receipt - day due) / requirements that came

Beside the mean: the 90th percentile, and mean and number of what was early and what was late, each by itself.
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.allocation import judged
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import ONE, Measure, Tally, percentile

NAME = "delivery_deviation"


def measure_delivery_deviation(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Mean of the signed days; None when nothing that was due came."""
    tally = Tally(NAME, every=every, scale=1, unit="days")
    signed: list[int] = []
    found = judged(facts, rules, every=every)
    for count, _ in found.plain.values():
        tally.add(0, count * ONE, entries=count)
        signed += [0] * count
    for one in found.others:
        last = one.fills[-1].delivery if one.fills else None
        if last is None:
            continue
        days = last.day - one.due.day
        signed.append(days)
        if not days and not every:
            tally.add(0, ONE)
            continue
        requirement = one.requirement
        tally.note(
            days * ONE, ONE, f"part {requirement.part}: {abs(days)} days {'early' if days < 0 else 'late'}",
            last.behind, site=requirement.site, part=requirement.part, order_number=requirement.order_number,
            order_line=requirement.order_line, line=requirement.key, shipment_id=last.shipment_id,
            receipt_id=last.receipt_id,
        )  # fmt: skip
    if signed:
        early, late = [days for days in signed if days < 0], [days for days in signed if days > 0]
        tally.details = {
            "p90": percentile(signed, 90), "early": len(early), "late": len(late),
            "mean_early": sum(early) / len(early) if early else 0.0,
            "mean_late": sum(late) / len(late) if late else 0.0,
        }  # fmt: skip
    return tally.measure()
