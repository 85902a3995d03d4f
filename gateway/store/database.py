"""Opening the SQLite file: one writing connection with BEGIN IMMEDIATE, and read-only snapshots for everyone else.

Never opens a second writer; that a process may write at all is decided by the lock (`gateway.store.lock`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool, QueuePool

BUSY_TIMEOUT_MS = 30_000
STATEMENTS = 512
"""Parsed statements that the writer keeps; a posting has some two hundred."""
CACHE_KIB = 65_536
READING_CACHE_KIB = 8_192
"""Of each reading connection: the largest part's serials and the pages above them."""
LOG_PAGES_MAX = 16_000
"""Of four KiB: from here on a commit moves the log into the file itself. The writer does it long before
(`Checkpoints`), and other programs seldom write as much."""


def writing_engine(path: Path) -> Engine:
    """An engine whose every database transaction starts with BEGIN IMMEDIATE, durable at commit.

    A deferred transaction that turns into a writer fails with "database is locked" instead of waiting, hence
    IMMEDIATE; FULL, because an answer that we gave must survive the loss of power.
    """
    engine = create_engine(
        f"sqlite+pysqlite:///{path}",
        poolclass=NullPool,
        connect_args={
            "check_same_thread": False,
            "isolation_level": None,
            "timeout": BUSY_TIMEOUT_MS / 1000,
            "cached_statements": STATEMENTS,
        },
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"cache_size=-{CACHE_KIB}",
            "temp_store=MEMORY",
            f"wal_autocheckpoint={LOG_PAGES_MAX}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def reading_engine(path: Path) -> Engine:
    """Read-only connections; each database transaction is one snapshot and never waits for the writer."""
    engine = create_engine(
        f"sqlite+pysqlite:///file:{path}?mode=ro&uri=true",
        poolclass=QueuePool,
        pool_size=8,
        max_overflow=56,
        connect_args={"check_same_thread": False, "isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000},
    )

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA query_only=ON")
        connection.execute(f"PRAGMA cache_size=-{READING_CACHE_KIB}")
        connection.execute("PRAGMA temp_store=MEMORY")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN")

    return engine


class Database:
    """Both engines over one file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.writing = writing_engine(path)
        self.reading = reading_engine(path)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """One snapshot for the whole block."""
        with self.reading.connect() as connection:
            yield connection

    def close(self, *, wrote: bool = False) -> None:
        """`wrote`: whoever held the writer's lock leaves the file whole, its log moved in, so that it can be copied.

        SQLite moves the log when the last connection goes, unless that one may only read.
        """
        self.reading.dispose()
        if wrote:
            with suppress(
                OperationalError
            ):  # a full disk, a stranger's lock: the log stays beside the file, as it may
                self.writing.connect().close()
        self.writing.dispose()
