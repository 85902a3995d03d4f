"""Lead-time variance: how steady is the time from order to receipt?

The value is the coefficient of variation, in percent: a supplier that always takes ten days is steady. Beside it the
mean, the standard deviation, the 90th percentile, and the mean deviation from what was agreed.

    CV = 100 x standard deviation of (receipt - order) / mean of (receipt - order)
"""

from __future__ import annotations

from math import sqrt

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import ONE, Measure, Tally, amount, percentile

NAME = "lead_time"


def measure_lead_time(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Coefficient of variation in percent; None below two lines. Its entries add up to the mean, in days."""
    tally = Tally(NAME, every=every, scale=1)
    plain = facts.plain
    days = [*plain.lead_times, *(one.days for one in facts.lead_times)]
    if plain.lead_times:
        tally.add(sum(plain.lead_times), len(plain.lead_times) * ONE, entries=len(plain.lead_times))
    for one in facts.lead_times:
        late = one.agreed_days and one.days > one.agreed_days
        if not late and not every:
            tally.add(one.days, ONE)
            continue
        agreed = f", {amount(one.agreed_days)} agreed" if one.agreed_days else ""
        tally.note(
            one.days, ONE, f"part {one.part}: {amount(one.days)} days{agreed}", one.behind, site=one.site,
            part=one.part, order_number=one.order_number, order_line=one.order_line,
        )  # fmt: skip
    count, total = len(days), sum(days)
    if not count:
        return tally.measure()
    deviation = sqrt(count * sum(one * one for one in days) - total * total) / count
    tally.details = {"mean": total / count / ONE, "deviation": deviation / ONE, "p90": percentile(days, 90) / ONE}
    agreed_of = [one.days - one.agreed_days for one in facts.lead_times if one.agreed_days]
    if plain.agreed_days:
        agreed_of += [one - plain.agreed_days for one in plain.lead_times]
    if agreed_of:
        tally.details["over_agreed"] = sum(agreed_of) / len(agreed_of) / ONE
    measured = tally.measure(100 * count * deviation / total if total else 0.0)
    return measured if count > 1 else tally.without_value()
