"""Weights, curves and cut-offs of the scorecard. All are configuration; these are the defaults."""

from __future__ import annotations

import msgspec

WEIGHTS: dict[str, float] = {
    "on_time_in_full": 25,
    "behind_schedule": 10,
    "asn_timeliness": 12,
    "asn_accuracy": 13,
    "quantity_accuracy": 8,
    "cumulative_agreement": 5,
    "rejects_per_million": 15,
    "labels": 5,
    "responsiveness": 4,
    "lead_time": 3,
}

CURVES: dict[str, tuple[tuple[float, float], ...]] = {
    "asn_timeliness": ((90.0, 0.0), (99.5, 100.0)),
    "asn_accuracy": ((92.0, 0.0), (99.5, 100.0)),
    "quantity_accuracy": ((97.0, 0.0), (99.8, 100.0)),
    "cumulative_agreement": ((90.0, 0.0), (100.0, 100.0)),
}


class ScoreRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How values become points and points a grade."""

    weights: dict[str, float] = msgspec.field(default_factory=lambda: dict(WEIGHTS))
    curves: dict[str, tuple[tuple[float, float], ...]] = msgspec.field(default_factory=lambda: dict(CURVES))
    """Per metric (value in percent, points), rising by value; straight lines between, flat outside."""
    grades: tuple[tuple[str, float], ...] = (("A", 90.0), ("B", 80.0), ("C", 70.0), ("D", 0.0))
    coverage_min: float = 60.0
    """Percent of the weights that must have a value before a grade is given."""
    closed_lines_min: int = 10
    """Closed lines below which no grade is given."""
    late_credit: float = 0.5
    """What a notice counts that came late but before the goods."""
    missing_after_hours: int = 24
