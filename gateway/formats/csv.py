"""Delimited files: rows as loops, header and trailer records applied and checked. RFC 4180 with a dialect.

A file's own faults (encoding, ragged rows, totals that do not agree) refuse the file; what its values mean is the
map's business.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from gateway.document import Document, Fault, Loop, Segment
from gateway.formats.records import Record, nest_records
from gateway.formats.shape import FileShape

ROWS_MAX = 500_000
COLUMNS_MAX = 1_000
CELL_MAX = 100_000
FAULTS_MAX = 500
_DELIMITERS = (";", "\t", "|", ",")


def first_row(data: bytes, shape: FileShape) -> tuple[str, ...]:
    """The header's names, to tell which type of file this is; () when it cannot be read."""
    head = data[:65536].decode(shape.encoding, "replace").removeprefix("﻿")
    try:
        rows = csv.reader(head.splitlines(keepends=True)[shape.skip : shape.skip + 1], **_dialect(shape))
        return tuple(cell.strip() for cell in next(rows, []))
    except csv.Error:
        return ()


def read_csv(data: bytes, shape: FileShape, type: str) -> Document:
    """Read a file. Each row is a loop of one segment: element n is column n, its position the line of the file.

    `accepted` is False when the file as a whole cannot be trusted; `faults` say why, each with its line.
    """
    faults: list[Fault] = []
    rows = _rows(decode_text(data, shape, faults), shape, faults)
    if shape.type_at is not None:
        root = nest_records(_typed(rows, shape, faults), shape, faults)
        return document_of("csv", type, data, root.loops, faults, segments=root.segments)
    columns, body = _columns(rows, shape, faults)
    loops = read_row_records(body, columns, shape, faults) if columns else []
    return document_of("csv", type, data, loops, faults, columns=columns)


def looks_typed(data: bytes, shape: FileShape) -> bool:
    """Whether the first row of a file has a type that its layouts know."""
    rows = _rows(data[:65536].decode(shape.encoding, "replace").partition("\n")[0], shape, [])
    return bool(rows) and any(True for _ in _typed(rows, shape, []))


def _typed(rows: list[tuple[int, list[str]]], shape: FileShape, faults: list[Fault]) -> Iterator[Record]:
    """Rows with their record type, and their cells in order of the layout."""
    at = shape.type_at.first if shape.type_at is not None else 1
    for line, cells in rows:
        kind = cells[at - 1].strip() if len(cells) >= at else ""
        if kind not in shape.layouts:
            faults.append(file_fault("record_type", f'line {line}: unknown record type "{kind[:20]}"', line))
            continue
        size = len(shape.layouts[kind])
        if any(cells[size:]):
            faults.append(file_fault("ragged", f"line {line}: {len(cells)} cells in a {kind} of {size}", line))
            continue
        texts = [cell.strip() for cell in cells[:size]]
        # The record type is told by the tag: its own column says nothing more.
        yield line, kind, ["" if n == at - 1 else text for n, text in enumerate(texts)]


def write_csv(rows: Iterable[Sequence[str]], shape: FileShape) -> bytes:
    """Rows as bytes, CR LF after each (RFC 4180) where the map says no other. Texts must be `fit_for_cell`."""
    if not shape.quote:
        lines = (shape.delimiter.join(row) + shape.line_end for row in rows)
        return "".join(lines).encode(shape.encoding, "replace")
    out = io.StringIO()
    csv.writer(out, **_dialect(shape), lineterminator=shape.line_end).writerows(rows)
    return out.getvalue().encode(shape.encoding, "replace")


def file_fault(code: str, text: str, line: int) -> Fault:
    """A fault of the file as a whole, at a line of it."""
    return Fault(code=code, text=text, level="document", segment=line)


def decode_text(data: bytes, shape: FileShape, faults: list[Fault]) -> str:
    """The text of a flat file; "" with a fault where its bytes are not of the encoding, or it holds a NUL."""
    try:
        text = data.decode("utf-8-sig" if shape.encoding == "utf-8" else shape.encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(file_fault("encoding", f"line {line}: byte {error.start} is not {shape.encoding}", line))
        return ""
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        faults.append(file_fault("encoding", f"line {line}: holds a NUL", line))
        return ""
    return text


def document_of(
    format: Literal["csv", "fixed"], type: str, data: bytes, loops: Sequence[Loop], faults: list[Fault], *,
    columns: dict[str, int] | None = None, segments: tuple[Segment, ...] = (),
) -> Document:  # fmt: skip
    """The document of a flat file; refused where a fault rejects it, or where there is nothing in it."""
    if not loops and not segments and not faults:
        faults.append(file_fault("empty", "line 1: there is no row in the file", 1))
    return Document(
        format=format,
        type=type,
        tree=Loop(id="", segments=segments, loops=tuple(loops)),
        columns=columns or {},
        accepted=not any(fault.rejects for fault in faults),
        faults=tuple(faults[:FAULTS_MAX]),
        digest=hashlib.sha256(data).hexdigest(),
        segment_count=len(loops) + len(segments),
        last_byte=len(data),
    )


def _rows(text: str, shape: FileShape, faults: list[Fault]) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, with the line on which each begins."""
    found: list[tuple[int, list[str]]] = []
    source = io.StringIO(text, newline="")
    for _ in range(shape.skip):
        source.readline()
    reader = csv.reader(source, **_dialect(shape), strict=True)
    line = shape.skip + 1
    try:
        for row in reader:
            if any(row):
                found.append((line, row))
            line = shape.skip + reader.line_num + 1
            if len(found) > ROWS_MAX or len(row) > COLUMNS_MAX or any(len(cell) > CELL_MAX for cell in row):
                faults.append(
                    file_fault("too_large", f"line {line - 1}: more rows, columns or text than is read", line)
                )
                return []
    except csv.Error as error:
        faults.append(file_fault("not_csv", f"line {line}: {error}", line))
    return found


def _dialect(shape: FileShape) -> dict[str, Any]:
    if not shape.quote:
        return {"delimiter": shape.delimiter, "quoting": csv.QUOTE_NONE, "quotechar": None}
    return {"delimiter": shape.delimiter, "quotechar": shape.quote}


def fit_for_cell(text: str, shape: FileShape, *, fixed: bool = False) -> bool:
    """Whether a text can stand in a cell: in the file's encoding, and unquoted where nothing quotes it."""
    try:
        text.encode(shape.encoding)
    except UnicodeEncodeError:
        return False
    marks = "\r\n" if fixed else f"\r\n{shape.delimiter}" if not shape.quote else ""
    return "\0" not in text and not any(mark in text for mark in marks)


def _columns(
    rows: list[tuple[int, list[str]]], shape: FileShape, faults: list[Fault]
) -> tuple[dict[str, int], list[tuple[int, list[str]]]]:
    if not shape.header:
        return {name: n for n, name in enumerate(shape.columns, 1)}, rows
    if not rows:
        return {}, []
    line, names = rows[0]
    columns: dict[str, int] = {}
    for n, name in enumerate((name.strip() for name in names), 1):
        if name in columns:
            faults.append(file_fault("header", f'line {line}: column "{name}" stands twice', line))
        elif name:
            columns[name] = n
    missing = [name for name in shape.required if name not in columns]
    if missing and (other := _other_delimiter(names, shape)):
        words = f'line {line}: the columns are parted by "{other}", and "{shape.delimiter}" is agreed'
        faults.append(file_fault("header", words.replace("\t", "TAB"), line))
        return {}, []
    written = {name.lower(): name for name in columns}
    for name in missing:
        hint = f' (did you mean it by "{written[name.lower()]}"?)' if name.lower() in written else ""
        faults.append(file_fault("header", f'line {line}: column "{name}" is missing{hint}', line))
    return columns, rows[1:]


def _other_delimiter(names: list[str], shape: FileShape) -> str:
    """The delimiter by which a header would hold every required column, "" when there is none."""
    line = shape.delimiter.join(names)
    for other in _DELIMITERS:
        if other != shape.delimiter and set(shape.required) <= {name.strip() for name in line.split(other)}:
            return other
    return ""


def read_row_records(
    rows: list[tuple[int, list[str]]], columns: dict[str, int], shape: FileShape, faults: list[Fault]
) -> list[Loop]:
    """The rows proper, with defaults filled in; totals compared as they come."""
    loops: list[Loop] = []
    defaults: dict[int, str] = {}
    width = max(columns.values())
    kind_at = columns.get(shape.record_column, 0) if shape.record_column else 0
    totals_line = opened_line = 0
    for line, cells in rows:
        if len(cells) > width and any(cells[width:]):
            faults.append(file_fault("ragged", f"line {line}: {len(cells)} cells under {width} columns", line))
            continue
        padded = ["row", *(cell.strip() for cell in cells[:width]), *[""] * (width - len(cells))]
        kind = padded[kind_at] if kind_at else shape.row_type
        if totals_line and kind_at:
            faults.append(file_fault("totals", f"line {line}: stands after the totals of line {totals_line}", line))
        if kind == shape.row_type:
            for position, value in defaults.items():
                padded[position] = padded[position] or value
            loops.append(Loop(id="row", segments=(Segment(line, tuple(padded)),)))
        elif kind == shape.defaults_type and kind:
            opened_line = line
            defaults = {columns[c]: padded[columns[c]] for c in shape.default_columns if c in columns}
        elif kind == shape.totals_type and kind:
            totals_line = line
            faults += _check_totals(line, padded, loops, columns, shape)
        else:
            text = f'line {line}: unknown record type "{kind[:20]}"'
            faults.append(file_fault("record_type", text, line))
    if opened_line and shape.totals_type and not totals_line:
        text = f"line {rows[-1][0]}: the file ends without its {shape.totals_type} record; it may be cut off"
        faults.append(file_fault("totals", text, rows[-1][0]))
    return loops


def _check_totals(
    line: int, cells: list[str], loops: list[Loop], columns: dict[str, int], shape: FileShape
) -> list[Fault]:
    faults: list[Fault] = []
    expected = [(shape.count_column, Decimal(len(loops)), f"{len(loops)} rows")] if shape.count_column else []
    for column, over in shape.sums:
        total = _sum(loops, columns.get(over, 0))
        expected.append((column, total, f"{over} sums to {total}"))
    for column, total, words in expected:
        said = cells[columns[column]] if column in columns else ""
        if said and _decimal(said) != total:
            text = f'line {line} {column} "{said[:40]}": totals do not agree, {words}'
            faults.append(file_fault("totals", text, line))
    return faults


def _sum(loops: list[Loop], column: int) -> Decimal:
    total = Decimal(0)
    for loop in loops:
        elements = loop.segments[0].elements
        total += total_of(elements[column]) if column else 0
    return total


def total_of(text: str) -> Decimal:
    """What a cell adds to a total: nothing where it is no number."""
    return _decimal(text) or Decimal(0)


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text) if len(text) <= 30 and text.isascii() and "e" not in text.lower() else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
