"""On time in full: how many of the requirements that were due came complete, in their window, and with nothing late?

OTIF = requirements with least <= came in the window <= most, and nothing late / requirements due
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.allocation import allowances, judged
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import ONE, Measure, Tally, amount

NAME = "on_time_in_full"


def measure_on_time_in_full(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of the requirements due; None when nothing was due."""
    tally = Tally(NAME, every=every)
    found = judged(facts, rules, every=every)
    for count, _ in found.plain.values():
        tally.add(count * ONE, count * ONE, entries=count)
    for one in found.others:
        requirement = one.requirement
        least, most = allowances(one.due, requirement.unit, rules.window)
        in_full = least <= one.on_time <= most and not one.late
        if in_full and not every:
            tally.add(ONE, ONE)
            continue
        text = (
            f"part {requirement.part}: {amount(one.on_time)} of {amount(one.due.quantity)} {requirement.unit} in "
            f"time, {amount(one.late)} late"
        )
        tally.note(
            ONE if in_full else 0, ONE, text, requirement.behind, site=requirement.site, part=requirement.part,
            order_number=requirement.order_number, order_line=requirement.order_line, line=requirement.key,
            against=requirement.against,
        )  # fmt: skip
    return tally.measure()
