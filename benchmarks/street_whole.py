"""The whole street over AS2: a ship notice comes signed and encrypted, and its 997 goes back the same way.

    street.whole.rsa     against three RSA-2048 private and three public operations a message, in one thread

A message counts once it was accepted, processed and posted, its 997 was sent signed and encrypted and our server has
verified the signed MDN to it. The partners are a second process on the same machine, with as much of RSA to do: what
it costs is in the row and not subtracted. Each round ends when every 997 has come back.
"""

from __future__ import annotations

import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from benchmarks.as2_partner import Load, Partners
from benchmarks.as2_server import Server
from benchmarks.as2_world import CONTAINERS, LINES, make_world, notices_for, orders_for
from benchmarks.corpus import build
from benchmarks.rows import Row, make_row
from benchmarks.street_accept import PEER_SECONDS, RsaPeer, prepare, quantile, sha_of
from benchmarks.street_setup import Calendar, set_up
from gateway.pipeline import Street
from gateway.store.home import Home

SECONDS = 60
WARM_UP_S = 4.0
IN_FLIGHT = 256
"""Messages whose 997 is still to come: enough for batches, few enough that each round's end is near its last send."""
RATE_MAX = 260
"""Messages a second for which messages are built; reaching it would end a run with an error, not with a figure."""
SETTLE_S = 30.0


def rows(rounds: int, *, seed: int) -> Iterator[Row]:
    corpus = build(seed, 1, warm_up=0)
    world = make_world(corpus)
    now = corpus.sent[-1].at
    notices = list(notices_for(corpus, round((SECONDS + WARM_UP_S) * RATE_MAX)))
    partners = Partners(world, now)
    try:
        port = partners.call("listen")
        partners.call("build", notices)
        with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
            home = Path(folder)
            prepare(corpus, world, home, deliver_to=f"http://127.0.0.1:{port}/as2")
            calendar = Calendar(now)
            with Street.open(home, clock=calendar) as street:
                set_up(street, corpus, calendar, orders_for(corpus, len(notices)))
            with Server(home, now) as server:
                loads, theirs, cpu = _measure(server, partners, peer := RsaPeer(private=3, public=3), rounds)
                sent = partners.call("verify")
                _wait_until_verified(home, sent)
    finally:
        partners.close()
    answered = sum(load.answered for load in loads)
    latencies = [latency for load in loads for latency in load.latencies]
    yield make_row(
        "street.whole.rsa", [load.answered / load.seconds for load in loads], theirs,
        against="3 RSA-2048 private and 3 public operations, one thread", unit="messages/s",
        n=answered // len(loads), durable="full", corpus_sha=sha_of(notices),
        note=f"warm-up: {WARM_UP_S:g} s; {SECONDS} s in {rounds} rounds, at most {IN_FLIGHT} messages in flight",
        extra={
            "messages": answered, "lines": LINES, "containers": LINES * CONTAINERS,
            "bytes": round(statistics.mean(len(payload) for _, payload in notices)),
            "server_cpu_ms": round(cpu / answered * 1000, 3),
            "partners_cpu_ms": round(sum(load.cpu_seconds for load in loads) / answered * 1000, 3),
            "peer_cpu_ms": round(peer.cpu_ms, 3), "cores": os.cpu_count() or 1,
            "accept_p50_ms": round(quantile(latencies, 0.5) * 1000, 1),
            "accept_p99_ms": round(quantile(latencies, 0.99) * 1000, 1),
        },
    )  # fmt: skip


def _measure(server: Server, partners: Partners, peer: RsaPeer, rounds: int) -> tuple[list[Load], list[float], float]:
    """Loads and the peer's rates of each round, who begins alternating; CPU seconds of the server in all rounds."""
    place = len(partners.call("round_trips", server.port, 0, WARM_UP_S, IN_FLIGHT).latencies)
    loads: list[Load] = []
    theirs: list[float] = []
    cpu = 0.0
    for number in range(rounds):
        if number % 2:
            theirs.append(peer.rate(PEER_SECONDS))
        before = server.cpu_seconds()
        load = partners.call("round_trips", server.port, place, SECONDS / rounds, IN_FLIGHT)
        cpu += server.cpu_seconds() - before
        place += len(load.latencies)
        loads.append(load)
        if number % 2 == 0:
            theirs.append(peer.rate(PEER_SECONDS))
    return loads, theirs, cpu


def _wait_until_verified(home: Path, sent: int) -> None:
    """Until the server has verified the MDN of every 997; the last few of a round are stored just after it."""
    deadline = time.monotonic() + SETTLE_S
    while (found := _verified(home)) < sent:
        if time.monotonic() > deadline:
            raise AssertionError(f"{sent} messages were sent, and the MDNs of {found} 997s are verified")
        time.sleep(0.1)


def _verified(home: Path) -> int:
    connection = sqlite3.connect(f"file:{Home(home).database}?mode=ro", uri=True, timeout=30)
    try:
        return int(
            connection.execute(
                "SELECT count(*) FROM transport t JOIN outbox o ON o.id = t.message "
                "WHERE o.kind = '997' AND json_extract(t.facts, '$.mdn.result') = 'delivered'"
            ).fetchone()[0]
        )
    finally:
        connection.close()
