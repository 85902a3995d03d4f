"""A scorecard as one printable page: HTML with SVG charts in it, no script, and nothing fetched from anywhere.

Everything on it comes from the card; all text is escaped, since partners wrote some of it.
"""

from __future__ import annotations

from html import escape

from ledger.scorecards import Entry, Points, Rolling, Scorecard

ENTRIES_MAX = 200
"""Rows that one metric shows; the CSV has all of them."""

_STYLE = """
:root { color-scheme: light; }
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; color: #1c2126; }
h1 { font-size: 1.5rem; margin: 0 0 .2rem; } h2 { font-size: 1.05rem; margin: 1.6rem 0 .4rem; }
h3 { font-size: .95rem; margin: 1.2rem 0 .3rem; }
p.note { color: #555f69; margin: .2rem 0; } footer { margin-top: 1.6rem; }
svg.chart { display: block; width: 100%; max-width: 45rem; height: auto; margin: .4rem 0 1rem; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .5rem; border-bottom: 1px solid #dde2e6; vertical-align: top; }
td.number, th.number { text-align: right; white-space: nowrap; }
.head { display: flex; gap: 2rem; align-items: center; flex-wrap: wrap; }
.disputed { font-weight: 600; }
svg text { font: 12px system-ui, sans-serif; fill: #1c2126; }
svg text.scale { fill: #555f69; font-size: 10px; }
@media print {
  body { margin: 0; max-width: none; font-size: 11px; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  tr, svg { break-inside: avoid; } h2, h3 { break-after: avoid; } thead { display: table-header-group; }
}
"""


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
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>Scorecard {escape(title)}</title><style>{_STYLE}</style></head>"
        f"<body>{''.join(parts)}</body></html>\n"
    )


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
        f'<circle cx="55" cy="55" r="45" fill="none" stroke="{_colour(card.value)}" stroke-width="12" '
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
        name = escape(_label(one.measure.metric))
        width = 3.6 * (one.points or 0.0)
        shown = "no data" if one.points is None else f"{one.points:g}"
        rows.append(
            f'<text x="0" y="{y + 16}">{name}</text>'
            f'<rect x="190" y="{y + 4}" width="360" height="16" fill="#eef1f3"/>'
            f'<rect x="190" y="{y + 4}" width="{width:.1f}" height="16" fill="{_colour(one.points)}"/>'
            f'<text x="558" y="{y + 16}">{shown}</text><text x="640" y="{y + 16}">weight {one.weight:g}</text>'
        )
    return _chart(height, "points by metric", "".join(rows))


def _metrics(card: Scorecard) -> str:
    rows = []
    for one in card.metrics:
        found = one.measure
        value = "-" if found.value is None else f"{found.value:g} {found.unit}".removesuffix(" count")
        sums = ", ".join(f"{each.achieved:f} of {each.possible:f} {each.unit}".strip() for each in found.sums)
        more = ", ".join(f"{name.replace('_', ' ')} {figure:g}" for name, figure in found.details.items())
        points = "" if one.points is None else f"{one.points:g}"
        rows.append(
            _row(
                _label(found.metric), value, sums, "; ".join(filter(None, (found.band, more))),
                points, f"{one.weight:g}", numbers=(1, 4, 5),
            )
        )  # fmt: skip
    return _table(("metric", "value", "sum", "also", "points", "weight"), rows, numbers=(1, 4, 5))


def _taken(card: Scorecard) -> str:
    if not card.taken:
        return ""
    rows = [_row(_label(one.reason), str(one.occurrences), f"-{one.points:g}") for one in card.taken]
    return "<h2>Deductions</h2>" + _table(("for", "occurrences", "points"), rows)


def _trend(trend: Rolling) -> str:
    """Scores by month as a line; months without a score leave a gap."""
    step = 600 / max(1, len(trend.months) - 1)
    dots, path, drawing = [], [], False
    for n, month in enumerate(trend.months):
        x = 70 + n * step
        dots.append(f'<text x="{x:.1f}" y="152" text-anchor="middle">{escape(month.month)}</text>')
        if month.value is None:
            drawing = False
            continue
        y = _height(month.value)
        path.append(f"{'L' if drawing else 'M'}{x:.1f} {y:.1f}")
        drawing = True
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{_colour(month.value)}"/>')
        dots.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{month.value:g}</text>')
    said = "-" if trend.value is None else f"{trend.value:g}"
    line = f'<path d="{" ".join(path)}" fill="none" stroke="#47525d" stroke-width="2"/>' if path else ""
    return (
        f"<p class=note>Rolling score over {len(trend.months)} months: {said} {escape(trend.grade or '')}</p>"
        + _chart(160, "score by month", "".join((*map(_scale, (0, 50, 100)), line, *dots)))
    )


def _height(points: float) -> float:
    return 20 + 110 * (100 - points) / 100


def _scale(points: int) -> str:
    y = _height(points)
    return (
        f'<line x1="40" y1="{y:.1f}" x2="700" y2="{y:.1f}" stroke="#dde2e6"/>'
        f'<text class="scale" x="32" y="{y + 4:.1f}" text-anchor="end">{points}</text>'
    )


def _chart(height: int, label: str, drawn: str) -> str:
    return f'<svg class="chart" viewBox="0 0 720 {height}" role="img" aria-label="{label}">{drawn}</svg>'


def _all_entries(card: Scorecard) -> str:
    told = [_entries(one) for one in card.metrics if one.measure.deductions]
    return "<h2>What stands behind it</h2>" + "".join(told) if told else ""


def _label(metric: str) -> str:
    """`asn_timeliness` as people write it."""
    words = metric.replace("_", " ")
    return "ASN" + words[3:] if words.startswith("asn ") else words[:1].upper() + words[1:]


def _entries(one: Points) -> str:
    found = one.measure
    rows = [_entry(entry) for entry in found.deductions[:ENTRIES_MAX]]
    left = len(found.deductions) - len(rows)
    more = f"<p class=note>{left} more; the CSV has all of them.</p>" if left else ""
    columns = ("what", "counted", "cases", "event", "document", "segment")
    return f"<h3>{escape(_label(found.metric))}</h3>{_table(columns, rows)}{more}"


def _entry(entry: Entry) -> str:
    cases = " ".join(entry.cases) + (" (disputed)" if entry.disputed else "")
    counted = f"{entry.achieved:f} of {entry.possible:f} {entry.unit}".strip()
    behind = entry.behind
    return _row(entry.text, counted, cases, str(behind.seq), behind.document, str(behind.segment or ""))


def _table(columns: tuple[str, ...], rows: list[str], numbers: tuple[int, ...] = ()) -> str:
    head = "".join(f"<th{_number(n, numbers)}>{escape(name)}</th>" for n, name in enumerate(columns))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(*cells: str, numbers: tuple[int, ...] = ()) -> str:
    return f"<tr>{''.join(f'<td{_number(n, numbers)}>{escape(cell)}</td>' for n, cell in enumerate(cells))}</tr>"


def _number(n: int, numbers: tuple[int, ...]) -> str:
    return " class=number" if n in numbers else ""


def _colour(points: float | None) -> str:
    if points is None:
        return "#9aa5af"
    return "#2e7d4f" if points >= 90 else "#b98a12" if points >= 70 else "#b3402f"
