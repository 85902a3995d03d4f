"""Supplier scorecards: one file per metric, pure over facts that queries load. A metric never imports another.

To add a metric: one file with `NAME` and its `measure_*`, one line in `METRICS`, a weight and a curve in the rules.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.policy.scores import ScoreRules
from ledger.scorecards.asn_accuracy import measure_asn_accuracy
from ledger.scorecards.asn_timeliness import measure_asn_timeliness
from ledger.scorecards.cumulative_agreement import measure_cumulative_agreement
from ledger.scorecards.facts import Behind, CumulativeFact, Facts, LineFact, ShipmentFact, UnadvisedFact
from ledger.scorecards.measure import Deduction, Measure
from ledger.scorecards.quantity_accuracy import measure_quantity_accuracy
from ledger.scorecards.score import Points, Scorecard, build_scorecard, points_on_curve

METRICS: tuple[Callable[[Facts, ScoreRules], Measure], ...] = (
    measure_asn_timeliness,
    measure_asn_accuracy,
    measure_quantity_accuracy,
    measure_cumulative_agreement,
)


def scorecard(facts: Facts, rules: ScoreRules, *, month: str, policy: str) -> Scorecard:
    """The card of one supplier and month (`2026-11`); `policy` is the hash of the policy that holds the rules."""
    return build_scorecard(facts, [metric(facts, rules) for metric in METRICS], rules, month=month, policy=policy)


__all__ = [
    "METRICS", "Behind", "CumulativeFact", "Deduction", "Facts", "LineFact", "Measure", "Points", "Scorecard",
    "ShipmentFact", "UnadvisedFact", "points_on_curve", "scorecard",
]  # fmt: skip
