"""The peer of the street: str.split over the same bytes, and sqlite3 inserting the same rows in the same batches.

No code of ours runs in what is timed: this is what the least thing that could be called a street would cost.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from benchmarks.corpus import Sent


class Inserted(NamedTuple):
    """Rows that one table gained, as an INSERT and its values."""

    statement: str
    rows: list[tuple[object, ...]]


def copy_database(source: Path, target: Path) -> None:
    """A consistent copy of a live database, by SQLite's own backup."""
    target.unlink(missing_ok=True)
    with sqlite3.connect(source) as live, sqlite3.connect(target) as copy:
        live.backup(copy)
    live.close()
    copy.close()


def rows_gained(before: Path, after: Path) -> list[Inserted]:
    """Every row of `after` whose key `before` does not have, table by table; changed rows do not count."""
    connection = sqlite3.connect(after)
    connection.execute("ATTACH ? AS old", (str(before),))
    gained = []
    tables = connection.execute("SELECT name FROM main.sqlite_master WHERE type='table' AND name NOT LIKE 'sqlite_%'")
    for (table,) in tables.fetchall():
        described = connection.execute(f'PRAGMA main.table_info("{table}")').fetchall()
        columns = [row[1] for row in described]
        key = [row[1] for row in described if row[5]] or ["rowid"]
        same = " AND ".join(f'o."{column}" = n."{column}"' for column in key)
        listed = ", ".join(f'n."{column}"' for column in columns)
        rows = connection.execute(
            f'SELECT {listed} FROM main."{table}" n WHERE NOT EXISTS (SELECT 1 FROM old."{table}" o WHERE {same})'
        ).fetchall()
        if rows:
            names = ", ".join(f'"{column}"' for column in columns)
            marks = ", ".join("?" * len(columns))
            gained.append(Inserted(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows))
    connection.close()
    return gained


def run_peer(database: Path, messages: Sequence[Sent], gained: Sequence[Inserted], batches: int) -> float:
    """Seconds to split the messages and insert the rows in that many durable batches."""
    texts = [(sent.body.decode("latin-1"), *_delimiters(sent.body)) for sent in messages]
    connection = sqlite3.connect(database, isolation_level=None)
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=OFF",
        "cache_size=-65536",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
    slices = [_sliced(inserted, batches) for inserted in gained]
    started = time.perf_counter()
    for number in range(batches):
        for text, terminator, separator in texts[
            number * len(texts) // batches : (number + 1) * len(texts) // batches
        ]:
            for segment in text.split(terminator):
                segment.split(separator)
        connection.execute("BEGIN IMMEDIATE")
        for inserted, parts in zip(gained, slices, strict=True):
            if parts[number]:
                connection.executemany(inserted.statement, parts[number])
        connection.execute("COMMIT")
    seconds = time.perf_counter() - started
    connection.close()
    return seconds


def _sliced(inserted: Inserted, batches: int) -> list[list[tuple[object, ...]]]:
    count = len(inserted.rows)
    return [inserted.rows[n * count // batches : (n + 1) * count // batches] for n in range(batches)]


def _delimiters(body: bytes) -> tuple[str, str]:
    if body.startswith(b"ISA"):
        return body[105:106].decode("latin-1"), body[3:4].decode("latin-1")
    return "\n", ","
