"""Ship-to-schedule accuracy: was shipped on each day what had to leave on it?

What was advised is held against what was required, by site, part and day of shipping: it tells shipping too much from
miscounting.

    SA = 1 - sum |advised - required| / sum max(advised, required)
"""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Behind, Facts
from ledger.scorecards.measure import Measure, Tally, amount

NAME = "ship_to_schedule"

_Group = tuple[str, str, int]


def measure_ship_to_schedule(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of what left or had to leave; None when nothing was required."""
    tally = Tally(NAME, every=every)
    required: dict[_Group, int] = defaultdict(int)
    advised: dict[_Group, int] = defaultdict(int)
    proof: dict[tuple[str, str, int], tuple[str, Behind]] = {}
    parts = set()
    excused: set[_Group] = set()
    for one in facts.requirements:
        parts.add((one.site, one.part))
        if one.excused:
            # What answered it is nobody's excess.
            excused.add((one.site, one.part, one.ship_day))
        elif facts.first_day <= one.ship_day <= facts.last_day:
            group = one.site, one.part, one.ship_day
            required[group] += one.due.quantity
            proof.setdefault(group, (one.unit, one.behind))
    for sent in facts.dispatches:
        if (sent.site, sent.part) in parts and sent.day <= facts.last_day:
            group = sent.site, sent.part, sent.day
            advised[group] += sent.quantity
            proof.setdefault(group, (sent.unit, sent.behind))
    for group, (unit, behind) in sorted(proof.items(), key=lambda item: item[0]):
        if group in excused and not required[group]:
            continue
        wanted, told = required[group], advised[group]
        if wanted == told and not every:
            if told:
                tally.add(told, told, unit)
            continue
        site, part, day = group
        on = date.fromordinal(day).isoformat()
        text = f"part {part} on {on}: {amount(told)} {unit} shipped, {amount(wanted)} required"
        tally.note(min(wanted, told), max(wanted, told), text, behind, unit=unit, site=site, part=part, line=on)
    return tally.measure()
