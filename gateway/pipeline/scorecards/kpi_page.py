"""Key figures of the plant as one printable page: each with its formula, its course, and what stands behind it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from html import escape

from gateway.pipeline.scorecards.drawing import document, entries_table, label, line_chart, row, table
from ledger.queries import Kpi
from ledger.scorecards import Measure


def build_kpi_page(
    figures: Sequence[Kpi], trend: Sequence[Sequence[Kpi]] = (), *, now: datetime, book: str = "live"
) -> str:
    """The whole page of one month as known at `now`. `trend` has the same figures of the months up to it, the oldest
    first."""
    title = f"Key figures, {figures[0].month}"
    notes = (
        ["Provisional: the month is not over"] if now.astimezone(UTC).strftime("%Y-%m") <= figures[0].month else []
    )
    notes += ["Of test traffic"] if book == "test" else []
    by_name = {one.name: [month[n] for month in trend] for n, one in enumerate(figures)}
    body = (
        f"<header><h1>{escape(title)}</h1>{''.join(f'<p class=note>{one}</p>' for one in notes)}</header>",
        table(
            ("figure", "value", "sum", "also"),
            [row(label(one.name), _value(one.measure), _sums(one.measure), _details(one.measure), numbers=(1,))
             for one in figures],
            numbers=(1,),
        ),
        *(_figure(one, by_name[one.name]) for one in figures),
        "<footer><p class=note>Computed from recorded events alone.</p></footer>",
    )  # fmt: skip
    return document(title, "".join(body))


def _figure(figure: Kpi, trend: Sequence[Kpi]) -> str:
    found = figure.measure
    drawn = ""
    if any(one.measure.value is not None for one in trend):
        points = [(one.month, one.measure.value) for one in trend]
        drawn = line_chart(f"{label(figure.name)} by month", points, _top(found.unit, [value for _, value in points]))
    return (
        f"<section><h2>{escape(label(figure.name))}: {escape(_value(found))}</h2>"
        f"<p class=note>{escape(figure.formula)}; from {escape(', '.join(figure.events))}</p>"
        f"{drawn}{entries_table(found.deductions) if found.deductions else ''}</section>"
    )


def _top(unit: str, values: Sequence[float | None]) -> float:
    """The end of the scale: 100 for percentages that come near it, else the next 1, 2 or 5 above the greatest."""
    greatest = max((value for value in values if value is not None), default=0.0)
    if unit == "%" and 50 < greatest <= 100:
        return 100.0
    step = 1.0
    while True:
        for factor in (1, 2, 5):
            if greatest <= factor * step:
                return factor * step
        step *= 10


def _value(found: Measure) -> str:
    return "-" if found.value is None else f"{found.value:g} {found.unit}"


def _sums(found: Measure) -> str:
    return ", ".join(f"{one.achieved:f} of {one.possible:f} {one.unit}".strip() for one in found.sums)


def _details(found: Measure) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in found.details.items())
