"""`ledger.growth`: the rate after 3,000,000 movements against the rate after 100,000, runs sealed on the way.

Sealing is part of it: a run is gathered between two batches and written slice by slice, each slice a database
transaction of its own, and SQLite's log is moved into the file between two transactions, both as the gateway's writer
does. The clock stops only while events are made. All movements are made by `Ledger.record`, none is loaded.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import Engine

from benchmarks.ledger_databases import sqlite_engines
from benchmarks.ledger_world import BATCH, Books, World
from benchmarks.rows import Row, make_row
from gateway.store.checkpoints import Checkpoints
from gateway.store.database import reading_engine
from ledger.book import gather, put_slice

FIRST, LAST = 100_000, 3_000_000
WINDOW = 3 * 32_768
"""Movements of one measurement: three runs, so that each has three seals."""
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

    def rate(self, movements: int) -> list[float]:
        """Movements a second over a window from here, by thirds of it."""
        rates = []
        for _ in range(3):
            moved, seconds = self.moved, self.seconds
            self.grow(self.moved + movements // 3)
            rates.append((self.moved - moved) / (self.seconds - seconds))
        return rates

    def _seal(self) -> None:
        if self.moved % (32 * BATCH):
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


def rows(seed: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder, sqlite_engines(
        Path(folder), "ours"
    ) as engines:  # fmt: skip
        grown = Grown(engines[0], Path(folder) / "ours.db", World(seed))
        grown.grow(FIRST)
        early = grown.rate(WINDOW)
        grown.grow(LAST)
        late = grown.rate(WINDOW)
        grown.close()
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
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
