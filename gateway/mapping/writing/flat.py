"""Write events as flat files: rows all alike, or records that differ by type, which are built as segments are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from gateway.document import Fault
from gateway.formats import FileShape, fit_for_cell, total_of, writable, write_csv, write_fixed
from gateway.mapping.places import Place
from gateway.mapping.plan import EVENT, Map, Rule, Section

if TYPE_CHECKING:
    from gateway.mapping.writing.writing import Segments, Values, Writer


def write_rows(writer: Writer, map: Map) -> tuple[Segments, bytes]:
    """The rows of the events, header first where the file has one, and the file."""
    shape = map.file
    row = map.header.loops.get("row")
    told: list[dict[str, str]] = []
    for event in writer.events if not map.emit else writer.events[:1]:
        writer.outer = writer.context.event = event
        entries = writer.entries(row, event) if row is not None else []
        for n, entry in enumerate(entries or ([] if map.emit else [{}])):  # all in its header: one row
            cells: dict[str, str] = {}
            if row is not None and entry:
                _cells(writer, row, entry, cells, f"{row.into}[{n}]." if row.into else "")
            head: dict[str, str] = {}
            _cells(writer, map.header, entry.get(EVENT, event), head, "")
            if shape.record_column:
                cells.setdefault(shape.record_column, shape.row_type)
            told.append(head | cells)
    told = with_records(told, shape)
    columns = shape.columns or tuple(dict.fromkeys(_columns_of(map.header) + (_columns_of(row) if row else [])))
    rows: Segments = [tuple(cells.get(column, "") for column in columns) for cells in told]
    if map.format == "csv":
        rows = [columns, *rows] if shape.header else rows
        return rows, write_csv(rows, shape)
    data, wrong = write_fixed([("", *row) for row in rows], shape)
    _note(writer, map, wrong)
    return rows, data


def with_records(told: Sequence[dict[str, str]], shape: FileShape) -> list[dict[str, str]]:
    """The rows with the records around them: what rows share in one before them, their totals in one behind."""
    if not shape.record_column:
        return [*told]
    found: list[dict[str, str]] = []
    last = dict.fromkeys(shape.default_columns, "")
    for cells in told:
        head = {column: cells.get(column, "") for column in shape.default_columns}
        if shape.defaults_type and head != last:
            found.append({**head, shape.record_column: shape.defaults_type})
            last = head
        found.append(
            {column: text for column, text in cells.items() if not shape.defaults_type or column not in head}
        )
    if shape.totals_type and told:
        totals = {shape.record_column: shape.totals_type}
        if shape.count_column:
            totals[shape.count_column] = str(len(told))
        for column, over in shape.sums:
            totals[column] = format(sum((total_of(cells.get(over, "")) for cells in told), Decimal(0)), "f")
        found.append(totals)
    return found


def write_records(writer: Writer, map: Map, segments: Sequence[tuple[str, ...]]) -> bytes:
    """The file of records that differ by type, each `(type, column 1, ...)`."""
    shape = map.file
    if map.format == "fixed":
        data, wrong = write_fixed(segments, shape)
        _note(writer, map, wrong)
        return data
    at = shape.type_at.first - 1 if shape.type_at is not None else 0
    rows = []
    for kind, *cells in segments:
        row = [*cells, *[""] * (len(shape.layouts[kind]) - len(cells))]
        row[at] = kind
        rows.append(row)
    return write_csv(rows, shape)


def unfit_texts(map: Map, rule: Rule, texts: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """What of these texts a file cannot hold: code, text, and words that say why."""
    file = map.file
    for place, text in zip(rule.places[0] if rule.places else (), texts, strict=False):
        if map.format == "xml" and not writable(text):
            yield "character", text, "holds a control character, which XML has not"
        elif map.format in ("csv", "fixed"):
            if not fit_for_cell(text, file, fixed=map.format == "fixed"):
                yield "character", text, f"cannot stand in a file in {file.encoding} as it is agreed"
            elif map.format == "fixed" and len(text) > (room := room_of(place, file)):
                yield "too_long", text, f"has {len(text)} characters, {room} have room"


def room_of(place: Place, shape: FileShape) -> int:
    """How many characters a column of a fixed-width file has."""
    columns = shape.layouts.get(place.step.tag if shape.typed else "", ())
    name = place.column.removeprefix(f"{place.step.tag}.") if shape.typed else place.column
    return next((column.width for column in columns if column.name == name), 0)


def _cells(writer: Writer, section: Section, values: Values, cells: dict[str, str], path: str) -> None:
    for rule in sorted(section.rules, key=lambda rule: rule.beside or rule.needs is not None):
        texts = writer.texts(rule, values, path) if rule.writes else None
        if texts is None or (rule.needs is not None and not cells.get(rule.needs.column)):
            continue
        for place, text in zip(rule.places[0], texts, strict=False):
            cells.setdefault(place.column, text)
        for place, text in rule.constants if any(texts) else ():
            cells.setdefault(place.column, text)
    for computed in section.computed:
        cells.setdefault(computed.place.column, writer.run(computed.expr, values))
    for place, text in section.constants:
        cells.setdefault(place.column, text)


def _columns_of(section: Section) -> list[str]:
    places = [place for rule in section.rules for place in (rule.places[0] if rule.places else ())]
    places += [place for rule in section.rules for place, _ in rule.constants]
    places += [place for place, _ in section.constants] + [computed.place for computed in section.computed]
    return [place.column for place in places]


def _note(writer: Writer, map: Map, wrong: list[str]) -> None:
    for words in wrong:
        writer.faults.append(
            Fault(code="too_long", text=f"{map.path} file: {words}", level="element", origin=map.path)
        )
