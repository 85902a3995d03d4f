"""Movements with where they come from: the event, its line and the segment of the document behind it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime
from decimal import Decimal
from heapq import merge
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select

from ledger.book import bulk, tables
from ledger.book.places import sites_of
from ledger.masterdata import to_decimal
from ledger.matching.resolved import moment
from ledger.queries.balances import DIMENSIONS
from ledger.queries.base_units import base_units


class End(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One end of a movement: a bucket's dimensions, absent ones left out."""

    state: str
    revision: str = ""
    lot: str = ""
    serial: str = ""
    location: str = ""
    owner: str = ""
    segment: str = ""
    hold_reason: str = ""
    handling_unit: str = ""
    asn_line: str = ""
    demand: str = ""


class MovementMade(msgspec.Struct, frozen=True, kw_only=True):
    """One movement. `number` is the cursor; `seq` the event during whose recording it was made."""

    number: int
    seq: int
    site: str
    part: str
    quantity: Decimal
    unit: str
    source: End
    target: End
    event: int
    kind: str
    line: str
    partner: str
    message: str
    document: str
    segment: int
    recorded_at: datetime


def movements(
    conn: Connection,
    *,
    book: str = "live",
    part: str = "",
    site: str = "",
    event: int | None = None,
    after: int = 0,
    limit: int = 100,
) -> list[MovementMade]:
    """Movements in order of recording, numbered above `after`; `event` keeps those of that event's lines."""
    sites = [site] if site else sites_of(conn, book)
    table = tables.movement.c
    pages = []
    for place in sites:
        query = _at(book, place).where(table.number > after)
        if part:
            query = query.where(tables.bucket.c.part == part)
        if event is not None:
            query = query.where(table.event == event)
        pages.append(conn.execute(query.order_by(table.number).limit(limit)).fetchall())
    rows = list(merge(*pages, key=attrgetter("number")))[:limit]
    return _shown(conn, book, rows)


def made_by(conn: Connection, book: str, seqs: AbstractSet[int]) -> list[MovementMade]:
    """Movements made while these events were recorded, in their order."""
    if not seqs:
        return []
    ends = {
        seq: last
        for seq, last in bulk.select(
            conn, tables.event, ("seq", "movements_to"), (("book", book),), ("seq",),
            [(seq,) for seq in sorted(seqs | {seq - 1 for seq in seqs})], index="event_by_seq",
        )
    }  # fmt: skip
    table = tables.movement.c
    ranges = _ranges((ends.get(seq - 1, 0), ends.get(seq, 0)) for seq in sorted(seqs))
    rows: list[Any] = []
    for site in sites_of(conn, book):
        for first, last in ranges:
            query = _at(book, site).where(table.number > first, table.number <= last)
            rows += conn.execute(query).fetchall()
    rows.sort(key=attrgetter("number"))
    return _shown(conn, book, rows)


def _at(book: str, site: str) -> Select[Any]:
    """Movements at one site, each with its part."""
    table, target = tables.movement.c, tables.bucket
    return (
        select(*tables.movement.columns, target.c.part)
        .join_from(
            tables.movement,
            target,
            (target.c.book == table.book) & (target.c.site == table.site) & (target.c.id == table.target),
        )
        .where(table.book == book, table.site == site)
    )


def _ranges(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """(after, to) ranges, those that touch made one."""
    joined: list[tuple[int, int]] = []
    for after, to in pairs:
        if joined and joined[-1][1] == after:
            joined[-1] = (joined[-1][0], to)
        elif to > after:
            joined.append((after, to))
    return joined


def _shown(conn: Connection, book: str, rows: list[Any]) -> list[MovementMade]:
    ends = _ends(conn, book, rows)
    events = _events(conn, book, {row.event for row in rows} | {row.seq for row in rows})
    segments = _segments(conn, book, rows, events)
    units = base_units(conn, book, {row.part for row in rows})
    return [
        MovementMade(
            number=row.number,
            seq=row.seq,
            site=row.site,
            part=row.part,
            quantity=to_decimal(row.quantity),
            unit=units.get(row.part, ""),
            source=ends[row.site, row.source],
            target=ends[row.site, row.target],
            event=row.event,
            kind=events[row.event].kind,
            line=row.line,
            partner=events[row.event].partner,
            message=events[row.event].message,
            document=events[row.event].document,
            segment=segments.get((row.event, row.line), 0),
            recorded_at=moment(events[row.seq].recorded_at),
        )
        for row in rows
    ]


def _ends(conn: Connection, book: str, rows: list[Any]) -> dict[tuple[str, int], End]:
    names = tuple(name for name in DIMENSIONS if name in End.__struct_fields__)
    ends: dict[tuple[str, int], End] = {}
    for site in sorted({row.site for row in rows}):
        ids = {row.source for row in rows if row.site == site} | {row.target for row in rows if row.site == site}
        place = (("book", book), ("site", site))
        for id_, *values in bulk.select(
            conn, tables.bucket, ("id", *names), place, ("id",), [(id_,) for id_ in sorted(ids)]
        ):
            ends[site, id_] = End(**dict(zip(names, values, strict=True)))
    return ends


def _events(conn: Connection, book: str, seqs: set[int]) -> dict[int, Any]:
    columns = ("seq", "site", "kind", "partner", "message", "document", "recorded_at")
    rows = bulk.select(
        conn,
        tables.event,
        columns,
        (("book", book),),
        ("seq",),
        [(seq,) for seq in sorted(seqs)],
        index="event_by_seq",
    )
    return {row.seq: row for row in rows}


def _segments(conn: Connection, book: str, rows: list[Any], events: dict[int, Any]) -> dict[tuple[int, str], int]:
    segments: dict[tuple[int, str], int] = {}
    named = sorted({(events[row.event].site, row.event, row.line) for row in rows})
    for site in sorted({site for site, _, _ in named}):
        keys = [(seq, line) for of, seq, line in named if of == site]
        place = (("book", book), ("site", site))
        for seq, line, segment in bulk.select(
            conn, tables.event_line, ("seq", "line", "segment"), place, ("seq", "line"), keys
        ):
            segments[seq, line] = segment
    return segments
