"""From measures to points, a score and a grade.

    score = sum(weight x points) / sum(weight) - deductions, between 0 and 100

A metric without data is left out and lowers the coverage; below the least coverage, or with too few closed lines,
there is a score but no grade. Occurrences that are no average (premium freight, disruptions) cost points, and the
gravest cap the grade.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import log10

import msgspec

from ledger.policy.scores import LOGARITHMIC, ScoreRules
from ledger.scorecards.facts import Facts
from ledger.scorecards.measure import Measure

LOW_VOLUME = "low volume"


class Points(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One metric on the card: its measure, and the points that its curve gives."""

    measure: Measure
    weight: float
    points: float | None = None


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """Points that occurrences cost, beside the metrics."""

    reason: str
    occurrences: int
    points: float


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
    taken: tuple[Taken, ...] = ()
    """Points that premium freight and disruptions cost."""
    capped_by: str = ""
    """Why the grade is no better, "" where nothing caps it."""
    disputed: int = 0
    """Entries that the supplier disputes and nobody has decided on."""
    site: str = ""
    part: str = ""
    ship_point: str = ""
    """What the card is narrowed to; "" where it is not."""


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


def points_of(metric: str, value: float, curve: Sequence[tuple[float, float]]) -> float:
    """Points of a metric's value; on a curve that is straight in the logarithm where the metric's is."""
    if metric not in LOGARITHMIC:
        return points_on_curve(curve, value)
    return points_on_curve([(log10(1 + corner), points) for corner, points in curve], log10(1 + max(0.0, value)))


def build_scorecard(
    facts: Facts, measures: Sequence[Measure], rules: ScoreRules, *, month: str, policy: str
) -> Scorecard:
    """Put the measures of one month together. Same facts and rules, same card."""
    metrics = tuple(_points(one, rules) for one in measures)
    by_name = {one.metric: one for one in measures}
    taken = _taken(facts, by_name, rules)
    scored = [(one.weight, one.points) for one in metrics if one.points is not None and one.weight]
    weight = sum(weight for weight, _ in scored)
    total = sum(rules.weights.values())
    value = None
    if weight:
        average = sum(weight * points for weight, points in scored) / weight
        value = round(min(100.0, max(0.0, average - sum(one.points for one in taken))), 1)
    coverage = round(100.0 * weight / total, 1) if total else 0.0
    closed_lines = facts.plain.closed_lines + sum(1 for line in facts.lines if line.closed_at is not None)
    graded = value is not None and coverage >= rules.coverage_min and closed_lines >= rules.closed_lines_min
    grade, capped_by = (None, "") if not graded or value is None else _capped(
        grade_of(value, rules), facts, by_name, rules
    )  # fmt: skip
    return Scorecard(
        supplier=facts.supplier,
        month=month,
        value=value,
        grade=grade,
        coverage=coverage,
        provisional=facts.now < facts.until,
        closed_lines=closed_lines,
        rules=policy,
        metrics=metrics,
        taken=taken,
        capped_by=capped_by,
        disputed=sum(1 for one in measures for entry in one.deductions if entry.disputed),
    )


def grade_of(value: float, rules: ScoreRules) -> str | None:
    """The best grade that the score earns."""
    return next((one.grade for one in rules.grades if value >= one.least), None)


def _points(one: Measure, rules: ScoreRules) -> Points:
    weight = float(rules.weights.get(one.metric, 0.0))
    curve = rules.curves.get(one.metric)
    if one.value is None or not curve:
        return Points(measure=one, weight=weight)
    points: float | None = points_of(one.metric, one.value, curve)
    if one.band == LOW_VOLUME:
        points = rules.low_volume_points if one.details.get("rejected") else None
    return Points(measure=one, weight=weight, points=None if points is None else round(float(points), 2))


def _taken(facts: Facts, measures: Mapping[str, Measure], rules: ScoreRules) -> tuple[Taken, ...]:
    found = []
    of = rules.deductions
    premium = measures.get("premium_freight")
    rushed = int(premium.achieved) if premium is not None else 0
    if rushed and of.premium_freight:
        points = min(of.premium_freight_max, rushed * of.premium_freight)
        found.append(Taken(reason="premium_freight", occurrences=rushed, points=float(points)))
    for kind, each in (("stop_ship", of.stop_ship), ("yard_hold", of.yard_hold), ("line_down", of.line_down)):
        times = sum(1 for one in facts.disruptions if one.kind == kind)
        if times and each:
            found.append(Taken(reason=kind, occurrences=times, points=float(times * each)))
    return tuple(found)


def _capped(
    grade: str | None, facts: Facts, measures: Mapping[str, Measure], rules: ScoreRules
) -> tuple[str | None, str]:
    """The grade under what caps it, and what does."""
    caps = []
    if rules.line_down_caps_at and any(one.kind == "line_down" for one in facts.disruptions):
        caps.append((rules.line_down_caps_at, "line_down"))
    rejects = measures.get("rejects_per_million")
    told = None if rejects is None or rejects.band == LOW_VOLUME else rejects.value
    if rules.rejects_cap_at and told is not None and told > rules.rejects_hard_limit:
        caps.append((rules.rejects_cap_at, "rejects_per_million"))
    order = [one.grade for one in rules.grades]
    by = ""
    for cap, reason in caps:
        if grade in order and cap in order and order.index(cap) > order.index(grade):
            grade, by = cap, reason
    return grade, by
