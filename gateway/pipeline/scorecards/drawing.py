"""What printable pages share: HTML with SVG charts in it, no script, and nothing fetched from anywhere.

All text is escaped, since partners wrote some of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from ledger.scorecards import Entry

ENTRIES_MAX = 200
"""Rows of entries in one table; the CSV has all of them."""

_PLAIN = "#47525d"
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


def document(title: str, body: str) -> str:
    """The whole page."""
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>{body}</body></html>\n"
    )


def line_chart(label: str, points: Sequence[tuple[str, float | None]], top: float, *, graded: bool = False) -> str:
    """Values by name, such as months, from 0 to `top` as a line; a name without a value leaves a gap. `graded`: the
    values are points, and shown in their colours."""
    step = 600 / max(1, len(points) - 1)
    dots, path, drawing = [], [], False
    for n, (name, value) in enumerate(points):
        x = 70 + n * step
        dots.append(f'<text x="{x:.1f}" y="152" text-anchor="middle">{escape(name)}</text>')
        if value is None:
            drawing = False
            continue
        y = _height(value, top)
        path.append(f"{'L' if drawing else 'M'}{x:.1f} {y:.1f}")
        drawing = True
        dots.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour(value) if graded else _PLAIN}"/>')
        dots.append(f'<text x="{x:.1f}" y="{y - 8:.1f}" text-anchor="middle">{value:g}</text>')
    line = f'<path d="{" ".join(path)}" fill="none" stroke="{_PLAIN}" stroke-width="2"/>' if path else ""
    return chart(160, label, "".join((*(_scale(top * share / 2, top) for share in range(3)), line, *dots)))


def _height(value: float, top: float) -> float:
    return 20 + 110 * (top - value) / top


def _scale(value: float, top: float) -> str:
    y = _height(value, top)
    return (
        f'<line x1="40" y1="{y:.1f}" x2="700" y2="{y:.1f}" stroke="#dde2e6"/>'
        f'<text class="scale" x="32" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>'
    )


def chart(height: int, label: str, drawn: str) -> str:
    """A drawing of a page's width; `label` is what those hear who do not see it."""
    return f'<svg class="chart" viewBox="0 0 720 {height}" role="img" aria-label="{label}">{drawn}</svg>'


def label(metric: str) -> str:
    """`asn_timeliness` as people write it."""
    words = metric.replace("_", " ")
    return "ASN" + words[3:] if words.startswith("asn ") else words[:1].upper() + words[1:]


def entries_table(entries: Sequence[Entry]) -> str:
    """The first entries of a figure, each with its event and document."""
    rows = [_entry(entry) for entry in entries[:ENTRIES_MAX]]
    left = len(entries) - len(rows)
    more = f"<p class=note>{left} more; the CSV has all of them.</p>" if left else ""
    return table(("what", "counted", "cases", "event", "document", "segment"), rows) + more


def _entry(entry: Entry) -> str:
    cases = " ".join(entry.cases) + (" (disputed)" if entry.disputed else "")
    counted = f"{entry.achieved:f} of {entry.possible:f} {entry.unit}".strip()
    behind = entry.behind
    return row(entry.text, counted, cases, str(behind.seq or ""), behind.document, str(behind.segment or ""))


def table(columns: tuple[str, ...], rows: list[str], numbers: tuple[int, ...] = ()) -> str:
    """A table of rows; `numbers` are the columns that stand to the right."""
    head = "".join(f"<th{_number(n, numbers)}>{escape(name)}</th>" for n, name in enumerate(columns))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def row(*cells: str, numbers: tuple[int, ...] = ()) -> str:
    """A row of cells, each escaped."""
    return f"<tr>{''.join(f'<td{_number(n, numbers)}>{escape(cell)}</td>' for n, cell in enumerate(cells))}</tr>"


def _number(n: int, numbers: tuple[int, ...]) -> str:
    return " class=number" if n in numbers else ""


def colour(points: float | None) -> str:
    """Of points out of 100."""
    if points is None:
        return "#9aa5af"
    return "#2e7d4f" if points >= 90 else "#b98a12" if points >= 70 else "#b3402f"
