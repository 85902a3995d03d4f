"""Questions against stated limits: 200,000 buckets, one part of 20,000 serials, one lot that moved 10,000 times.

    ledger.position.p99ms    position of a part: one in ten of the part with the serials, the others drawn
    ledger.asof.p99ms        balance of one place at a drawn moment: every other time of the place that moves most
    ledger.trace.ms          the chain of the lot

Each question goes to SQLite by a reading connection of the gateway, in a snapshot of its own.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path

from sqlalchemy import Connection, Engine

from benchmarks.ledger_books import Books
from benchmarks.ledger_databases import sqlite_engines
from benchmarks.ledger_world import EVENTS, LINES, World
from benchmarks.rows import Row, make_limit_row
from gateway.store.database import reading_engine
from ledger.book import seal
from ledger.events import CustomerReturnReceived, Event, StockLine
from ledger.queries import balances, position, trace

LOCATIONS = 80
"""Further places of each part: with those of the workload some 200,000 buckets."""
SERIALS = 20_000
BATCHES = 200
"""Batches of movements, the events of every tenth one on the hot part: what as-of looks back on."""
TRACED = 10_000
QUESTIONS = 500
Taken = tuple[float, float]
LIMITS = {"ledger.position.p99ms": 5.0, "ledger.asof.p99ms": 10.0, "ledger.trace.ms": 100.0}


class Filled:
    """Books with all of it, sealed, and a reading connection."""

    def __init__(self, engine: Engine, path: Path, world: World) -> None:
        self.world = world
        books = Books(engine, world)
        for batch in _batches(self._wide()):
            books.record(batch)
        for batch in _batches(self._serials()):
            books.record(batch)
        self.begun = world.now
        for number in range(BATCHES):
            books.record(world.batch(hot=not number % 10))
        self.ended = world.now
        for _ in range(TRACED // LINES // EVENTS):
            books.record([self._of_lot(n) for n in range(EVENTS)])
        with books.conn.begin():
            seal(books.conn)
            self.buckets = int(books.conn.exec_driver_sql("SELECT count(*) FROM bucket").scalar() or 0)
        books.close()
        self.reading = reading_engine(path)

    def _wide(self) -> Iterator[Event]:
        for place in range(LOCATIONS):
            for first in range(0, self.world.parts, LINES):
                numbers = range(first, first + LINES)
                yield self._came([(f"P{number:05}", Decimal(5)) for number in numbers], location=f"C{place:02}")

    def _serials(self) -> Iterator[Event]:
        tens = [tuple(f"SN{first + n:06}" for n in range(10)) for first in range(0, SERIALS, 10)]
        for first in range(0, len(tens), LINES):
            serials = tens[first : first + LINES]
            yield self._came([("P00001", Decimal(10))] * len(serials), location="S", serials=serials)

    def _of_lot(self, number: int) -> Event:
        return self._came([("P00002", Decimal(1))] * LINES, location=f"D{number % 7}", lot="LOT1")

    def _came(
        self,
        goods: list[tuple[str, Decimal]],
        *,
        location: str,
        lot: str = "",
        serials: list[tuple[str, ...]] | None = None,
    ) -> Event:
        lines = [
            StockLine(
                part_number=part, quantity=quantity, unit="EA", segment=n + 2, location=location, lot=lot,
                stock_segment="raw", serials=serials[n] if serials else (),
            )
            for n, (part, quantity) in enumerate(goods)
        ]  # fmt: skip
        return self.world.stamped(CustomerReturnReceived, lines)

    def ask(self, times: int, question: Callable[[Connection, int], object]) -> list[Taken]:
        """Milliseconds of each, by the clock and of CPU."""
        taken: list[Taken] = []
        for number in range(times):
            with self.reading.connect() as conn:
                started, cpu = time.perf_counter(), time.thread_time()
                question(conn, number)
                taken.append(((time.perf_counter() - started) * 1000, (time.thread_time() - cpu) * 1000))
        return taken


def rows(rounds: int, seed: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder, sqlite_engines(
        Path(folder), "ours"
    ) as engines:  # fmt: skip
        filled = Filled(engines[0], Path(folder) / "ours.db", World(seed))
        draw = filled.world.random
        span = int((filled.ended - filled.begun).total_seconds())

        def ask_position(conn: Connection, number: int) -> None:
            part = "P00001" if number % 10 == 0 else f"P{draw.randrange(filled.world.parts):05}"
            if position(conn, part) is None:
                raise AssertionError(part)

        def ask_as_of(conn: Connection, number: int) -> None:
            hot = number % 2 == 0
            part, location = ("P00000", "A") if hot else (f"P{draw.randrange(filled.world.parts):05}", "A")
            moment = filled.begun + timedelta(seconds=draw.randrange(span))
            found = balances(conn, by=("location", "state"), part=part, location=location, as_of=moment)
            if not found:
                raise AssertionError((part, moment))

        def ask_trace(conn: Connection, _: int) -> None:
            if len(trace(conn, "lot", "LOT1").steps) < TRACED:
                raise AssertionError("steps are missing")

        shared: dict[str, float | str] = {"buckets": filled.buckets, "serials": SERIALS}
        yield _row("ledger.position.p99ms", [filled.ask(QUESTIONS, ask_position) for _ in range(rounds)], shared)
        yield _row("ledger.asof.p99ms", [filled.ask(QUESTIONS, ask_as_of) for _ in range(rounds)], shared)
        yield _row("ledger.trace.ms", [filled.ask(5, ask_trace) for _ in range(rounds)], {"movements": TRACED})
        filled.reading.dispose()


def _row(id: str, taken: list[list[Taken]], shared: dict[str, float | str]) -> Row:
    """p99 of each round, or the median where the row is of no percentile; of CPU the same beside it."""
    percent = 99 if "p99" in id else 50
    figures, of_cpu = ([_percentile([one[side] for one in of], percent) for of in taken] for side in (0, 1))
    beside: dict[str, float | str] = {
        "p50ms": round(_percentile([ms for of in taken for ms, _ in of], 50), 2),
        f"cpu_p{percent}ms": round(statistics.median(of_cpu), 2),
    }
    return make_limit_row(
        id, figures, LIMITS[id], more_is_better=False, unit="ms", n=len(taken[0]), durable="full", corpus_sha="",
        extra=shared | beside,
    )  # fmt: skip


def _percentile(values: list[float], percent: int) -> float:
    return sorted(values)[max(0, -(-len(values) * percent // 100) - 1)]


def _batches(events: Iterator[Event]) -> Iterator[list[Event]]:
    batch: list[Event] = []
    for event in events:
        batch.append(event)
        if len(batch) == EVENTS:
            yield batch
            batch = []
    if batch:
        yield batch
