"""Delimited files: rows as loops, header and trailer records applied and checked. RFC 4180 with a dialect.

A file's own faults (encoding, ragged rows, totals that do not agree) refuse the file; what its values mean is the
map's business.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal, InvalidOperation

from gateway.document import Document, Fault, Loop, Segment
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
        rows = csv.reader(head.splitlines(keepends=True)[:1], delimiter=shape.delimiter, quotechar=shape.quote)
        return tuple(cell.strip() for cell in next(rows, []))
    except csv.Error:
        return ()


def read_csv(data: bytes, shape: FileShape, type: str) -> Document:
    """Read a file. Each row is a loop of one segment: element n is column n, its position the line of the file.

    `accepted` is False when the file as a whole cannot be trusted; `faults` say why, each with its line.
    """
    faults: list[Fault] = []
    try:
        text = data.decode("utf-8-sig" if shape.encoding == "utf-8" else shape.encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        faults.append(_file_fault("encoding", f"line {line}: byte {error.start} is not {shape.encoding}", line))
        text = ""
    rows = _rows(text, shape, faults)
    columns, body = _columns(rows, shape, faults)
    loops = _records(body, columns, shape, faults) if columns else []
    if not loops and not faults:
        faults.append(_file_fault("empty", "line 1: there is no row in the file", 1))
    return Document(
        format="csv",
        type=type,
        root=Loop(id="", loops=tuple(loops)),
        columns=columns,
        accepted=not any(fault.rejects for fault in faults),
        faults=tuple(faults[:FAULTS_MAX]),
        digest=hashlib.sha256(data).hexdigest(),
        segment_count=len(loops),
        last_byte=len(data),
    )


def write_csv(rows: Iterable[Sequence[str]], shape: FileShape) -> bytes:
    """Rows as bytes, CR LF after each (RFC 4180)."""
    out = io.StringIO()
    csv.writer(out, delimiter=shape.delimiter, quotechar=shape.quote, lineterminator="\r\n").writerows(rows)
    return out.getvalue().encode(shape.encoding)


def _file_fault(code: str, text: str, line: int) -> Fault:
    return Fault(code=code, text=text, level="document", segment=line)


def _rows(text: str, shape: FileShape, faults: list[Fault]) -> list[tuple[int, list[str]]]:
    """Rows that hold anything, with the line on which each begins."""
    found: list[tuple[int, list[str]]] = []
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        faults.append(_file_fault("encoding", f"line {line}: holds a NUL", line))
        return found
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=shape.delimiter, quotechar=shape.quote, strict=True)
    line = 1
    try:
        for row in reader:
            if any(row):
                found.append((line, row))
            line = reader.line_num + 1
            if len(found) > ROWS_MAX or len(row) > COLUMNS_MAX or any(len(cell) > CELL_MAX for cell in row):
                faults.append(
                    _file_fault("too_large", f"line {line - 1}: more rows, columns or text than is read", line)
                )
                return []
    except csv.Error as error:
        faults.append(_file_fault("not_csv", f"line {line}: {error}", line))
    return found


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
            faults.append(_file_fault("header", f'line {line}: column "{name}" stands twice', line))
        elif name:
            columns[name] = n
    missing = [name for name in shape.required if name not in columns]
    if missing and (other := _other_delimiter(names, shape)):
        words = f'line {line}: the columns are parted by "{other}", and "{shape.delimiter}" is agreed'
        faults.append(_file_fault("header", words.replace("\t", "TAB"), line))
        return {}, []
    written = {name.lower(): name for name in columns}
    for name in missing:
        hint = f' (did you mean it by "{written[name.lower()]}"?)' if name.lower() in written else ""
        faults.append(_file_fault("header", f'line {line}: column "{name}" is missing{hint}', line))
    return columns, rows[1:]


def _other_delimiter(names: list[str], shape: FileShape) -> str:
    """The delimiter by which a header would hold every required column, "" when there is none."""
    line = shape.delimiter.join(names)
    for other in _DELIMITERS:
        if other != shape.delimiter and set(shape.required) <= {name.strip() for name in line.split(other)}:
            return other
    return ""


def _records(
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
            faults.append(_file_fault("ragged", f"line {line}: {len(cells)} cells under {width} columns", line))
            continue
        padded = ["row", *(cell.strip() for cell in cells[:width]), *[""] * (width - len(cells))]
        kind = padded[kind_at] if kind_at else shape.row_type
        if totals_line and kind_at:
            faults.append(_file_fault("totals", f"line {line}: stands after the totals of line {totals_line}", line))
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
            faults.append(_file_fault("record_type", text, line))
    if opened_line and shape.totals_type and not totals_line:
        text = f"line {rows[-1][0]}: the file ends without its {shape.totals_type} record; it may be cut off"
        faults.append(_file_fault("totals", text, rows[-1][0]))
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
            faults.append(_file_fault("totals", text, line))
    return faults


def _sum(loops: list[Loop], column: int) -> Decimal:
    total = Decimal(0)
    for loop in loops:
        elements = loop.segments[0].elements
        total += (_decimal(elements[column]) if column else None) or 0
    return total


def _decimal(text: str) -> Decimal | None:
    try:
        value = Decimal(text) if len(text) <= 30 and text.isascii() and "e" not in text.lower() else None
    except InvalidOperation:
        return None
    return value if value is not None and value.is_finite() else None
