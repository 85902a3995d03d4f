"""Responsiveness: does the supplier answer in time?

Where the agreement asks for it, orders are to be acknowledged (855), documents that we sent to be acknowledged (997,
999), and discrepancies to have a first answer: a dispute, a note, an 824 about our advice, or what puts them right.
Each has its hours. What is not due yet does not count, nor what we decided ourselves before it was due; what is
disputed costs nothing until it is decided. Beside the share: the median hours to an answer, by what was asked.

    responsiveness = answered in time / answers due
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import ONE, Measure, Tally, percentile

NAME = "responsiveness"

_HOUR_US = 3_600_000_000


def measure_responsiveness(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """Percent of answers in time; None when none was due."""
    tally = Tally(NAME, every=every)
    hours: dict[str, list[int]] = {}
    for one in facts.answers:
        if one.answered_at is None and one.due_at > facts.now:
            continue
        in_time = one.answered_at is not None and one.answered_at <= one.due_at
        if one.answered_at is not None:
            hours.setdefault(one.kind, []).append(max(0, one.answered_at - one.asked_at))
        if one.disputed and not in_time:
            in_time, said = True, "disputed"
        elif one.answered_at is None:
            said = "not answered"
        else:
            said = f"answered {'in time' if in_time else 'late'}" + (f" by {one.how}" if one.how else "")
        if in_time and not every and not one.disputed:
            tally.add(ONE, ONE)
            continue
        tally.note(
            ONE if in_time else 0, ONE, f"{one.kind} {one.name}: {said}", one.behind, site=one.site, part=one.part,
            order_number=one.name if one.kind == "order" else "", line=one.name,
            cases=(one.name,) if one.kind == "discrepancy" else (), disputed=one.disputed,
        )  # fmt: skip
    for kind, waits in hours.items():
        tally.details[f"median_hours_{kind}"] = percentile(waits, 50) / _HOUR_US
    return tally.measure()
