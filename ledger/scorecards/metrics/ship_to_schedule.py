"""Ship-to-schedule accuracy: was shipped on each day what had to leave on it?

What was advised is held against what was required, by site, part and day of shipping: it tells shipping too much from
miscounting.

    SA = 1 - sum |advised - required| / sum max(advised, required)
"""

from __future__ import annotations

from datetime import date

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import Measure, Tally, amount
from ledger.scorecards.shipping import shipping

NAME = "ship_to_schedule"


def measure_ship_to_schedule(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of what left or had to leave; None when nothing was required."""
    tally = Tally(NAME, every=every)
    for (site, part), of in shipping(facts).items():
        units = {one.unit for one in of.proofs.values()}
        if of.required == of.advised and len(units) == 1 and not every:
            days = [quantity for quantity in of.advised.values() if quantity]
            if days:
                tally.add(sum(days), sum(days), units.pop(), len(days))
            continue
        for day, proof in of.proofs.items():
            wanted, told = of.required.get(day, 0), of.advised.get(day, 0)
            if not wanted and day in of.excused:
                # What answered it is nobody's excess.
                continue
            if wanted == told and not every:
                if wanted:
                    tally.add(wanted, wanted, proof.unit)
                continue
            on = date.fromordinal(day).isoformat()
            text = f"part {part} on {on}: {amount(told)} {proof.unit} shipped, {amount(wanted)} required"
            tally.note(
                min(wanted, told), max(wanted, told), text, proof.behind, unit=proof.unit, site=site,
                part=part, line=on,
            )  # fmt: skip
    return tally.measure()
