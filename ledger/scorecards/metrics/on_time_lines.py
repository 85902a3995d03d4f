"""On-time lines: how many of the requirements that were due came in time, each as a whole?

A requirement counts when what came within its window is at least what was due, less what may be missing.

    lines in time = requirements filled in their window / requirements due
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.allocation import allowances, judged
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import ONE, Measure, Tally, amount

NAME = "on_time_lines"


def measure_on_time_lines(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of the requirements due; None when nothing was due."""
    tally = Tally(NAME, every=every)
    found = judged(facts, rules, every=every)
    for count, _ in found.plain.values():
        tally.add(count * ONE, count * ONE, entries=count)
    for one in found.others:
        requirement = one.requirement
        least, _ = allowances(one.due, requirement.unit, rules.window)
        in_time = one.on_time >= least
        if in_time and not every:
            tally.add(ONE, ONE)
            continue
        of = f"{amount(one.due.quantity)} {requirement.unit}"
        text = f"part {requirement.part}: {amount(one.on_time)} of {of} in time"
        tally.note(
            ONE if in_time else 0, ONE, text, requirement.behind, site=requirement.site, part=requirement.part,
            order_number=requirement.order_number, order_line=requirement.order_line, line=requirement.key,
            against=requirement.against,
        )  # fmt: skip
    return tally.measure()
