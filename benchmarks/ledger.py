"""What the ledger keeps up with: `Ledger.record` against the driver alone, and questions against stated limits.

    ledger.sqlite.raw, ledger.sqlite.rate    SQLite, synchronous=FULL
    ledger.pg.raw, ledger.pg.rate            PostgreSQL in a cluster of its own, fsync on, over its socket
    ledger.hot                               every line of one part, against lines spread over 2,000
    ledger.growth                            after 3,000,000 movements, against after 100,000; runs are sealed
    ledger.position.p99ms, ledger.asof.p99ms, ledger.trace.ms

Batches of 100 events of 10 movements, each committed; `ledger_world` says which, `ledger_raw` what the peer does.
Events are made before the clock, and the collector of garbage is set as the gateway sets it.
"""

from __future__ import annotations

import gc
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Literal

from sqlalchemy import Engine

from benchmarks import ledger_growth, ledger_reading
from benchmarks.ledger_books import Books
from benchmarks.ledger_databases import postgres_engines, sqlite_engines
from benchmarks.ledger_raw import PostgresRaw, SqliteRaw
from benchmarks.ledger_world import BATCH, World, moves_of
from benchmarks.rows import Row, make_limit_row, make_row

RATE_MIN = 20_000
"""Movements a second."""
BATCHES = 10
"""Of each kind in a round."""
WARM_UP = 10
IDS = (
    "ledger.sqlite.raw", "ledger.sqlite.rate", "ledger.pg.raw", "ledger.pg.rate", "ledger.hot", "ledger.growth",
    "ledger.position.p99ms", "ledger.asof.p99ms", "ledger.trace.ms",
)  # fmt: skip
RAW = "the driver alone, same tables and indices: events, look-up, chain, netted buckets, movements"


def rows(rounds: int, *, seed: int = 7, only: str = "") -> Iterator[Row]:
    """The rows whose id begins with `only`; rows of one run are taken together."""
    runs: tuple[tuple[Callable[[], Iterator[Row]], tuple[str, ...]], ...] = (
        (partial(sqlite_rows, rounds, seed), IDS[:2]),
        (partial(postgres_rows, rounds, seed), IDS[2:4]),
        (partial(hot_rows, rounds, seed), IDS[4:5]),
        (partial(ledger_growth.rows, seed), IDS[5:6]),
        (partial(ledger_reading.rows, rounds, seed), IDS[6:]),
    )
    collect_seldom()
    for measure, ids in runs:
        if any(id.startswith(only) for id in ids):
            yield from (row for row in measure() if row.id.startswith(only))


def collect_seldom() -> None:
    """As the gateway does for its writer."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)


def sqlite_rows(rounds: int, seed: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder, sqlite_engines(
        Path(folder), "ours", "raw", "all"
    ) as engines:  # fmt: skip
        yield from _rates("ledger.sqlite", rounds, seed, engines, SqliteRaw, "full")


def postgres_rows(rounds: int, seed: int) -> Iterator[Row]:
    with postgres_engines("ours", "raw", "every_row") as engines:
        yield from _rates("ledger.pg", rounds, seed, engines, PostgresRaw, "fsync")


def _rates(
    id: str,
    rounds: int,
    seed: int,
    engines: list[Engine],
    raw: type[SqliteRaw | PostgresRaw],
    durable: Literal["full", "fsync"],
) -> Iterator[Row]:
    """Ours, the peer, and the peer with outcomes too, batch by batch in turn."""
    world = World(seed)
    books = Books(engines[0], world)
    peers: list[SqliteRaw | PostgresRaw] = []
    for engine in engines[1:]:
        Books(engine, World(seed)).close()
        peers.append(raw(engine))
    now = int(world.now.timestamp()) * 1_000_000
    sums: list[list[float]] = []
    cpu = 0.0
    for number in range(-1, rounds):
        seconds = [0.0, 0.0, 0.0]
        for place in range(WARM_UP if number < 0 else BATCHES):
            batch = world.batch()
            planned = [(event, moves_of(event)) for event in batch]
            sides = (
                partial(books.record, batch),
                partial(peers[0].record, planned, now),
                partial(peers[1].record, planned, now, all_rows=True),
            )
            for turn in range(3):
                side = (turn + place) % 3
                cpu_before = time.process_time()
                seconds[side] += _seconds(sides[side])
                if side == 0 and number >= 0:
                    cpu += time.process_time() - cpu_before
        if number >= 0:
            sums.append(seconds)
    for opened in (books, *peers):
        opened.close()
    ours, plain, every = ([BATCHES * BATCH / one[side] for one in sums] for side in range(3))
    shared: dict[str, float | str] = {
        "cpu_us_per_movement": round(cpu / (rounds * BATCHES * BATCH) * 1e6, 1),
        "ratio_with_outcomes": round(statistics.median(a / b for a, b in zip(ours, every, strict=True)), 3),
        "cores": os.cpu_count() or 1,
    }
    yield make_row(
        f"{id}.raw", ours, plain, against=RAW, unit="movements/s", n=BATCHES * BATCH, durable=durable,
        corpus_sha="", extra=shared, note="put-away, issue, consumption",
    )  # fmt: skip
    yield make_limit_row(
        f"{id}.rate", ours, RATE_MIN, more_is_better=True, unit="movements/s", n=BATCHES * BATCH, durable=durable,
        corpus_sha="", extra=shared,
    )  # fmt: skip


def hot_rows(rounds: int, seed: int) -> Iterator[Row]:
    """One part for every line: nine of its buckets change again and again, and net to one update each."""
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder, sqlite_engines(
        Path(folder), "ours"
    ) as engines:  # fmt: skip
        world = World(seed)
        books = Books(engines[0], world)
        for _ in range(WARM_UP):
            books.record(world.batch())
        hot: list[float] = []
        spread: list[float] = []
        for _ in range(rounds):
            seconds = [0.0, 0.0]
            for place in range(2 * BATCHES):
                one = world.batch(hot=bool(place % 2))
                seconds[place % 2] += _seconds(partial(books.record, one))
            spread.append(BATCHES * BATCH / seconds[0])
            hot.append(BATCHES * BATCH / seconds[1])
        books.close()
    yield make_row(
        "ledger.hot", hot, spread, against="the same spread over 2,000 parts", unit="movements/s",
        n=BATCHES * BATCH, durable="full", corpus_sha="",
    )  # fmt: skip


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
