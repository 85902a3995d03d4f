"""The ledger's benchmark measures what it says: its events post, and its peer writes the same quantities."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection

from benchmarks.ledger_books import Books
from benchmarks.ledger_databases import sqlite_engines
from benchmarks.ledger_raw import SqliteRaw
from benchmarks.ledger_world import BATCH, World, moves_of
from ledger.book import verify
from ledger.events import write_event

SEED, PARTS = 7, 20


def test_the_same_seed_makes_the_same_events() -> None:
    one, other = (World(SEED, PARTS).batch() for _ in range(2))

    assert [write_event(event) for event in one] == [write_event(event) for event in other]


def test_no_event_of_the_workload_repeats() -> None:
    world = World(SEED, PARTS)

    keys = [(type(event), event.number) for _ in range(3) for event in world.batch()]

    assert len(set(keys)) == len(keys)


def test_ledger_and_peer_end_with_the_same_quantities_and_movements(tmp_path: Path) -> None:
    with sqlite_engines(tmp_path, "ours", "raw") as (ours, theirs):
        world = World(SEED, PARTS)
        books, others = Books(ours, world), Books(theirs, World(SEED, PARTS))
        others.close()
        peer = SqliteRaw(theirs)

        for batch in (world.batch(), world.batch(hot=True)):
            recorded = books.record(batch)
            peer.record([(event, moves_of(event)) for event in batch], now=0, all_rows=True)
            assert sum(one.movements for one in recorded) == BATCH

        peer.close()
        with theirs.connect() as conn:
            written = rows_of(conn)
        assert rows_of(books.conn) == written
        assert verify(books.conn) == []
        books.close()


def rows_of(conn: Connection) -> tuple[list[object], list[object], list[int]]:
    """Buckets, movements, and how many rows of the log there are."""
    buckets = conn.exec_driver_sql("SELECT id, identity, quantity FROM bucket ORDER BY id").fetchall()
    movements = conn.exec_driver_sql(
        "SELECT number, seq, source, target, quantity FROM movement ORDER BY number"
    ).fetchall()
    counts = [
        int(conn.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar() or 0)
        for table in ("event", "event_line", "outcome")
    ]
    conn.rollback()
    return [tuple(row) for row in buckets], [tuple(row) for row in movements], counts
