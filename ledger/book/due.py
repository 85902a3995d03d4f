"""What has a time: the records whose time has come, and when the next of them is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy import text as sql

from ledger.book import document_tables, tables
from ledger.book.codecs import CASE, LINE_CALL, NOTICE_LINE, ORDER_LINE, RECEIPT_LINE, Codec

TIMED: tuple[tuple[Codec, str, str], ...] = (
    (NOTICE_LINE, "closes_at", document_tables.CLOSING_NOTICE_LINES),
    (RECEIPT_LINE, "waits_until", document_tables.WAITING_RECEIPT_LINES),
    (ORDER_LINE, "late_at", document_tables.LATE_ORDER_LINES),
    (LINE_CALL, "due_at", document_tables.DUE_CALLS),
    (CASE, "escalates_at", document_tables.ESCALATING_CASES),
)
"""Records, the column of their time, and which of them have one: the condition of a partial index each."""


def rows_due(conn: Connection, book: str, now_us: int) -> Iterator[tuple[Codec, Any]]:
    """The rows of a book whose time has come by now, with how they are read."""
    for codec, column, where in TIMED:
        at = codec.table.c
        query = codec.table.select().where(at.book == book, at[column] <= now_us, sql(where))
        for row in conn.execute(query).fetchall():
            yield codec, row


def next_due(conn: Connection, book: str) -> int | None:
    """The earliest moment at which anything in the book is due, waits of events included; None for nothing."""
    wait = tables.waiting.c
    queries = [select(func.min(wait.until)).where(wait.book == book, wait.until.is_not(None))]
    queries += [
        select(func.min(codec.table.c[column])).where(codec.table.c.book == book, sql(where))
        for codec, column, where in TIMED
    ]
    times = [due for due in (conn.execute(query).scalar() for query in queries) if due is not None]
    return min(times, default=None)
