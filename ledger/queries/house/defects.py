"""Defects of master data: what is wrong in it, what waits because of it, and how that changes from day to day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, func, select
from sqlalchemy import text as sql

from ledger.book.bringing.places import sites_of
from ledger.book.storage import bulk, document_tables, tables
from ledger.masterdata.defects import find_defects
from ledger.matching.resolved import microseconds, moment
from ledger.outcomes import Waiting
from ledger.queries.house.base_units import base_units
from ledger.queries.house.masterdata import masterdata
from ledger.queries.log.events import read_outcomes
from ledger.queries.stock.ages import hours_between

NEEDS = ("part", "unit", "site", "supplier")
"""What master data is waited for; the word before the colon of a need."""
CASES = ("D04", "D06", "D07")
"""Classes of cases that unknown parts, units and places open."""


class DefectFound(msgspec.Struct, frozen=True, kw_only=True):
    """One fault of master data, with its mend."""

    kind: str
    subject: str
    text: str


class Unmapped(msgspec.Struct, frozen=True, kw_only=True):
    """An identifier that documents use and master data does not know; lines wait for it."""

    kind: str
    """part, unit, site or supplier."""
    id: str
    """As it was sent; of a unit `part/unit`."""
    lines: int
    events: int
    since: datetime
    age_hours: Decimal
    event: int
    """The first that waits for it."""


class DayOpened(msgspec.Struct, frozen=True, kw_only=True):
    """Lines that began to wait on one day (UTC), by what they wait for, and cases that were opened about it."""

    day: date
    part: int
    unit: int
    site: int
    supplier: int
    cases: int


class DefectReport(msgspec.Struct, frozen=True, kw_only=True):
    """All of it; `counts` by kind, unmapped identifiers under `unmapped_<kind>`."""

    counts: dict[str, int]
    defects: tuple[DefectFound, ...]
    unmapped: tuple[Unmapped, ...]
    trend: tuple[DayOpened, ...]


def defects(conn: Connection, *, book: str = "live", now: datetime, days: int = 30) -> DefectReport:
    """What is wrong as it stands, and what was opened on each of the last `days`, days without anything included."""
    data = masterdata(conn, book=book)
    found = [DefectFound(kind=one.kind, subject=one.subject, text=one.text) for one in find_defects(data)]
    found += _changed_units(conn, book)
    unmapped = _unmapped(conn, book, now)
    counts: dict[str, int] = defaultdict(int)
    for kind in [one.kind for one in found] + [f"unmapped_{one.kind}" for one in unmapped]:
        counts[kind] += 1
    return DefectReport(
        counts=dict(sorted(counts.items())), defects=tuple(sorted(found, key=lambda one: (one.kind, one.subject))),
        unmapped=tuple(unmapped), trend=tuple(_trend(conn, book, now, days)),
    )  # fmt: skip


def _changed_units(conn: Connection, book: str) -> list[DefectFound]:
    """Parts whose base unit is another one now than open order lines were placed in."""
    at = document_tables.order_line.c
    query = select(at.part, at.unit, func.count()).where(at.book == book, sql(document_tables.OPEN_ORDER_LINES))
    rows = conn.execute(query.group_by(at.part, at.unit)).fetchall()
    units = base_units(conn, book, {part for part, _, _ in rows})
    return [
        DefectFound(
            kind="unit_conflict",
            subject=part,
            text=f"{count} open order lines are in {unit}, its base unit is {units[part]}: cancel and order anew",
        )
        for part, unit, count in rows
        if part in units and unit and unit != units[part]
    ]


def _unmapped(conn: Connection, book: str, now: datetime) -> list[Unmapped]:
    at = tables.waiting.c
    query = select(at.need, func.count(), func.count(at.event.distinct()), func.min(at.event)).where(at.book == book)
    rows = [
        (*need.partition(":")[::2], lines, events, first)
        for need, lines, events, first in conn.execute(query.group_by(at.need).order_by(at.need))
        if need.partition(":")[0] in NEEDS
    ]
    times = dict(
        (seq, recorded)
        for seq, recorded in bulk.select(
            conn, tables.event, ("seq", "recorded_at"), (("book", book),), ("seq",),
            [(first,) for first in sorted({row[-1] for row in rows})], index="event_by_seq",
        )
    )  # fmt: skip
    found = [
        Unmapped(
            kind=kind, id=name, lines=lines, events=events, since=moment(times[first]),
            age_hours=hours_between(moment(times[first]), now), event=first,
        )
        for kind, name, lines, events, first in rows
    ]  # fmt: skip
    return sorted(found, key=lambda one: (one.since, one.kind, one.id))


def _trend(conn: Connection, book: str, now: datetime, days: int) -> Iterator[DayOpened]:
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    since = microseconds(datetime(first.year, first.month, first.day, tzinfo=UTC)) or 0
    counted: dict[date, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for at, kind in _began_to_wait(conn, book, since):
        counted[moment(at).date()][kind] += 1
    case = document_tables.cases.c
    opened = select(case.opened_at).where(case.book == book, case.opened_at >= since, case.code.in_(CASES))
    for at in conn.execute(opened).scalars():
        counted[moment(at).date()]["cases"] += 1
    for n in range(days):
        day = first + timedelta(days=n)
        on = counted[day]
        yield DayOpened(day=day, **{name: on[name] for name in (*NEEDS, "cases")})


def _began_to_wait(conn: Connection, book: str, since: int) -> Iterator[tuple[int, str]]:
    """(when, what for) of every line that was told to wait for master data since; a line that waits for something
    else afterwards is told again, and counts again."""
    event, outcome = tables.event.c, tables.outcome.c
    query = (
        select(event.recorded_at, outcome.body)
        .join_from(tables.outcome, tables.event, (event.book == outcome.book) & (event.seq == outcome.seq))
        .where(outcome.book == book, outcome.site.in_(["", *sites_of(conn, book)]), event.recorded_at >= since)
        .where(outcome.result.in_(["waiting", "partly"]))
    )
    for at, body in conn.execute(query):
        for one in read_outcomes(body):
            kind = one.needs.partition(":")[0] if isinstance(one, Waiting) else ""
            if kind in NEEDS:
                yield at, kind
