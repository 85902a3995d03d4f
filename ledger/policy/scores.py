"""Weights, curves, windows and cut-offs of the scorecard. All are configuration; these are the defaults."""

from __future__ import annotations

from typing import Literal

import msgspec

Curve = tuple[tuple[float, float], ...]

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

CURVES: dict[str, Curve] = {
    "on_time_delivery": ((80.0, 0.0), (98.0, 100.0)),
    "on_time_lines": ((80.0, 0.0), (98.0, 100.0)),
    "on_time_in_full": ((80.0, 0.0), (98.0, 100.0)),
    "behind_schedule": ((0.0, 100.0), (1.0, 50.0), (3.0, 0.0)),
    "asn_timeliness": ((90.0, 0.0), (99.5, 100.0)),
    "asn_accuracy": ((92.0, 0.0), (99.5, 100.0)),
    "quantity_accuracy": ((97.0, 0.0), (99.8, 100.0)),
    "ship_to_schedule": ((90.0, 0.0), (99.0, 100.0)),
    "cumulative_agreement": ((90.0, 0.0), (100.0, 100.0)),
    "rejects_per_million": ((0.0, 100.0), (25.0, 90.0), (100.0, 70.0), (500.0, 0.0)),
    "labels": ((95.0, 0.0), (99.5, 100.0)),
    "lead_time": ((10.0, 100.0), (50.0, 0.0)),
    "responsiveness": ((80.0, 0.0), (98.0, 100.0)),
}

LOGARITHMIC = frozenset({"rejects_per_million"})
"""Metrics whose curve is straight in the logarithm of (1 + value): ten rejects more weigh less the more there are."""


class Grade(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One grade and the least score that earns it."""

    grade: str = ""
    """Its name, as it stands on the card."""
    least: float = 0.0
    """Score from which on it is given."""


class Window(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """When goods are on time, and which requirement they are held against."""

    early_days: int = 1
    """Days before the due date on which goods may come."""
    late_days: int = 0
    """Days after the due date on which goods may come."""
    early_hours: float = 0.0
    """With `by_hour`: hours before the moment at which they are due."""
    late_hours: float = 0.0
    """With `by_hour`: hours after the moment at which they are due."""
    by_hour: bool = False
    """Whether moments are compared; else days at the receiving site."""
    under_percent: float = 0.0
    """Percent of what is due that may be missing."""
    over_percent: float = 0.0
    """Percent of what is due that may come beyond it."""
    bulk_units: tuple[str, ...] = ()
    """Base units that are poured or weighed."""
    bulk_percent: float = 5.0
    """Percent that may be missing or too much of parts that are counted in `bulk_units`."""
    transit_days: int = 0
    """Days under way, where the terms of the supplier name none."""
    fence_days: int = 1
    """Working days before shipping at which a requirement is fixed: what the buyer changes later hurts nobody."""
    close_days: int = 5
    """Working days after the due date on which a requirement is judged."""
    written_off_days: int = 31
    """Days before the period from which on what was due and never came is still waited for."""
    confirm_hours: float = 24.0
    """Hours of working days within which an acknowledgment sets the date and quantity that count."""


class DeductionRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Points that single occurrences cost, beside the metrics."""

    premium_freight: float = 2.0
    """Each shipment with premium freight that the supplier is to answer for."""
    premium_freight_max: float = 10.0
    """All of them together cost no more."""
    stop_ship: float = 10.0
    """Each stop of shipments."""
    yard_hold: float = 10.0
    """Each hold of goods in the yard."""
    line_down: float = 20.0
    """Each stop of a line."""


class ScoreRules(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How values become points and points a grade."""

    preset: str = ""
    """Card that these rules begin with; what else stands here is laid over it."""
    weights: dict[str, float] = msgspec.field(default_factory=lambda: dict(WEIGHTS))
    """Metric -> weight; 0 shows it and counts nothing."""
    curves: dict[str, Curve] = msgspec.field(default_factory=lambda: dict(CURVES))
    """Metric -> list of (value, points), rising by value; straight lines between, flat outside."""
    grades: tuple[Grade, ...] = (
        Grade(grade="A", least=90.0), Grade(grade="B", least=80.0), Grade(grade="C", least=70.0), Grade(grade="D"),
    )  # fmt: skip
    """Grades, the best first."""
    coverage_min: float = 60.0
    """Percent of the weights that must have a value before a grade is given."""
    closed_lines_min: int = 10
    """Closed lines below which no grade is given."""
    late_credit: float = 0.5
    """What a notice counts that came late but before the goods."""
    missing_after_hours: int = 24
    """Hours after the expected arrival at which a notice counts whose goods never came."""
    window: Window = Window()
    """When goods are on time."""
    deductions: DeductionRules = DeductionRules()
    """Points that occurrences cost."""
    line_down_caps_at: str = "C"
    """No better grade in a month in which the supplier stopped a line; "" caps nothing."""
    rejects_cap_at: str = "B"
    """No better grade where rejects per million are above `rejects_hard_limit`; "" caps nothing."""
    rejects_hard_limit: float = 500.0
    """Rejects per million above which the grade is capped."""
    low_volume: int = 1000
    """Received quantity below which rejects are shown in a band of their own: one reject is no verdict."""
    low_volume_points: float = 70.0
    """Points of that band where anything was rejected; where nothing was, the metric has no points."""
    unauthorized_premium: Literal["as_told", "supplier"] = "as_told"
    """Who answers for premium freight whose notice names no authorization of ours: who it says, or the supplier
    whatever it says."""
    ship_grace_hours: float = 0.0
    """Hours before arrival by which a notice is also in time, for hauls shorter than the agreed minutes; 0 is off."""
    acknowledge_hours: float = 24.0
    """Hours of working days within which an order is acknowledged."""
    document_hours: float = 24.0
    """Hours of the clock within which a document that we sent is acknowledged (997, 999)."""
    answer_hours: float = 24.0
    """Hours of working days within which a discrepancy has its first answer."""
    rolling_months: int = 6
    """Months behind the rolling score."""
    smoothing: float = 0.0
    """Share of the month in a smoothed score, 0 is off: it hides a recovery, and depends on where it began."""
    freeze_days: int = 10
    """Days after the end of a month on which it is frozen."""
    dispute_days: int = 10
    """Working days after a finding within which the supplier may dispute it."""
