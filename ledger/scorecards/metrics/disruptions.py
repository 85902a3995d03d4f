"""Disruptions: how often did the supplier stop our shipments, our yard or our line?

They are gates and deductions, never an average: each costs points, and a stopped line caps the grade.

    disruptions = stops of shipments + holds in the yard + stops of lines
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import ONE, Measure, Tally

NAME = "disruptions"
KINDS = ("stop_ship", "yard_hold", "line_down")


def measure_disruptions(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure:
    """How many there were; 0 when there was none."""
    tally = Tally(NAME, every=every, scale=1, unit="count")
    of_kind = dict.fromkeys(KINDS, 0)
    minutes = 0
    for one in facts.disruptions:
        of_kind[one.kind] += 1
        minutes += one.minutes
        lasted = f", {one.minutes} minutes" if one.minutes else ""
        tally.note(
            ONE, 0, f"{one.kind.replace('_', ' ')} {one.number}{lasted}{': ' if one.text else ''}{one.text}",
            one.behind, site=one.site, part=one.part, line=one.number, disputed=one.disputed,
        )  # fmt: skip
    if facts.disruptions:
        tally.details = {**of_kind, "minutes": minutes}
    return tally.measure(float(len(facts.disruptions)))
