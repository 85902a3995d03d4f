"""When SQLite's log is moved into the file: by the writer, between two of its transactions, once all are answered.

SQLite itself does it inside the commit that makes the log long enough, and everyone who shares that commit waits for
it. Here nobody holds the write lock meanwhile, and no reader is waited for: what cannot be moved yet is moved later.
"""

from __future__ import annotations

import sqlite3
import time
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

SECONDS_MIN = 0.4
"""Between two of them: each flushes the file, however little there is to move."""
QUIET_SECONDS_MIN = 2.0
"""The same while nobody waits to be accepted: what was written again and again is moved once, and flushed once."""
CHANGES_MIN = 1_000
"""Changed rows; with less there is nothing worth a flush."""


class Checkpoints:
    """Of one writing connection."""

    def __init__(self) -> None:
        self._at, self._changes = time.monotonic(), 0

    def run(self, connection: Connection, *, is_quiet: bool = False) -> bool:
        """Move the log if it is time; whether it was. Call it outside a transaction.

        What fails here has cost nothing, the log holds it still: SQLite tries again when the log is long.
        """
        if time.monotonic() - self._at < (QUIET_SECONDS_MIN if is_quiet else SECONDS_MIN):
            return False
        with suppress(sqlite3.Error, SQLAlchemyError):
            raw: Any = connection.connection.dbapi_connection
            changes = raw.total_changes
            if changes - self._changes < CHANGES_MIN:
                return False
            self._changes = changes
            raw.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._at = time.monotonic()
        return True
