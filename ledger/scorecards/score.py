"""From measures to points, a score and a grade.

    score = sum(weight x points) / sum(weight), over the metrics that have a value

A metric without data is left out and lowers the coverage; below the least coverage, or with too few closed lines,
there is a score but no grade.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ledger.policy.scores import ScoreRules
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import Measure


class Points(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric on the card: its measure, and the points that its curve gives."""

    measure: Measure
    weight: float
    points: float | None = None


class Scorecard(msgspec.Struct, frozen=True, kw_only=True):
    """One supplier's month. `value` and `grade` are None where too little is known to say."""

    supplier: str
    month: str
    value: float | None
    grade: str | None
    coverage: float
    """Percent of all weights that had a value."""
    provisional: bool
    """True until the month is over."""
    closed_lines: int
    rules: str
    """Hash of the policy whose weights and curves were used."""
    metrics: tuple[Points, ...]


def points_on_curve(curve: Sequence[tuple[float, float]], value: float) -> float:
    """Points for a value: straight lines between the curve's corners, flat outside them."""
    before, before_points = curve[0]
    if value <= before:
        return before_points
    for corner, corner_points in curve[1:]:
        if value <= corner:
            share = (value - before) / (corner - before)
            return before_points + share * (corner_points - before_points)
        before, before_points = corner, corner_points
    return before_points


def build_scorecard(
    facts: Facts, measures: Sequence[Measure], rules: ScoreRules, *, month: str, policy: str
) -> Scorecard:
    """Put the measures of one month together. Same facts and rules, same card."""
    metrics = tuple(_points(one, rules) for one in measures)
    scored = [(one.weight, one.points) for one in metrics if one.points is not None]
    weight = sum(weight for weight, _ in scored)
    total = sum(rules.weights.values())
    value = round(sum(weight * points for weight, points in scored) / weight, 1) if weight else None
    coverage = round(100 * weight / total, 1) if total else 0.0
    closed_lines = sum(1 for line in facts.lines if line.closed_at is not None)
    graded = value is not None and coverage >= rules.coverage_min and closed_lines >= rules.closed_lines_min
    return Scorecard(
        supplier=facts.supplier,
        month=month,
        value=value,
        grade=_grade(value, rules) if graded and value is not None else None,
        coverage=coverage,
        provisional=facts.now < facts.until,
        closed_lines=closed_lines,
        rules=policy,
        metrics=metrics,
    )


def _points(one: Measure, rules: ScoreRules) -> Points:
    weight = rules.weights.get(one.metric, 0.0)
    curve = rules.curves.get(one.metric)
    if one.value is None or not curve:
        return Points(measure=one, weight=weight)
    return Points(measure=one, weight=weight, points=round(points_on_curve(curve, one.value), 2))


def _grade(value: float, rules: ScoreRules) -> str | None:
    return next((grade for grade, least in rules.grades if value >= least), None)
