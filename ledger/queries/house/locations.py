"""Locations in force, as the tree that they make."""

from __future__ import annotations

from sqlalchemy import Connection, select

from ledger.book.storage import tables
from ledger.events import LocationDefined, read_event
from ledger.masterdata import Location
from ledger.masterdata.places import Places


def locations(conn: Connection, book: str) -> list[Location]:
    """Every location in force, by site and name."""
    table = tables.masterdata.c
    rows = conn.execute(select(table.body).where(table.book == book, table.kind == LocationDefined.__name__))
    found = []
    for (body,) in rows:
        event = read_event(body)
        assert isinstance(event, LocationDefined)  # noqa: S101  the kind says so
        found.append(
            Location(
                site=event.site or event.number.partition("/")[0], location=event.location,
                kind=event.location_kind, parent=event.parent,
            )
        )  # fmt: skip
    return sorted(found, key=lambda one: (one.site, one.location))


def places(conn: Connection, book: str) -> Places:
    """Who stands within whom."""
    return Places(locations(conn, book))
