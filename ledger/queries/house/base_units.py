"""The base unit of parts, for figures that name one."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from ledger.book.storage import bulk, tables
from ledger.events import PartDefined, read_event


def base_units(conn: Connection, book: str, parts: Iterable[str]) -> dict[str, str]:
    """Base unit by part id; parts that are not in force are absent."""
    rows = bulk.select(
        conn, tables.masterdata, ("number", "body"), (("book", book), ("kind", "PartDefined")), ("number",),
        [(part,) for part in sorted(set(parts))],
    )  # fmt: skip
    units: dict[str, str] = {}
    for number, body in rows:
        event = read_event(body)
        if isinstance(event, PartDefined):
            units[number] = event.base_unit
    return units
