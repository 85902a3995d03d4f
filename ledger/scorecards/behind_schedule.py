"""Behind schedule: how many days of cover was the supplier behind, day by day?

At the end of each day what should have left in all is held against what was shipped in all, per site and part; being
ahead with one part makes up for nothing with another.

    behind = sum over days of max(0, required - shipped) / sum over days of what each required
"""

from __future__ import annotations

from collections import defaultdict

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Behind, Facts
from ledger.scorecards.measure import Measure, Tally, amount

NAME = "behind_schedule"


def measure_behind_schedule(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Days of cover; None when nothing was required."""
    tally = Tally(NAME, every=every, scale=1, unit="days")
    changes: dict[tuple[str, str], list[tuple[int, int]]] = defaultdict(list)
    required: dict[tuple[str, str], int] = defaultdict(int)
    units: dict[tuple[str, str], tuple[str, Behind]] = {}
    for one in facts.requirements:
        if one.excused or one.ship_day > facts.last_day:
            continue
        group = one.site, one.part
        changes[group].append((max(one.ship_day, facts.first_day), one.due.quantity))
        required[group] += one.due.quantity
        units.setdefault(group, (one.unit, one.behind))
    for sent in facts.dispatches:
        group = sent.site, sent.part
        if group in units:
            changes[group].append((sent.day, -sent.quantity))
    part_days = 0
    for group, steps in sorted(changes.items()):
        carried = facts.carried.get(group)
        behind, days = _behind(steps, carried.behind_shipments if carried else 0, facts.last_day)
        part_days += days
        unit, proof = units[group]
        if not behind and not every:
            tally.add(0, required[group], unit)
            continue
        text = f"part {group[1]}: behind on {days} days, {amount(behind)} {unit} in all of them together"
        tally.note(behind, required[group], text, proof, unit=unit, site=group[0], part=group[1])
    if changes:
        tally.details["part_days"] = part_days
    return tally.measure()


def _behind(steps: list[tuple[int, int]], carried: int, last_day: int) -> tuple[int, int]:
    """What was behind, summed over the ends of days up to the last, and on how many of them."""
    steps.sort()
    level, total, days = carried, 0, 0
    for n, (day, quantity) in enumerate(steps):
        level += quantity
        until = steps[n + 1][0] if n + 1 < len(steps) else last_day + 1
        lasted = min(until, last_day + 1) - day
        if level > 0 and lasted > 0:
            total += level * lasted
            days += lasted
    return total, days
