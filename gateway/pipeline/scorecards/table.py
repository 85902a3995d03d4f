"""Scorecards and key figures as rows: one per figure, then what occurrences cost, then every entry behind them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator

from ledger.queries import Kpi
from ledger.scorecards import Entry, Scorecard

COLUMNS = (
    "supplier", "month", "what", "name", "value", "unit", "weight", "points", "achieved", "possible", "site", "part",
    "shipment_id", "order_number", "order_line", "line", "receipt_id", "cases", "disputed", "event", "document",
    "segment", "text",
)  # fmt: skip
KPI_COLUMNS = (
    "month", "what", "name", "value", "unit", "achieved", "possible", "site", "part", "shipment_id", "order_number",
    "order_line", "line", "receipt_id", "cases", "event", "document", "segment", "text",
)  # fmt: skip
_RISKY = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet would take for a formula at the beginning of a cell."""

Row = dict[str, object]


def rows_of(card: Scorecard) -> list[Row]:
    """Rows by `COLUMNS`; a cell that does not apply is left out."""
    about: Row = {"supplier": card.supplier, "month": card.month}
    rows: list[Row] = [
        about | {"what": "score", "name": "score", "value": card.value, "text": card.grade or "no grade"},
        about | {"what": "score", "name": "coverage", "value": card.coverage, "unit": "%"},
        about | {"what": "score", "name": "closed_lines", "value": card.closed_lines},
    ]
    for one in card.metrics:
        found = one.measure
        sums = found.sums if len(found.sums) == 1 else ()
        rows.append(
            about
            | {"what": "metric", "name": found.metric, "value": found.value, "unit": found.unit, "text": found.band}
            | {"weight": one.weight, "points": one.points}
            | ({"achieved": sums[0].achieved, "possible": sums[0].possible} if sums else {})
        )
    for taken in card.taken:
        rows.append(about | {"what": "deduction", "name": taken.reason, "points": -taken.points})
    for one in card.metrics:
        rows += [about | _entry(one.measure.metric, entry) for entry in one.measure.deductions]
    return rows


def _entry(metric: str, entry: Entry) -> Row:
    names = ("site", "part", "shipment_id", "order_number", "order_line", "line", "receipt_id", "unit", "text")
    return {name: getattr(entry, name) for name in names} | {
        "what": "entry", "name": metric, "achieved": entry.achieved, "possible": entry.possible,
        "cases": " ".join(entry.cases), "disputed": "yes" if entry.disputed else "", "event": entry.behind.seq or "",
        "document": entry.behind.document, "segment": entry.behind.segment or "",
    }  # fmt: skip


def build_csv(cards: Iterable[Scorecard]) -> str:
    """All cards as one CSV with a header; text that a spreadsheet would compute is quoted with an apostrophe."""
    return _write(COLUMNS, (row for card in cards for row in rows_of(card)))


def build_kpi_csv(figures: Iterable[Kpi]) -> str:
    """Key figures as one CSV with a header: the value of each, its sum per unit, and its entries."""
    return _write(KPI_COLUMNS, (row for figure in figures for row in _rows_of_kpi(figure)))


def _rows_of_kpi(figure: Kpi) -> Iterator[Row]:
    found = figure.measure
    about: Row = {"month": figure.month, "name": figure.name}
    yield about | {"what": "figure", "value": found.value, "unit": found.unit, "text": figure.formula}
    for one in found.sums:
        yield about | {"what": "sum", "unit": one.unit, "achieved": one.achieved, "possible": one.possible}
    for name, value in found.details.items():
        yield about | {"what": "detail", "value": value, "text": name.replace("_", " ")}
    yield from (about | _entry(figure.name, entry) for entry in found.deductions)


def _write(columns: tuple[str, ...], rows: Iterable[Row]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row.get(column)) for column in columns])
    return out.getvalue()


def _cell(value: object) -> str:
    if value is None:
        return ""
    text = f"{value:f}" if type(value).__name__ == "Decimal" else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_RISKY) else text
