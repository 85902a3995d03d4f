"""The street on the corpus: inbox to posted, matching on, 997 in the outbox, SQLite with synchronous=FULL.

    street.process.floor    against str.split plus raw sqlite3 inserting the same rows in the same batches
    street.process.rate     against the stated limit of 300 documents a second

Set-up, master data, accepting and the corpus's warm-up part are outside the clock; each round takes a fresh slice.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from benchmarks.corpus import Corpus, Sent, build
from benchmarks.corpus_partners import master_data, write_partners
from benchmarks.rows import Row, make_row
from benchmarks.street_peer import copy_database, rows_gained, run_peer
from gateway.pipeline import Street
from gateway.store.home import Home

RATE_MIN = 300
"""Documents a second that the street must reach."""
ACCEPTING_THREADS = 32
MASTER_DATA_BATCH = 2000


class _Clock:
    """The corpus has its own time; each slice is processed as it would have been on that day."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def rows(rounds: int, *, seed: int = 7, size: int = 3000, mix: str = "core") -> Iterator[Row]:
    corpus = build(seed, size, mix=mix)
    with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
        measured = [*_measure(corpus, rounds, Path(folder))]
    documents, lines = len(corpus.timed) // rounds, sum(sent.lines for sent in corpus.timed) / rounds
    ours = [count / seconds for count, _, seconds, _ in measured]
    theirs = [count / seconds for count, _, _, seconds in measured]
    lines_per_s = sorted(lines / seconds for _, lines, seconds, _ in measured)[rounds // 2]
    shared: dict[str, float | str] = {
        "mix": mix,
        "lines_per_s": round(lines_per_s, 1),
        "lines_per_round": round(lines),
        "cores": os.cpu_count() or 1,
    }
    yield make_row(
        "street.process.floor", ours, theirs, against="str.split + raw sqlite3, same rows, same batches",
        unit="documents/s", n=documents, durable="full", corpus_sha=corpus.sha, extra=shared,
        note=f"warm-up: {corpus.warm_up} documents before the clock",
    )  # fmt: skip
    yield make_row(
        "street.process.rate", ours, [float(RATE_MIN)] * rounds, against=f"stated limit of {RATE_MIN} documents/s",
        unit="documents/s", n=documents, durable="full", corpus_sha=corpus.sha, extra=shared,
    )  # fmt: skip


def _measure(corpus: Corpus, rounds: int, folder: Path) -> Iterator[tuple[int, int, float, float]]:
    """Documents, lines, our seconds and the peer's seconds of each round."""
    home, copy, peer = folder / "home", folder / "before.db", folder / "peer.db"
    write_partners(corpus, home)
    clock = _Clock(corpus.sent[0].at)
    with Street.open(home, clock=clock, children=max(1, (os.cpu_count() or 1) - 1)) as street:
        set_up(street, corpus, clock)
        size = len(corpus.timed) // rounds
        for number in range(rounds):
            batch = corpus.timed[number * size : (number + 1) * size]
            clock.now = max(sent.at for sent in batch)
            accept_all(street, batch)
            copy_database(Home(home).database, copy)
            copy_database(Home(home).database, peer)
            commits = street.writer.commits
            started = time.perf_counter()
            street.run_until_idle(deliver=False)
            ours = time.perf_counter() - started
            commits = street.writer.commits - commits
            gained = rows_gained(copy, Home(home).database)
            yield len(batch), sum(sent.lines for sent in batch), ours, run_peer(peer, batch, gained, commits)


def set_up(street: Street, corpus: Corpus, clock: _Clock) -> None:
    """Master data, then the warm-up part through the whole street."""
    events = list(master_data(corpus))
    for start in range(0, len(events), MASTER_DATA_BATCH):
        street.record_events(events[start : start + MASTER_DATA_BATCH])  # type: ignore[arg-type]
    warm_up = corpus.sent[: corpus.warm_up]
    clock.now = warm_up[-1].at
    accept_all(street, warm_up)
    street.run_until_idle(deliver=False)


def accept_all(street: Street, batch: Sequence[Sent]) -> None:
    """Accept in order of time, many at once as a server would, so that commits are shared."""
    with ThreadPoolExecutor(ACCEPTING_THREADS) as pool:
        for _ in pool.map(lambda sent: street.receive(sent.body, sent.partner, "rest", sent.name), batch):
            pass
