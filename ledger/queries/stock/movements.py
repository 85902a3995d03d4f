"""Movements with where they come from: the event, its line and the segment of the document behind it."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from datetime import datetime, timedelta
from decimal import Decimal
from heapq import merge
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, or_, select

from ledger.book.bringing.history import numbers_of, position_at
from ledger.book.bringing.places import sites_of
from ledger.book.resolution import lines_of
from ledger.book.storage import bulk, tables
from ledger.events import read_event
from ledger.masterdata import to_decimal
from ledger.matching.resolved import line_identities, moment
from ledger.policy.segments import segments_of
from ledger.queries.house.base_units import base_units
from ledger.queries.stock.dimensions import DIMENSIONS, Filters, read_filters
from ledger.queries.stock.made import ranges_made

BUCKETS_MAX = 1_000
"""Beyond it the movements of the buckets that are meant are found by walking, not bucket by bucket."""

PIECE = 500
"""Movements read at a time where their events are looked at too."""


class End(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
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
    event: int | None = None,
    kind: str = "",
    bucket: int | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
    absent: Iterable[str] = (),
    after: int = 0,
    to: int | None = None,
    limit: int = 100,
    **equal: str,
) -> list[MovementMade]:
    """Movements in order of recording, numbered above `after` and up to `to`.

    Dimensions filter by their exact value (`movements(conn, part="A", lot="L1")`), `absent` names those that must be
    empty: a movement is meant where the bucket that it left or the one that it entered fits. So the movements behind
    a balance are found by the dimensions of the balance, and those of one bucket by its id. `event` keeps those of
    that event's lines, `kind` those of events of that kind; `since` (included) and `until` (not) are times of
    recording.

    Raises `ValueError` for a dimension that does not exist.
    """
    filters = read_filters(equal, absent=absent, external=True)
    first, last = after, _last(conn, book) if to is None else to
    if since is not None:
        first = max(first, position_at(conn, book, since - timedelta(microseconds=1)))
    if until is not None:
        last = min(last, position_at(conn, book, until - timedelta(microseconds=1)))
    buckets = [bucket] if bucket is not None else None
    if buckets is None and filters.names_any:
        buckets = _buckets(conn, book, filters)
    if buckets is not None and not buckets:
        return []
    ranges = [(first, last)] if event is None else _clip(_ranges_of(conn, book, event), first, last)
    rows: list[Any] = []
    for low, high in ranges:
        while len(rows) < limit and low < high:
            # What is sifted here is read in larger pieces than may be left over in the end.
            size = max(limit, PIECE) if kind or event is not None else limit - len(rows)
            page = _page(conn, book, buckets, filters, (low, high), size)
            rows += _kept(conn, book, page, event, kind)
            low = page[-1].number if page else high
    return _shown(conn, book, rows[:limit])


def shows(movement: MovementMade, hidden: frozenset[str]) -> bool:
    """Whether somebody sees the movement from whom these segments are hidden: neither end is of any of them."""
    ends = (movement.source, movement.target)
    return not any(hidden & {*segments_of(end.segment, end.state, end.owner)} for end in ends)


def _last(conn: Connection, book: str) -> int:
    return conn.execute(select(tables.book.c.movements).where(tables.book.c.book == book)).scalar() or 0


def _buckets(conn: Connection, book: str, filters: Filters) -> list[int] | None:
    """Ids of the buckets that are meant; None where they are so many that the movements are walked instead."""
    query = select(tables.bucket.c.id).where(*filters.conditions(conn, book)).limit(BUCKETS_MAX + 1)
    found = list(conn.execute(query).scalars())
    return found if len(found) <= BUCKETS_MAX else None


def _ranges_of(conn: Connection, book: str, event: int) -> list[tuple[int, int]]:
    """Where the movements of an event's lines can be: it may be decided anew while later ones are recorded."""
    at, outcome = tables.event.c, tables.outcome.c
    site = conn.execute(select(at.site).where(at.book == book, at.seq == event)).scalar()
    seqs = conn.execute(
        select(outcome.seq).where(outcome.book == book, outcome.site == site, outcome.event == event).distinct()
    ).scalars()
    return ranges_made(conn, book, set(seqs))


def _clip(ranges: list[tuple[int, int]], first: int, last: int) -> list[tuple[int, int]]:
    return [(max(low, first), min(high, last)) for low, high in ranges]


def _page(
    conn: Connection, book: str, buckets: list[int] | None, filters: Filters, within: tuple[int, int], limit: int
) -> list[Any]:
    """The next movements above the first number and up to the last one, ascending; none only where there are none."""
    low, high = within
    pages: list[list[Any]] = []
    numbers: list[int] | None = None
    if buckets is not None:
        numbers = numbers_of(conn, book, buckets, low, high, limit)
        if not numbers:
            return []
    for site in sites_of(conn, book):
        query = _at(book, site)
        number = tables.movement.c.number
        if numbers is not None:
            query = query.where(number.in_(numbers))
        else:
            query = query.where(number > low, number <= high)
            if filters.names_any:
                query = query.where(_touches(conn, book, filters))
        pages.append(list(conn.execute(query.order_by(number).limit(limit)).fetchall()))
    return list(merge(*pages, key=attrgetter("number")))[:limit]


def _touches(conn: Connection, book: str, filters: Filters) -> ColumnElement[bool]:
    """The movement left or entered a bucket that is meant."""
    source = tables.bucket.alias()
    left = select(source.c.id).where(
        source.c.site == tables.movement.c.site, source.c.id == tables.movement.c.source,
        *filters.conditions(conn, book, source),
    )  # fmt: skip
    return or_(and_(*filters.conditions(conn, book)), left.exists())


def _kept(conn: Connection, book: str, page: list[Any], event: int | None, kind: str) -> list[Any]:
    rows = [row for row in page if event is None or row.event == event]
    if not kind:
        return rows
    kinds = _events(conn, book, {row.event for row in rows})
    return [row for row in rows if kinds[row.event].kind == kind]


def made_by(conn: Connection, book: str, seqs: AbstractSet[int]) -> list[MovementMade]:
    """Movements made while these events were recorded, in their order."""
    if not seqs:
        return []
    ranges = ranges_made(conn, book, seqs)
    rows: list[Any] = []
    for site in sites_of(conn, book):
        for first, last in ranges:
            number = tables.movement.c.number
            query = _at(book, site).where(number > first, number <= last)
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


def _shown(conn: Connection, book: str, rows: list[Any]) -> list[MovementMade]:
    ends = _ends(conn, book, rows)
    events = _events(conn, book, {row.event for row in rows} | {row.seq for row in rows})
    segments = _segments(conn, book, {row.event for row in rows})
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


def _segments(conn: Connection, book: str, seqs: set[int]) -> dict[tuple[int, str], int]:
    """Where the lines of the events stand in their documents."""
    keys = [(seq,) for seq in sorted(seqs)]
    rows = bulk.look_up(
        conn, tables.event, ("seq", "body"), (("book", book),), ("seq",), keys, index="event_by_seq"
    )  # fmt: skip
    told = ((seq, lines_of(read_event(body))) for seq, body in rows)
    return {
        (seq, name): line.segment
        for seq, lines in told
        for name, line in zip(line_identities(lines), lines, strict=True)
    }
