"""The rolling score: several months in one figure, each weighted by how many lines it closed.

rolling = sum(closed lines x score) / sum(closed lines), over the months that have a score
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from ledger.policy.scores import ScoreRules
from ledger.scorecards.score import Scorecard, grade_of


class MonthScore(msgspec.Struct, frozen=True, kw_only=True):
    """One month of the trend."""

    month: str
    value: float | None
    grade: str | None
    coverage: float
    closed_lines: int
    provisional: bool
    frozen: bool = False


class Rolling(msgspec.Struct, frozen=True, kw_only=True):
    """Several months up to the one that is shown."""

    months: tuple[MonthScore, ...]
    """The oldest first."""
    value: float | None
    grade: str | None
    coverage: float
    closed_lines: int
    smoothed: float | None = None
    """Only where smoothing is asked for: it depends on where it began."""


def month_score(card: Scorecard, *, frozen: bool = False) -> MonthScore:
    """A card as one month of a trend."""
    return MonthScore(
        month=card.month, value=card.value, grade=card.grade, coverage=card.coverage, closed_lines=card.closed_lines,
        provisional=card.provisional, frozen=frozen,
    )  # fmt: skip


def rolling(months: Sequence[MonthScore], rules: ScoreRules) -> Rolling:
    """Months in order, those without a score among them."""
    scored = [one for one in months if one.value is not None and one.closed_lines]
    closed = sum(one.closed_lines for one in scored)
    value = coverage = None
    if closed:
        value = round(sum(one.closed_lines * (one.value or 0.0) for one in scored) / closed, 1)
        coverage = round(sum(one.closed_lines * one.coverage for one in scored) / closed, 1)
    graded = value is not None and (coverage or 0.0) >= rules.coverage_min and closed >= rules.closed_lines_min
    smoothed: float | None = None
    if rules.smoothing:
        for one in months:
            if one.value is not None:
                smoothed = one.value if smoothed is None else (
                    (1 - rules.smoothing) * smoothed + rules.smoothing * one.value
                )  # fmt: skip
    return Rolling(
        months=tuple(months), value=value, grade=grade_of(value, rules) if graded and value is not None else None,
        coverage=coverage or 0.0, closed_lines=closed, smoothed=None if smoothed is None else round(smoothed, 1),
    )  # fmt: skip
