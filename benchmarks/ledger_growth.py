"""`ledger.growth`: the rate after 3,000,000 movements against the rate after 100,000, runs sealed on the way.

Sealing is part of it: a run is gathered between two batches and written slice by slice, each slice a database
transaction of its own, and SQLite's log is moved into the file between two transactions, both as the gateway's writer
does. The clock stops only while events are made. All movements are made by `Ledger.record`, none is loaded: that
takes some five minutes on a quiet machine. Young books and old ones are then written in turn, batch by batch, so that
both meet the same machine.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.ledger_books import Books
from benchmarks.ledger_databases import sqlite_engines
from benchmarks.ledger_world import BATCH, World
from benchmarks.rows import Row, make_row
from gateway.store.checkpoints import Checkpoints
from gateway.store.database import reading_engine
from ledger.book import gather, put_slice

FIRST, LAST = 100_000, 3_000_000
ROUNDS = 3
SEAL_BATCHES = 32
"""Batches of a round: some one run of movements, so that each round has its seal."""
WINDOW = ROUNDS * SEAL_BATCHES * BATCH
SLICE_MS_MAX, BATCH_MS_MAX = 20.0, 60.0


class Grown:
    """Books that grow, and how long each batch and slice took."""

    def __init__(self, engine: Engine, path: Path, world: World) -> None:
        self.books, self.world, self.reading = Books(engine, world), world, reading_engine(path)
        self.moved, self.seconds = 0, 0.0
        self.batches: list[float] = []
        self.slices: list[float] = []
        self.checkpoints: list[float] = []
        self._checkpoints = Checkpoints()

    def grow(self, movements: int) -> None:
        """Until so many were made by the workload."""
        while self.moved < movements:
            batch = self.world.batch()
            started = time.perf_counter()
            self.books.record(batch)
            ended = time.perf_counter()
            self.batches.append((ended - started) * 1000)
            self.moved += BATCH
            self._checkpoint()
            self._seal()
            self.seconds += time.perf_counter() - started

    def _seal(self) -> None:
        if self.moved % (SEAL_BATCHES * BATCH):
            return
        with self.reading.connect() as conn:
            run = gather(conn, "live")
        while run is not None:
            started = time.perf_counter()
            with self.books.conn.begin():
                more = put_slice(self.books.conn, run)
            self.slices.append((time.perf_counter() - started) * 1000)
            self._checkpoint()
            if not more:
                return

    def _checkpoint(self) -> None:
        started = time.perf_counter()
        if self._checkpoints.run(self.books.conn):
            self.checkpoints.append((time.perf_counter() - started) * 1000)

    def close(self) -> None:
        self.books.close()
        self.reading.dispose()


def rates(*books: Grown) -> list[list[float]]:
    """Movements a second of each, by rounds; they are written in turn, batch by batch."""
    rates: list[list[float]] = [[] for _ in books]
    for _ in range(ROUNDS):
        before = [one.seconds for one in books]
        for _ in range(SEAL_BATCHES):
            for one in books:
                one.grow(one.moved + BATCH)
        for one, seconds, of in zip(books, before, rates, strict=True):
            of.append(SEAL_BATCHES * BATCH / (one.seconds - seconds))
    return rates


def rows(seed: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder, sqlite_engines(
        Path(folder), "young", "old"
    ) as engines:  # fmt: skip
        young = Grown(engines[0], Path(folder) / "young.db", World(seed))
        grown = Grown(engines[1], Path(folder) / "old.db", World(seed))
        young.grow(FIRST)
        grown.grow(LAST)
        early, late = rates(young, grown)
        young.close()
        grown.close()
        size = (Path(folder) / "old.db").stat().st_size
    yield make_row(
        "ledger.growth", late, early, against=f"the rate after {FIRST:,} movements", unit="movements/s", n=WINDOW,
        durable="full", corpus_sha="", note=f"limits: slice {SLICE_MS_MAX:g} ms, batch {BATCH_MS_MAX:g} ms",
        extra={
            "slice_ms_max": round(max(grown.slices), 1), "slice_ms_median": round(statistics.median(grown.slices), 1),
            "slices": len(grown.slices), "batch_ms_max": round(max(grown.batches), 1),
            "batch_ms_median": round(statistics.median(grown.batches), 1), "batches": len(grown.batches),
            "batches_over_60ms": sum(took > BATCH_MS_MAX for took in grown.batches),
            "slices_over_20ms": sum(took > SLICE_MS_MAX for took in grown.slices),
            "checkpoint_ms_max": round(max(grown.checkpoints), 1),
            "checkpoint_ms_median": round(statistics.median(grown.checkpoints), 1),
            "checkpoints": len(grown.checkpoints),
            "mb": round(size / 1e6),
        },
    )  # fmt: skip
