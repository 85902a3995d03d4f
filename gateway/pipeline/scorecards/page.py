"""A scorecard as one printable page. Everything on it comes from the card."""

from __future__ import annotations

from html import escape

from gateway.pipeline.scorecards.drawing import (
    chart,
    colour,
    document,
    entries_table,
    label,
    line_chart,
    row,
    table,
)
from ledger.scorecards import Points, Rolling, Scorecard


def build_page(card: Scorecard, trend: Rolling | None = None, name: str = "") -> str:
    """The whole page of one supplier and month; with `trend`, the months before it as a chart."""
    title = f"{name or card.supplier}, {card.month}"
    parts = [
        f"<header class=head>{_gauge(card)}<div><h1>{escape(title)}</h1>{_notes(card)}</div></header>",
        "<h2>Metrics</h2>", _bars(card), _metrics(card),
        _taken(card), "<h2>Trend</h2>" + _trend(trend) if trend is not None else "",
        _all_entries(card),
        f"<footer><p class=note>Rules {escape(card.rules[:16])}. Computed from recorded events alone.</p></footer>",
    ]  # fmt: skip
    return document(f"Scorecard {title}", "".join(parts))


def _notes(card: Scorecard) -> str:
    said = [
        f"Grade {card.grade}" if card.grade else "No grade: too little is known",
        f"{card.coverage:g} % of the weights have a value, {card.closed_lines} lines closed",
    ]
    if card.capped_by:
        said.append(f"The grade is capped by {card.capped_by.replace('_', ' ')}")
    if card.provisional:
        said.append("Provisional: the month is not over")
    if card.disputed:
        said.append(f"{card.disputed} entries are disputed")
    narrowed = [f"{what} {value}" for what in ("site", "part", "ship_point") if (value := getattr(card, what))]
    if narrowed:
        said.append("Narrowed to " + ", ".join(narrowed))
    return "".join(f"<p class=note>{escape(one)}</p>" for one in said)


def _gauge(card: Scorecard) -> str:
    """The score as part of a ring."""
    value, around = card.value or 0.0, 283.0
    shown = "-" if card.value is None else f"{card.value:g}"
    return (
        '<svg width="110" height="110" viewBox="0 0 110 110" role="img" aria-label="score">'
        '<circle cx="55" cy="55" r="45" fill="none" stroke="#e6eaed" stroke-width="12"/>'
        f'<circle cx="55" cy="55" r="45" fill="none" stroke="{colour(card.value)}" stroke-width="12" '
        f'stroke-dasharray="{around * value / 100:.1f} {around}" transform="rotate(-90 55 55)"/>'
        f'<text x="55" y="60" text-anchor="middle" style="font-size:22px;font-weight:600">{shown}</text></svg>'
    )


def _bars(card: Scorecard) -> str:
    """Points of each metric that is weighed, as bars."""
    weighed = [one for one in card.metrics if one.weight]
    height = 24 * len(weighed)
    rows = []
    for n, one in enumerate(weighed):
        y = 24 * n
        name = escape(label(one.measure.metric))
        width = 3.6 * (one.points or 0.0)
        shown = "no data" if one.points is None else f"{one.points:g}"
        rows.append(
            f'<text x="0" y="{y + 16}">{name}</text>'
            f'<rect x="190" y="{y + 4}" width="360" height="16" fill="#eef1f3"/>'
            f'<rect x="190" y="{y + 4}" width="{width:.1f}" height="16" fill="{colour(one.points)}"/>'
            f'<text x="558" y="{y + 16}">{shown}</text><text x="640" y="{y + 16}">weight {one.weight:g}</text>'
        )
    return chart(height, "points by metric", "".join(rows))


def _metrics(card: Scorecard) -> str:
    rows = []
    for one in card.metrics:
        found = one.measure
        value = "-" if found.value is None else f"{found.value:g} {found.unit}".removesuffix(" count")
        sums = ", ".join(f"{each.achieved:f} of {each.possible:f} {each.unit}".strip() for each in found.sums)
        more = ", ".join(f"{name.replace('_', ' ')} {figure:g}" for name, figure in found.details.items())
        points = "" if one.points is None else f"{one.points:g}"
        rows.append(
            row(
                label(found.metric), value, sums, "; ".join(filter(None, (found.band, more))),
                points, f"{one.weight:g}", numbers=(1, 4, 5),
            )
        )  # fmt: skip
    return table(("metric", "value", "sum", "also", "points", "weight"), rows, numbers=(1, 4, 5))


def _taken(card: Scorecard) -> str:
    if not card.taken:
        return ""
    rows = [row(label(one.reason), str(one.occurrences), f"-{one.points:g}") for one in card.taken]
    return "<h2>Deductions</h2>" + table(("for", "occurrences", "points"), rows)


def _trend(trend: Rolling) -> str:
    """Scores by month as a line; months without a score leave a gap."""
    said = "-" if trend.value is None else f"{trend.value:g}"
    return (
        f"<p class=note>Rolling score over {len(trend.months)} months: {said} {escape(trend.grade or '')}</p>"
        + line_chart("score by month", [(one.month, one.value) for one in trend.months], 100, graded=True)
    )


def _all_entries(card: Scorecard) -> str:
    told = [_entries(one) for one in card.metrics if one.measure.deductions]
    return "<h2>What stands behind it</h2>" + "".join(told) if told else ""


def _entries(one: Points) -> str:
    return f"<h3>{escape(label(one.measure.metric))}</h3>{entries_table(one.measure.deductions)}"
