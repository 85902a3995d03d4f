"""Behind schedule: how many days of cover was the supplier behind, day by day?

At the end of each day what should have left in all is held against what was shipped in all, per site and part; being
ahead with one part makes up for nothing with another.

    behind = sum over days of max(0, required - shipped) / sum over days of what each required
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts, Shipping
from ledger.scorecards.measure import Measure, Tally, amount
from ledger.scorecards.shipping import shipping

NAME = "behind_schedule"


def measure_behind_schedule(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Days of cover; None when nothing was required."""
    tally = Tally(NAME, every=every, scale=1, unit="days")
    part_days, counted = 0, False
    for (site, part), of in shipping(facts).items():
        if of.first is None:
            continue
        counted = True
        unit, required = of.first.unit, of.early + sum(of.required.values())
        carried = facts.carried.get((site, part))
        level = carried.behind_shipments if carried else 0
        behind, days = 0, 0
        if level > 0 or of.early or of.required != of.advised:
            behind, days = _behind(of, level, facts.first_day, facts.last_day)
        part_days += days
        if not behind and not every:
            tally.add(0, required, unit)
            continue
        text = f"part {part}: behind on {days} days, {amount(behind)} {unit} in all of them together"
        tally.note(behind, required, text, of.first.behind, unit=unit, site=site, part=part)
    if counted:
        tally.details["part_days"] = part_days
    return tally.measure()


def _behind(of: Shipping, level: int, first_day: int, last_day: int) -> tuple[int, int]:
    """What was behind, summed over the ends of days up to the last, and on how many of them."""
    changes = dict(of.required)
    if of.early:
        changes[first_day] = changes.get(first_day, 0) + of.early
    for day, quantity in of.advised.items():
        changes[day] = changes.get(day, 0) - quantity
    days = sorted(changes)
    total, behind_on = 0, 0
    for day, until in zip(days, (*days[1:], last_day + 1), strict=True):
        level += changes[day]
        lasted = until - day
        if level > 0 and lasted > 0:
            total += level * lasted
            behind_on += lasted
    return total, behind_on
