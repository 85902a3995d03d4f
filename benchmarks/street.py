"""The street on the corpus: inbox to posted, matching on, 997 in the outbox, SQLite with synchronous=FULL.

    street.process.floor    against str.split plus raw sqlite3 inserting the same rows in the same batches
    street.process.rate     against the stated limit of 600 documents a second, and lines a second beside it

The rows of accepting and of the whole street over AS2 are in `street_accept`, `street_load` and `street_whole`.
Set-up, master data, accepting and the corpus's warm-up part are outside the clock; each round takes a fresh slice.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks import street_accept, street_load, street_whole
from benchmarks.corpus import Corpus, build
from benchmarks.corpus.partners import write_partners
from benchmarks.rows import Row, make_row
from benchmarks.street_peer import copy_database, rows_gained, run_peer
from benchmarks.street_setup import Calendar, accept_all, set_up
from gateway.pipeline import Street
from gateway.store.home import Home

RATE_MIN = 600
"""Documents a second that the street must reach."""
IDS = (
    "street.process.floor",
    "street.process.rate",
    "street.accept.rsa",
    "street.accept.tail",
    "street.accept.underload.p99ms",
    "street.whole.rsa",
)


def rows(rounds: int, *, seed: int = 7, size: int = 3000, mix: str = "full", only: str = "") -> Iterator[Row]:
    """The rows whose id begins with `only`; rows of one run are taken together."""
    runs: tuple[tuple[Callable[[], Iterator[Row]], tuple[str, ...]], ...] = (
        (lambda: process_rows(rounds, seed=seed, size=size, mix=mix), IDS[:2]),
        (lambda: street_accept.rows(rounds, seed=seed), IDS[2:4]),
        (lambda: street_load.rows(rounds, seed=seed), IDS[4:5]),
        (lambda: street_whole.rows(rounds, seed=seed), IDS[5:]),
    )
    for measure, ids in runs:
        if any(id.startswith(only) for id in ids):
            yield from (row for row in measure() if row.id.startswith(only))


def process_rows(rounds: int, *, seed: int, size: int, mix: str) -> Iterator[Row]:
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
    clock = Calendar(corpus.sent[0].at)
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
