"""The head of a book: its counters and the end of its chain. Whoever holds its row writes the book."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from sys import intern

from sqlalchemy import Connection

from ledger.book.storage import bulk, tables

RUN_SIZE = 32_768
"""Movements of one sealed run."""

COLUMNS = tuple(column.name for column in tables.book.columns)
_HEAD = f"SELECT {', '.join(COLUMNS)} FROM book WHERE book = ?"  # noqa: S608 - names of our own columns


@dataclass(slots=True)
class Head:
    """The row of one book; the columns of `tables.book` in order."""

    book: str
    seq: int = 0
    chain: bytes = b""
    recorded_at: int = 0
    movements: int = 0
    buckets: int = 0
    cases: int = 0
    masterdata_seq: int = 0
    masterdata_stamp: bytes = b""
    copied_seq: int = 0
    run_size: int = RUN_SIZE
    sealed: int = 0
    slices: int = 0


def read_head(conn: Connection, book: str) -> Head | None:
    """The head as it stands, for readers; None when nothing was ever recorded in the book."""
    rows = bulk.ask(conn, _HEAD, (book,))
    return Head(intern(rows[0][0]), *rows[0][1:]) if rows else None


def lock_head(conn: Connection, book: str, *, run_size: int = RUN_SIZE) -> Head:
    """The head, locked until the database transaction ends; a new book is made with `run_size`.

    One recorder per book at a time: sequence numbers are given under this lock, so that they become visible in
    order and a reader of the tail can never miss a late commit.
    """
    if conn.dialect.name == "postgresql":
        # Every row is changed by its key. Without fresh statistics PostgreSQL takes a growing table for an empty one
        # and hashes all of it instead; for this database transaction it may not.
        conn.exec_driver_sql("SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off")
    query = _HEAD if conn.dialect.name == "sqlite" else f"{_HEAD} FOR UPDATE"
    rows = bulk.ask(conn, query, (book,))
    if not rows:
        bulk.insert(conn, tables.book, [astuple(Head(book, run_size=run_size))], ignore=True)
        rows = bulk.ask(conn, query, (book,))
    return Head(intern(rows[0][0]), *rows[0][1:])


def save_head(conn: Connection, head: Head) -> None:
    book, *values = astuple(head)
    bulk.update(conn, tables.book, COLUMNS[:1], COLUMNS[1:], [(*values, book)])
