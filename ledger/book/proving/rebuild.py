"""Records all events of a book again in a scratch ledger and compares, or replaces, what is computed from them."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from functools import cache, partial
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, NullPool, Table, create_engine, delete, select

from ledger.book.journal.heads import read_head
from ledger.book.recording import Ledger
from ledger.book.saving import filing
from ledger.book.storage import bulk, document_tables, tables
from ledger.events import TimePassed, read_event
from ledger.matching.resolved import moment
from ledger.policy import Policy
from ledger.policy.policy import read_policy

FACTS: tuple[Table, ...] = (tables.event, tables.event_line, tables.outcome, tables.movement)
PROJECTIONS: tuple[Table, ...] = (
    tables.masterdata, tables.period, tables.waiting, tables.trace_key, tables.settlement, tables.ruling_use,
    tables.bucket,
    document_tables.orders,
    document_tables.order_line,
    document_tables.shipment, document_tables.notice_line, document_tables.goods_receipt,
    document_tables.goods_receipt_line, document_tables.link, document_tables.cumulative,
    document_tables.cumulative_agreement, document_tables.transfer_line, document_tables.line_call,
    document_tables.cases,
    document_tables.containment, *filing.TABLES,
)  # fmt: skip
_COUNTERS = ("seq", "chain", "movements", "buckets", "cases", "masterdata_seq", "masterdata_stamp")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """A row that the events do not make, make otherwise, or make and that is not there."""

    where: str
    text: str


class Rebuilt(msgspec.Struct, frozen=True, kw_only=True):
    """What a rebuild found; `replaced` says whether the projections were put right."""

    book: str
    events: int
    movements: int
    differences: tuple[Difference, ...] = ()
    replaced: bool = False


def rebuild(conn: Connection, *, book: str = "live", replace: bool = False) -> Rebuilt:
    """Compare a book with what its events make; with `replace`, put the projections right.

    Facts (events, outcomes, movements) are never replaced: a difference there is reported and stays.
    """
    head = read_head(conn, book)
    if head is None:
        return Rebuilt(book=book, events=0, movements=0)
    with _scratch_engine().begin() as scratch:
        scratch.exec_driver_sql("PRAGMA journal_mode=OFF")
        tables.metadata.create_all(scratch, checkfirst=False)
        replay(conn, scratch, book, run_size=head.run_size)
        found = tuple(_compare(conn, scratch, book))
        if replace and found:
            for table in PROJECTIONS:
                conn.execute(delete(table).where(table.c.book == book))
                bulk.insert(conn, table, [tuple(row) for row in scratch.execute(select(table))])
    return Rebuilt(
        book=book, events=head.seq, movements=head.movements, differences=found, replaced=replace and bool(found)
    )


@cache
def _scratch_engine() -> Engine:
    """Each connection has an empty database of its own, in a file without a name that SQLite takes away again."""
    return create_engine("sqlite://", poolclass=NullPool, creator=partial(sqlite3.connect, ""))


def differences(conn: Connection, *, book: str) -> tuple[Difference, ...]:
    """What differs between the book and its events recorded again."""
    return rebuild(conn, book=book).differences


def replay(conn: Connection, scratch: Connection, book: str, *, run_size: int) -> None:
    """Record the book's events into an empty ledger, each at its own time under its own policy."""
    table, ledger = tables.event.c, Ledger(run_size=run_size)
    policies: dict[str, Policy] = {}
    rows = conn.execute(
        select(table.recorded_at, table.policy, table.body).where(table.book == book).order_by(table.seq)
    )
    for (recorded_at, policy_hash), batch in groupby(rows, key=lambda row: (row.recorded_at, row.policy)):
        if policy_hash not in policies:
            body = conn.execute(select(tables.policy.c.body).where(tables.policy.c.hash == policy_hash)).scalar_one()
            policies[policy_hash] = read_policy(body, policy_hash)
        policy, now = policies[policy_hash], moment(recorded_at)
        for is_time, run in groupby((read_event(row.body) for row in batch), key=_is_time):
            if is_time:
                for _ in run:
                    ledger.tick(scratch, policy, now, book=book)
            else:
                ledger.record(scratch, list(run), policy, now)


def _is_time(event: object) -> bool:
    return isinstance(event, TimePassed)


def _compare(conn: Connection, scratch: Connection, book: str) -> Iterator[Difference]:
    ours, theirs = read_head(conn, book), read_head(scratch, book)
    for name in _COUNTERS:
        if getattr(ours, name) != getattr(theirs, name, None):
            text = f"{name} is {getattr(ours, name)!r}, the events make {getattr(theirs, name, None)!r}"
            yield Difference(where=f"book {book}", text=text)
    for table in (*FACTS, *PROJECTIONS):
        stored, made = _rows(conn, table, book), _rows(scratch, table, book)
        for key in sorted(stored.keys() | made.keys()):
            if stored.get(key) != made.get(key):
                yield Difference(where=f"{table.name} {key}", text=_difference(table, stored.get(key), made.get(key)))


def _rows(conn: Connection, table: Table, book: str) -> dict[tuple[Any, ...], tuple[Any, ...]]:
    width = [n for n, column in enumerate(table.columns) if column.primary_key]
    rows = conn.execute(select(table).where(table.c.book == book))
    return {tuple(row[n] for n in width): tuple(row) for row in rows}


def _difference(table: Table, stored: tuple[Any, ...] | None, made: tuple[Any, ...] | None) -> str:
    if stored is None:
        return "is missing, the events make it"
    if made is None:
        return "stands there, the events do not make it"
    named = [
        f"{column.name} is {was!r}, the events make {is_!r}"
        for column, was, is_ in zip(table.columns, stored, made, strict=True)
        if was != is_
    ]
    return "; ".join(named)
