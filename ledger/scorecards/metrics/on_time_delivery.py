"""On-time delivery: how much of what was due came within its window?

By quantity, over the requirements due in the period as they were in force at the ship fence; receipts fill them the
oldest first, whatever order they name.

    OTD = sum min(came in the window, due) / sum due

`requested` and `confirmed` among the details hold it against both dates, whichever of them counts.
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.allocation import Basis, judged
from ledger.scorecards.facts import Facts, Filled
from ledger.scorecards.measure import Measure, Tally, amount

NAME = "on_time_delivery"


def measure_on_time_delivery(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of the quantity due; None when nothing was due."""
    tally = Tally(NAME, every=every)
    found = judged(facts, rules, every=every)
    for (unit, _), (count, quantity) in found.plain.items():
        tally.add(quantity, quantity, unit, count)
    for one in found.others:
        requirement = one.requirement
        if one.on_time == one.due.quantity and not every:
            tally.add(one.on_time, one.due.quantity, requirement.unit)
            continue
        tally.note(
            one.on_time, one.due.quantity, _text(one), requirement.behind, unit=requirement.unit,
            site=requirement.site, part=requirement.part, order_number=requirement.order_number,
            order_line=requirement.order_line, line=requirement.key, against=requirement.against,
        )  # fmt: skip
    promised = [one for one in facts.requirements if one.confirmed is not None]
    if promised:
        differ = any(one.confirmed != one.requested for one in promised)
        bases: tuple[Basis, ...] = ("requested", "confirmed")
        for basis in bases:
            tally.details |= _held_against(facts, rules, basis, differ)
    return tally.measure()


def _held_against(facts: Facts, rules: ScoreRules, basis: Basis, differ: bool) -> dict[str, float]:
    """The share by one of both dates; where no promise differs from what was requested, they need no new filling."""
    other = Tally(NAME)
    found = judged(facts, rules, basis if differ else "headline")
    for (unit, is_promised), (count, quantity) in found.plain.items():
        if basis == "requested" or is_promised:
            other.add(quantity, quantity, unit, count)
    for one in found.others:
        if basis == "requested" or one.requirement.confirmed is not None:
            other.add(one.on_time, one.due.quantity, one.requirement.unit)
    share = other.share()
    return {} if share is None else {basis: share}


def _text(one: Filled) -> str:
    unit, part = one.requirement.unit, one.requirement.part
    return f"part {part}: {amount(one.on_time)} of {amount(one.due.quantity)} {unit} in time, {amount(one.late)} late"
