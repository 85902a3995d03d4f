"""Compile `file:` of a map: the dialect of a flat file, records of a fixed-width one, root and namespaces of XML."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any

from msgspec import structs

from gateway.formats import Column, FileShape
from gateway.mapping.paths import resolve_name
from gateway.mapping.places import BadPlace
from gateway.mapping.plan import Map, Section
from gateway.resources import Entry

KEYS: dict[str, tuple[str, ...]] = {
    "csv": (
        "delimiter", "quote", "header", "skip", "encoding", "decimal", "line_end", "columns", "required", "records",
        "type", "layouts", "each",
    ),
    "fixed": ("encoding", "skip", "decimal", "line_end", "length", "columns", "records", "type", "layouts", "each"),
    "json": ("each", "indent"),
    "xml": ("root", "namespaces", "each", "indent"),
}  # fmt: skip
"""What `file:` may say, by format."""

ENCODINGS = ("utf-8", "latin-1", "cp1252", "iso8859-15", "cp437", "cp850", "ascii")
LINE_ENDS = {"crlf": "\r\n", "lf": "\n", "none": ""}
WIDTH_MAX = 10_000
"""Last character that a fixed-width record may have."""

_SPAN = re.compile(r"(\d{1,5})(?:\s*-\s*(\d{1,5}))?\Z")


def nested_file(map: Map) -> FileShape:
    """The shape of a map's files with the nesting of its records, as its loops say it."""
    if not map.file.typed:
        return map.file
    nesting: dict[str, str] = {}
    homes: dict[str, set[str]] = {}
    _nest(map.header, "", nesting, homes)
    return structs.replace(map.file, nesting=nesting, homes={kind: frozenset(where) for kind, where in homes.items()})


def _nest(section: Section, kind: str, nesting: dict[str, str], homes: dict[str, set[str]]) -> None:
    for tag in section.wanted:
        homes.setdefault(tag, set()).add(kind)
    for tag, inner in section.loops.items():
        nesting[tag] = kind
        _nest(inner, tag, nesting, homes)


def read_file_shape(entry: Entry, format: str) -> FileShape:
    """The shape that `file:` says; its mistakes are noted where they stand."""
    keys = entry.mapping(KEYS.get(format, ()))
    if format == "xml":
        return _xml(keys, entry)
    found = _dialect(keys)
    if "each" in keys:
        found["each"] = keys["each"].text()
    if format == "fixed":
        found |= _columns_of_fixed(keys, entry)
    elif format == "csv":
        found |= _columns_of_csv(keys, entry)
    return FileShape(**found)


# --- dialect -------------------------------------------------------------------------------------------------


def _dialect(keys: Mapping[str, Entry]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "delimiter" in keys:
        tab = keys["delimiter"].value == "tab"
        found["delimiter"] = "\t" if tab else keys["delimiter"].such(_is_mark, "is one character, or tab", ",")
    if "quote" in keys:
        none = keys["quote"].value == "none"
        found["quote"] = "" if none else keys["quote"].such(_is_mark, "is one character, or none", '"')
    if "header" in keys:
        found["header"] = keys["header"].flag(True)
    if "encoding" in keys:
        found["encoding"] = keys["encoding"].choice(ENCODINGS, "utf-8")
    if "decimal" in keys:
        found["decimal"] = keys["decimal"].choice((".", ","), ".")
    if "line_end" in keys:
        found["line_end"] = LINE_ENDS[keys["line_end"].choice(LINE_ENDS, "crlf")]
    for name, most in (("skip", 1_000), ("length", WIDTH_MAX), ("indent", 8)):
        if name in keys:
            found[name] = keys[name].whole(0, 0, most)
    return found


def _is_mark(text: str) -> bool:
    return len(text) == 1 and text not in "\r\n\0"


def _columns_of_csv(keys: Mapping[str, Entry], entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "layouts" in keys:
        layouts = {
            kind: tuple(Column(name) for name in columns.texts())
            for kind, columns in keys["layouts"].mapping().items()
        }
        at = keys["type"].whole(1, 1, 1_000) if "type" in keys else 1
        return {"layouts": layouts, "type_at": Column("", at, at), "header": False}
    if "columns" in keys:
        found["columns"] = keys["columns"].texts()
    if "required" in keys:
        found["required"] = keys["required"].texts()
    if "header" in keys and not keys["header"].flag(True) and "columns" not in keys:
        entry.note("a file without header needs columns:")
    return found | (_records(keys["records"]) if "records" in keys else {})


def _records(entry: Entry) -> dict[str, Any]:
    keys = entry.mapping(("by", "rows", "defaults", "totals"))
    found: dict[str, Any] = {"record_column": keys["by"].text() if "by" in keys else ""}
    if "rows" in keys:
        found["row_type"] = keys["rows"].text()
    for kind, columns in keys["defaults"].mapping().items() if "defaults" in keys else ():
        found |= {"defaults_type": kind, "default_columns": columns.texts()}
    for kind, totals in keys["totals"].mapping().items() if "totals" in keys else ():
        parts = totals.mapping(("count", "sum"))
        found["totals_type"] = kind
        found["count_column"] = parts["count"].text() if "count" in parts else ""
        sums = parts["sum"].mapping() if "sum" in parts else {}
        found["sums"] = tuple((column, over.text()) for column, over in sums.items())
    return found


# --- fixed width ---------------------------------------------------------------------------------------------


def _columns_of_fixed(keys: Mapping[str, Entry], entry: Entry) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if "layouts" in keys:
        if "type" not in keys:
            entry.note("layouts: differ by record type, and type: says where it stands", "as type: 1-3")
        else:
            found["type_at"] = _column("", keys["type"])
        found["layouts"] = {kind: _layout(columns) for kind, columns in keys["layouts"].mapping().items()}
    elif "columns" in keys:
        found |= {"layouts": {"": _layout(keys["columns"])}, "header": False}
        found["columns"] = tuple(column.name for column in found["layouts"][""])
        found |= _records(keys["records"]) if "records" in keys else {}
    else:
        entry.note("a fixed-width file needs columns:, or type: and layouts:")
    length = int(keys["length"].value) if "length" in keys and str(keys["length"].value).isdigit() else 0
    for columns in found.get("layouts", {}).values():
        for column in columns:
            if length and column.last > length:
                keys["length"].note(f"column {column.name} ends at {column.last}, behind the length {length}")
    if "line_end" in keys and keys["line_end"].value == "none" and not length:
        keys["line_end"].note("records without an end of line need length:")
    return found


def _layout(entry: Entry) -> tuple[Column, ...]:
    columns = tuple(_column(name, place) for name, place in entry.mapping().items())
    for before, after in pairwise(columns):
        if after.first <= before.last:
            entry.note(f"column {after.name} begins at {after.first}, within {before.name} or before it")
    return columns


def _column(name: str, entry: Entry) -> Column:
    """`1-20`, or `{at: 21-30, align: right, fill: "0"}`."""
    keys = {"at": entry} if isinstance(entry.value, str) else entry.mapping(("at", "align", "fill"))
    match = _SPAN.match(keys["at"].text()) if "at" in keys else None
    first = int(match[1]) if match else 0
    last = int(match[2] or match[1]) if match else 0
    if not 0 < first <= last <= WIDTH_MAX:
        entry.note(f"{entry.name} must say its characters, counted from 1", "as 1-20")
        first = last = 1
    right = "align" in keys and keys["align"].choice(("left", "right"), "left") == "right"
    fill = keys["fill"].such(_is_mark, "is one character", " ") if "fill" in keys else " "
    if fill != " " and not right:
        entry.note(f'fill "{fill}" behind a text could not be told from it', "align: right")
    return Column(name, first, last, right, fill)


# --- XML -----------------------------------------------------------------------------------------------------


def _xml(keys: Mapping[str, Entry], entry: Entry) -> FileShape:
    namespaces: dict[str, str] = {}
    for prefix, uri in keys["namespaces"].mapping().items() if "namespaces" in keys else ():
        namespaces[prefix] = uri.such(lambda text: bool(text) and " " not in text, "is the name of a namespace")
    root = ""
    if "root" not in keys:
        entry.note("root: is missing, the element that holds the whole document")
    else:
        try:
            root = resolve_name(keys["root"].text(), namespaces)
        except BadPlace as error:
            keys["root"].note(str(error))
    return FileShape(
        root=root,
        namespaces=namespaces,
        each=keys["each"].text() if "each" in keys else "",
        indent=keys["indent"].whole(2, 0, 8) if "indent" in keys else 2,
    )
