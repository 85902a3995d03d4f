"""Cumulative agreement: does the supplier count the same as we do?

Over the parts that were advised in the period, where the agreement keeps cumulatives. A part counts once, however
many notices repeated the difference, and ASN accuracy does not count it again: one physical cause, one penalty.

    CA = parts whose cumulative agreed all the time / parts advised
"""

from __future__ import annotations

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import Deduction, Measure, measure

NAME = "cumulative_agreement"


def measure_cumulative_agreement(facts: Facts, rules: ScoreRules) -> Measure:
    """Percent of parts without a disagreement; None where no cumulatives are kept or nothing was advised."""
    differing = [part for part in facts.cumulatives if not part.agrees]
    deductions = [
        Deduction(text=f"part {part.part}: {part.text}", behind=part.behind, shipment_id=part.shipment_id)
        for part in differing
    ]
    possible = len(facts.cumulatives)
    return measure(NAME, possible - len(differing), possible, deductions)
