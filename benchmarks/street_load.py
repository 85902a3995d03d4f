"""Accepting over AS2 while a backlog is processed: what a partner waits for at the busiest hour.

    street.accept.underload.p99ms     20 messages/s, open loop, against the stated limit of 60 ms

The messages are those of `street.accept.rsa`. They are sent by the clock, whatever the answers do, and their latency
counts from the scheduled moment. Meanwhile the server drains 10,000 documents of the corpus, then also processes what
was accepted. Only what was due while documents of the backlog were waiting counts.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.as2_partner import Load, Partners
from benchmarks.as2_server import Server
from benchmarks.as2_world import make_world, notices_for, orders_for
from benchmarks.corpus import build
from benchmarks.rows import Row, make_limit_row
from benchmarks.street_accept import prepare, quantile, sha_of
from benchmarks.street_setup import Calendar, accept_all, set_up
from gateway.pipeline import Street
from gateway.store.home import Home

PER_SECOND = 20
BACKLOG = 10_000
LINES_MAX = 500
CORPUS_WARM_UP = 1_000
WARM_UP = 40
"""Messages of the first two seconds, which do not count: connections, imports, first pages of the cache."""
SECONDS_MAX = 240
LIMIT_MS = 60.0
LOOK_S = 0.25


def rows(rounds: int, *, seed: int, backlog: int = BACKLOG) -> Iterator[Row]:
    # A few receipts of serial numbers have more rows than any order has lines; they are left out, hence some more.
    corpus = build(seed, backlog + backlog // 100, warm_up=CORPUS_WARM_UP, lines_max=LINES_MAX)
    documents = [sent for sent in corpus.timed if sent.lines <= LINES_MAX][:backlog]
    world = make_world(corpus)
    now = corpus.sent[-1].at
    notices = list(notices_for(corpus, PER_SECOND * SECONDS_MAX))
    partners = Partners(world, now)
    try:
        partners.call("build", notices)
        with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
            home = Path(folder)
            prepare(corpus, world, home)
            calendar = Calendar(corpus.sent[0].at)
            with Street.open(home, clock=calendar, children=max(1, (os.cpu_count() or 1) - 1)) as street:
                set_up(street, corpus, calendar, orders_for(corpus, len(notices)))
                accept_all(street, documents)
            with Server(home, now) as server:
                load, seconds, cpu = _send_while_busy(server, partners, home)
            sent = partners.call("verify")
    finally:
        partners.close()
    counted = load.latencies[WARM_UP : int(seconds * PER_SECOND)]
    size = len(counted) // rounds
    parts = [quantile(counted[n * size : (n + 1) * size], 0.99) * 1000 for n in range(rounds)]
    lines = sum(sent.lines for sent in documents)
    yield make_limit_row(
        "street.accept.underload.p99ms", parts, LIMIT_MS, more_is_better=False, unit="ms", n=len(counted),
        durable="full", corpus_sha=sha_of(notices), value=quantile(counted, 0.99) * 1000,
        note=f"one run; value: p99 of all, spread: of {rounds} parts in turn; warm-up: {WARM_UP} messages",
        extra={
            "per_second": PER_SECOND, "p50_ms": round(quantile(counted, 0.5) * 1000, 1),
            "max_ms": round(max(counted) * 1000, 1), "sent": sent, "mix": corpus.mix, "backlog": len(documents),
            "backlog_lines": lines, "backlog_documents_per_s": round(len(documents) / seconds, 1),
            "backlog_sha": corpus.sha, "server_cpu_s": round(cpu, 1), "cores": os.cpu_count() or 1,
            "median_of_parts": round(statistics.median(parts), 1),
        },
    )  # fmt: skip


def _send_while_busy(server: Server, partners: Partners, home: Path) -> tuple[Load, float, float]:
    """What was sent, the seconds until the backlog was processed, and CPU seconds of the server meanwhile."""
    last = _last_of_backlog(home)
    drained: list[float] = []
    began, cpu = time.perf_counter(), server.cpu_seconds()

    def watch() -> None:
        while _waiting(home, last):
            time.sleep(LOOK_S)
        drained.append(time.perf_counter() - began)
        partners.stop.set()

    watching = threading.Thread(target=watch, daemon=True)
    watching.start()
    load = partners.call("open_loop", server.port, 0, PER_SECOND * SECONDS_MAX, float(PER_SECOND))
    watching.join(1)
    if not drained:
        raise AssertionError(f"the backlog was not processed within {SECONDS_MAX} s")
    return load, drained[0], server.cpu_seconds() - cpu


def _last_of_backlog(home: Path) -> int:
    return int(_ask(home, "SELECT max(seq) FROM inbox"))


def _waiting(home: Path, last: int) -> int:
    return int(_ask(home, f"SELECT count(*) FROM inbox WHERE status IN ('new', 'leased') AND seq <= {last}"))


def _ask(home: Path, question: str) -> int:
    connection = sqlite3.connect(f"file:{Home(home).database}?mode=ro", uri=True, timeout=30)
    try:
        return int(connection.execute(question).fetchone()[0] or 0)
    finally:
        connection.close()
