"""Fixed-width files: records whose columns are characters from one number to another, all alike or by record type.

What stands between the columns that a map names, or behind them, is read as columns of its own (`characters 33-40`),
so that it is reported and not lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from gateway.document import Document, Fault
from gateway.formats.csv import ROWS_MAX, decode_text, document_of, file_fault, read_row_records
from gateway.formats.records import Record, nest_records
from gateway.formats.shape import Column, FileShape

LINE_MAX = 20_000
"""Characters of one record."""
TAIL = 0
"""`last` of the column that takes what stands behind all others."""


def read_fixed(data: bytes, shape: FileShape, type: str) -> Document:
    """Read a fixed-width file: records alike as rows, records of several types nested as the map nests them."""
    faults: list[Fault] = []
    lines = list(_lines(decode_text(data, shape, faults), shape, faults))
    if shape.type_at is None:
        layout = with_gaps(shape.layouts.get("", ()), shape.length)
        columns = {column.name: n for n, column in enumerate(layout, 1)}
        rows = [(line, [_cut(text, column) for column in layout]) for line, text in lines]
        loops = read_row_records(rows, columns, shape, faults) if columns else []
        return document_of("fixed", type, data, loops, faults, columns=columns)
    records: list[Record] = []
    for line, text in lines:
        kind = _cut(text, shape.type_at)
        if kind not in shape.layouts:
            faults.append(file_fault("record_type", f'line {line}: unknown record type "{kind[:20]}"', line))
            continue
        layout = with_gaps(shape.layouts[kind], shape.length)
        # The record type is told by the tag: its own column says nothing more.
        cells = ["" if _is_type(column, shape) else _cut(text, column) for column in layout]
        records.append((line, kind, cells))
    root = nest_records(records, shape, faults)
    return document_of("fixed", type, data, root.loops, faults, segments=root.segments)


def write_fixed(records: Iterable[Sequence[str]], shape: FileShape) -> tuple[bytes, list[str]]:
    """Records as bytes, each `(type, column 1, ...)` in order of its layout; and words for each text without room."""
    out: list[str] = []
    wrong: list[str] = []
    for kind, *cells in records:
        layout = shape.layouts[kind if shape.type_at is not None else ""]
        width = max(shape.length, max((column.last for column in layout), default=0))
        line = [" "] * width
        for n, column in enumerate(layout):
            text = cells[n] if n < len(cells) else ""
            if _is_type(column, shape):
                text = kind
            if len(text) > column.width:
                wrong.append(f'{kind}.{column.name} "{text[:40]}": {len(text)} characters, {column.width} have room')
                continue
            if text or column.fill != " ":
                filled = text.rjust(column.width, column.fill) if column.right and text else text.ljust(column.width)
                line[column.first - 1 : column.last] = filled
        if shape.type_at is not None:
            line[shape.type_at.first - 1 : shape.type_at.last] = kind.ljust(shape.type_at.width)
        written = "".join(line)
        out.append(written if shape.length else written.rstrip())
    return "".join(one + shape.line_end for one in out).encode(shape.encoding, "replace"), wrong


def looks_fixed(data: bytes, shape: FileShape) -> bool:
    """Whether the first records of a file have types that its layouts know, and one begins what makes an event;
    never for a file of one type."""
    if shape.type_at is None:
        return False
    text = data[: 4 * LINE_MAX].decode(shape.encoding, "replace")
    # The last line may be cut off here; the others are as long as was agreed.
    whole = text.rpartition("\n")[0] or text if shape.line_end else text[: 3 * shape.length]
    wrong: list[Fault] = []
    types = [_cut(line, shape.type_at) for _, line in _lines(whole, shape, wrong)]
    begins = not shape.each or shape.each in types
    return bool(types) and not wrong and begins and all(one in shape.layouts for one in types[:3])


@lru_cache(maxsize=256)
def with_gaps(layout: tuple[Column, ...], length: int) -> tuple[Column, ...]:
    """The columns of a record, then those that nobody named: between them, and behind them all."""
    gaps: list[Column] = []
    at = 1
    for column in sorted(layout, key=lambda column: column.first):
        if column.first > at:
            gaps.append(Column(f"characters {at}-{column.first - 1}", at, column.first - 1))
        at = max(at, column.last + 1)
    if not length or at <= length:
        gaps.append(Column(f"characters {at}-", at, TAIL))
    return (*layout, *gaps)


def _is_type(column: Column, shape: FileShape) -> bool:
    at = shape.type_at
    return at is not None and (column.first, column.last) == (at.first, at.last)


def _cut(text: str, column: Column) -> str:
    """The text of a column without what fills it; of a number filled with zeros the last zero stays."""
    cell = text[column.first - 1 : column.last if column.last != TAIL else None].strip()
    if column.right and column.fill != " " and cell:
        cell = cell.lstrip(column.fill) or column.fill
    return cell


def _lines(text: str, shape: FileShape, faults: list[Fault]) -> Iterator[tuple[int, str]]:
    """Records that hold anything, with their line; their number in the file where no line ends them."""
    if shape.line_end or not shape.length:
        pieces = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    else:
        bare = text.rstrip("\r\n\x1a")
        pieces = [bare[at : at + shape.length] for at in range(0, len(bare), shape.length)]
        if bare and len(pieces[-1]) < shape.length:
            words = f"line {len(pieces)}: the last record has {len(pieces[-1])} of {shape.length} characters"
            faults.append(file_fault("ragged", f"{words}; the file may be cut off", len(pieces)))
    if len(pieces) > ROWS_MAX:
        faults.append(file_fault("too_large", f"line {ROWS_MAX}: more than {ROWS_MAX} records", ROWS_MAX))
        return
    for line, piece in enumerate(pieces, 1):
        if line <= shape.skip or not piece.strip(" \x1a"):
            continue
        if len(piece) > LINE_MAX or (shape.length and piece[shape.length :].strip()):
            most = shape.length or LINE_MAX
            faults.append(file_fault("ragged", f"line {line}: {len(piece)} characters in a record of {most}", line))
            continue
        yield line, piece
