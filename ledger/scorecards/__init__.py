"""Supplier scorecards: one file per metric, pure over facts that queries load. A metric never imports another.

To add a metric: one file with `NAME` and its `measure_*`, one line in `METRICS`, a weight and a curve in the rules.
"""

from __future__ import annotations

from typing import Protocol

from msgspec.structs import replace

from ledger.policy.scores import ScoreRules
from ledger.scorecards.allocation import judged
from ledger.scorecards.charging import charge
from ledger.scorecards.facts import (
    Against,
    AnswerFact,
    Behind,
    Carried,
    ContainerFact,
    CumulativeFact,
    DeliveryFact,
    DispatchFact,
    DisruptionFact,
    Due,
    Facts,
    LeadTimeFact,
    LineFact,
    PremiumFact,
    RejectFact,
    RequirementFact,
    ShipmentFact,
    UnadvisedFact,
)
from ledger.scorecards.measure import Entry, Measure, Sum
from ledger.scorecards.metrics.asn_accuracy import measure_asn_accuracy
from ledger.scorecards.metrics.asn_timeliness import measure_asn_timeliness
from ledger.scorecards.metrics.behind_schedule import measure_behind_schedule
from ledger.scorecards.metrics.cumulative_agreement import measure_cumulative_agreement
from ledger.scorecards.metrics.delivery_deviation import measure_delivery_deviation
from ledger.scorecards.metrics.disruptions import measure_disruptions
from ledger.scorecards.metrics.labels import measure_labels
from ledger.scorecards.metrics.lead_time import measure_lead_time
from ledger.scorecards.metrics.on_time_delivery import measure_on_time_delivery
from ledger.scorecards.metrics.on_time_in_full import measure_on_time_in_full
from ledger.scorecards.metrics.on_time_lines import measure_on_time_lines
from ledger.scorecards.metrics.premium_freight import measure_premium_freight
from ledger.scorecards.metrics.quantity_accuracy import measure_quantity_accuracy
from ledger.scorecards.metrics.rejects_per_million import measure_rejects_per_million
from ledger.scorecards.metrics.responsiveness import measure_responsiveness
from ledger.scorecards.metrics.ship_to_schedule import measure_ship_to_schedule
from ledger.scorecards.rolling import MonthScore, Rolling, month_score, rolling
from ledger.scorecards.score import Points, Scorecard, Taken, build_scorecard, points_of, points_on_curve
from ledger.scorecards.shipping import shipping


class Metric(Protocol):
    """Computes one measure; with `every`, its entries are all that counted, else what fell short."""

    def __call__(self, facts: Facts, rules: ScoreRules, *, every: bool = False) -> Measure: ...


METRICS: dict[str, Metric] = {
    "on_time_delivery": measure_on_time_delivery,
    "on_time_lines": measure_on_time_lines,
    "on_time_in_full": measure_on_time_in_full,
    "delivery_deviation": measure_delivery_deviation,
    "behind_schedule": measure_behind_schedule,
    "asn_timeliness": measure_asn_timeliness,
    "asn_accuracy": measure_asn_accuracy,
    "quantity_accuracy": measure_quantity_accuracy,
    "ship_to_schedule": measure_ship_to_schedule,
    "cumulative_agreement": measure_cumulative_agreement,
    "rejects_per_million": measure_rejects_per_million,
    "labels": measure_labels,
    "lead_time": measure_lead_time,
    "premium_freight": measure_premium_freight,
    "responsiveness": measure_responsiveness,
    "disruptions": measure_disruptions,
}
"""By name, in the order of the card."""


def scorecard(facts: Facts, rules: ScoreRules, *, month: str, policy: str) -> Scorecard:
    """The card of one supplier and month (`2026-11`); `policy` is the hash of the policy that holds the rules."""
    ready = _ready(facts, rules)
    return build_scorecard(
        ready, [metric(ready, rules) for metric in METRICS.values()], rules, month=month, policy=policy
    )


def drill(facts: Facts, rules: ScoreRules, metric: str) -> Measure:
    """One metric with an entry for everything that it counted; raises KeyError for a name that is no metric."""
    return METRICS[metric](_ready(facts, rules, every=True), rules, every=True)


def _ready(facts: Facts, rules: ScoreRules, *, every: bool = False) -> Facts:
    """What all metrics share, made once: each cause charged to one metric, receipts allocated to requirements."""
    charged = charge(facts, rules)
    return replace(charged, judged=judged(charged, rules, every=every), shipping=shipping(charged))


__all__ = [
    "METRICS", "Against", "AnswerFact", "Behind", "Carried", "ContainerFact", "CumulativeFact", "DeliveryFact",
    "DispatchFact", "DisruptionFact", "Due", "Entry", "Facts", "LeadTimeFact", "LineFact", "Measure", "MonthScore",
    "Points", "PremiumFact", "RejectFact", "RequirementFact", "Rolling", "Scorecard", "ShipmentFact", "Sum", "Taken",
    "UnadvisedFact", "drill", "month_score", "points_of", "points_on_curve", "rolling", "scorecard",
]  # fmt: skip
