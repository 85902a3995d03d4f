"""What matching costs: ship notices and goods receipts matched line by line, against events that match nothing.

    matching.record          notices and their receipts, against put-away, issue and consumption (`ledger_world`)
    matching.group.p99ms     one event more of a part and supplier that 10,000 goods receipts came of
    matching.group.growth    the same against a part that 100 came of
    matching.group.build     coming to 10,000, against ten times the first 1,000
    matching.month.s         every scorecard of a month of 1,000,000 lines and 200 suppliers
    matching.month.incremental   every card of the running month once a day, against recording it

SQLite, synchronous=FULL. Batches of 100 events of 10 lines for the rate; one event of one line and its commit for the
group, half of whose receipts name their shipment and half of which are matched with the oldest.
"""

from __future__ import annotations

import gc
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks import matching_month
from benchmarks.ledger import collect_seldom
from benchmarks.ledger_books import Books
from benchmarks.ledger_databases import sqlite_engines
from benchmarks.ledger_world import BATCH, World
from benchmarks.matching_world import EVENTS, Inbound
from benchmarks.rows import Row, make_limit_row, make_row
from ledger.events import Event

BATCHES = 6
"""Pairs of batches, notices and receipts, in a round."""
WARM_UP = 4
MANY, FEW = 10_000, 100
ASKED = 400
"""Single events that are timed at each size."""
P99_MS_MAX, GROWTH_MAX, BUILD_MAX = 5.0, 1.5, 1.3


def rows(rounds: int, *, seed: int = 7, only: str = "") -> Iterator[Row]:
    """The rows whose id begins with `only`."""
    collect_seldom()
    if "matching.record".startswith(only):
        yield record_row(rounds, seed)
    if only.startswith("matching.group") or "matching.group".startswith(only):
        yield from (row for row in group_rows(seed) if row.id.startswith(only))
    if "matching.month".startswith(only) or only.startswith("matching.month"):
        yield from (row for row in matching_month.rows(rounds, seed) if row.id.startswith(only))


def record_row(rounds: int, seed: int) -> Row:
    """Movements a second of both, batch by batch in turn: each notice and each receipt line moves once."""
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder, sqlite_engines(
        Path(folder), "matched", "plain"
    ) as engines:  # fmt: skip
        inbound, world = Inbound(seed), World(seed)
        dock, books = Books(engines[0], inbound), Books(engines[1], world)
        matched: list[float] = []
        plain: list[float] = []
        notices_ms: list[float] = []
        for number in range(-1, rounds):
            seconds = [0.0, 0.0]
            for _ in range(WARM_UP if number < 0 else BATCHES):
                notices, receipts = inbound.shipments()
                advising = _seconds(partial(dock.record, notices))
                seconds[0] += advising + _seconds(partial(dock.record, receipts))
                notices_ms.append(advising * 1000)
                for _ in range(2):
                    seconds[1] += _seconds(partial(books.record, world.batch()))
            if number >= 0:
                matched.append(2 * BATCHES * BATCH / seconds[0])
                plain.append(2 * BATCHES * BATCH / seconds[1])
        dock.close()
        books.close()
    return make_row(
        "matching.record", matched, plain, against="put-away, issue and consumption, which match nothing",
        unit="movements/s", n=2 * BATCHES * BATCH, durable="full", corpus_sha="",
        extra={"notices_ms_per_batch": round(statistics.median(notices_ms), 1)},
    )  # fmt: skip


class _Group:
    """One part of one supplier, and so many goods receipts of it."""

    def __init__(self, dock: Books[Inbound], order: int) -> None:
        self.dock, self.world, self.order = dock, dock.world, order
        self.batches: list[float] = []

    def grow(self, receipts: int) -> None:
        for _ in range(0, receipts, EVENTS):
            notices = [self.world.notice(self.order, lines=(0,)) for _ in range(EVENTS)]
            # What is unnamed answers the oldest, which is the notice before it: of equal order, all of it.
            answers = [self.world.receipt(one, named=n % 2 == 0) for n, one in enumerate(notices)]
            gc.collect(0)
            self.batches.append(
                _seconds(partial(self.dock.record, notices)) + _seconds(partial(self.dock.record, answers))
            )

    def ask(self) -> tuple[float, float]:
        """Milliseconds of one more notice, and of one more goods receipt, each committed."""
        notice = self.world.notice(self.order, lines=(0,))
        named = self.world.made % 4 < 2
        advising = _seconds(partial(self.dock.record, [notice])) * 1000
        receipt: Sequence[Event] = [self.world.receipt(notice, named=named)]
        return advising, _seconds(partial(self.dock.record, receipt)) * 1000


def group_rows(seed: int) -> Iterator[Row]:
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder, sqlite_engines(
        Path(folder), "group"
    ) as engines:  # fmt: skip
        dock = Books(engines[0], Inbound(seed))
        many, few = _Group(dock, 0), _Group(dock, 1)
        few.grow(FEW)
        many.grow(MANY)
        large: list[float] = []
        small: list[float] = []
        for turn in range(ASKED // 2):
            for group, found in ((many, large), (few, small)) if turn % 2 else ((few, small), (many, large)):
                found += group.ask()
        dock.close()
    yield make_limit_row(
        "matching.group.p99ms", [_p99(large)], P99_MS_MAX, more_is_better=False, unit="ms", n=len(large),
        durable="full", corpus_sha="", note=f"{MANY} goods receipts of one part",
        extra={"p50": round(statistics.median(large), 2), "p50_of_100": round(statistics.median(small), 2)},
    )  # fmt: skip
    yield make_limit_row(
        "matching.group.growth", [statistics.median(large) / statistics.median(small)], GROWTH_MAX,
        more_is_better=False, unit="times", n=len(large), durable="full", corpus_sha="",
        note="medians of single events, in turn; the small group has grown to some 300 meanwhile",
    )  # fmt: skip
    tenth = len(many.batches) // 10
    yield make_limit_row(
        "matching.group.build", [sum(many.batches) / (10 * sum(many.batches[:tenth]))], BUILD_MAX,
        more_is_better=False, unit="times", n=MANY, durable="full", corpus_sha="",
        extra={"seconds": round(sum(many.batches), 2)},
    )  # fmt: skip


def _p99(values: Sequence[float]) -> float:
    return sorted(values)[math.ceil(len(values) * 0.99) - 1]


def _seconds(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
