"""On-time delivery: how much of what was due came within its window?

By quantity, over the requirements due in the period as they were in force at the ship fence; receipts fill them the
oldest first, whatever order they name.

    OTD = sum min(came in the window, due) / sum due

`requested` and `confirmed` among the details hold it against both dates, whichever of them counts.
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.allocation import judged
from ledger.scorecards.facts import Facts, Filled
from ledger.scorecards.measure import Measure, Tally, amount

NAME = "on_time_delivery"


def measure_on_time_delivery(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of the quantity due; None when nothing was due."""
    tally = Tally(NAME, every=every)
    for one in judged(facts, rules):
        requirement = one.requirement
        if one.on_time == one.due.quantity and not every:
            tally.add(one.on_time, one.due.quantity, requirement.unit)
            continue
        tally.note(
            one.on_time, one.due.quantity, _text(one), requirement.behind, unit=requirement.unit,
            site=requirement.site, part=requirement.part, order_number=requirement.order_number,
            order_line=requirement.order_line, line=requirement.key, cases=tuple(c.case for c in requirement.against),
            disputed=any(c.disputed for c in requirement.against),
        )  # fmt: skip
    if any(requirement.confirmed is not None for requirement in facts.requirements):
        for basis in ("requested", "confirmed"):
            other = Tally(NAME)
            for one in judged(facts, rules, basis):
                other.add(one.on_time, one.due.quantity, one.requirement.unit)
            share = other.share()
            if share is not None:
                tally.details[basis] = share
    return tally.measure()


def _text(one: Filled) -> str:
    unit, part = one.requirement.unit, one.requirement.part
    return f"part {part}: {amount(one.on_time)} of {amount(one.due.quantity)} {unit} in time, {amount(one.late)} late"
