"""Accepting over AS2: signed and encrypted ship notices of 10 KB, until their signed MDN is in the partner's hands.

    street.accept.rsa     against two RSA-2048 private and one public operation a message, in one thread
    street.accept.tail    p99 over p50 of the same run, against the stated limit of 4

The server is `gateway.serve` in a process of its own whose worker rests; eight kept connections from another process.
The MDN is sent once message, MDN and raw request are committed with synchronous=FULL. Nothing is sent twice.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from benchmarks.as2_partner import CONNECTIONS, Load, Partners
from benchmarks.as2_server import Server
from benchmarks.as2_world import World, make_world, notices_for, sections, write_certificates, write_our_key
from benchmarks.corpus import Corpus, build
from benchmarks.corpus.partners import write_partners
from benchmarks.rows import Row, make_limit_row, make_row
from gateway.store.home import Home

ROUND_MESSAGES = 1_000
WARM_UP = 400
TAIL_MAX = 4.0
PEER_SECONDS = 1.0


def rows(rounds: int, *, seed: int) -> Iterator[Row]:
    corpus = build(seed, 1, warm_up=0)
    world = make_world(corpus)
    now = corpus.sent[-1].at
    notices = list(notices_for(corpus, WARM_UP + rounds * ROUND_MESSAGES))
    sha = sha_of(notices)
    partners = Partners(world, now)
    try:
        partners.call("build", notices)
        with tempfile.TemporaryDirectory(prefix="crossdock-bench-") as folder:
            home = Path(folder)
            prepare(corpus, world, home)
            with Server(home, now, accept_only=True) as server:
                loads, theirs, cpu = _measure(server, partners, peer := RsaPeer(private=2, public=1), rounds)
            partners.call("verify")
            stored = count_stored(home)
            assert stored == (len(notices),) * 3, stored
    finally:
        partners.close()
    ours = [ROUND_MESSAGES / load.seconds for load in loads]
    note = (
        f"warm-up: {WARM_UP} messages; {rounds} rounds of {ROUND_MESSAGES}, {CONNECTIONS} connections; worker rests"
    )
    sizes = round(statistics.mean(len(payload) for _, payload in notices))
    yield make_row(
        "street.accept.rsa", ours, theirs, against="2 RSA-2048 private and 1 public operation, one thread",
        unit="messages/s", n=ROUND_MESSAGES, durable="full", corpus_sha=sha, note=note,
        extra={
            "bytes": sizes, "server_cpu_ms": round(cpu * 1000, 3), "peer_cpu_ms": round(peer.cpu_ms, 3),
            "client_cpu_ms": round(sum(load.cpu_seconds for load in loads) / (rounds * ROUND_MESSAGES) * 1000, 3),
            "cores": os.cpu_count() or 1,
        },
    )  # fmt: skip
    tails = [quantile(load.latencies, 0.99) / quantile(load.latencies, 0.5) for load in loads]
    pooled = [latency for load in loads for latency in load.latencies]
    yield make_limit_row(
        "street.accept.tail", tails, TAIL_MAX, more_is_better=False, unit="p99/p50", n=ROUND_MESSAGES, durable="full",
        corpus_sha=sha, note=note,
        extra={
            "p50_ms": round(quantile(pooled, 0.5) * 1000, 2), "p99_ms": round(quantile(pooled, 0.99) * 1000, 2),
            "p99_over_p50_of_all_rounds": round(quantile(pooled, 0.99) / quantile(pooled, 0.5), 2),
        },
    )  # fmt: skip


def prepare(corpus: Corpus, world: World, home: Path, *, deliver_to: str = "") -> None:
    """Files of a home whose speakers speak AS2."""
    write_partners(corpus, home, sections(world, deliver_to=deliver_to))
    write_certificates(home, world)
    write_our_key(home, world)


def _measure(server: Server, partners: Partners, peer: RsaPeer, rounds: int) -> tuple[list[Load], list[float], float]:
    """Loads and the peer's rates of each round, who begins alternating; CPU seconds of the server a message."""
    partners.call("closed_loop", server.port, 0, WARM_UP)
    loads: list[Load] = []
    theirs: list[float] = []
    cpu = 0.0

    def ours(number: int) -> None:
        nonlocal cpu
        before = server.cpu_seconds()
        loads.append(partners.call("closed_loop", server.port, WARM_UP + number * ROUND_MESSAGES, ROUND_MESSAGES))
        cpu += server.cpu_seconds() - before

    for number in range(rounds):
        if number % 2 == 0:
            ours(number)
        theirs.append(peer.rate(PEER_SECONDS))
        if number % 2:
            ours(number)
    return loads, theirs, cpu / (rounds * ROUND_MESSAGES)


class RsaPeer:
    """The bare operations of one message: decrypting and signing are private, encrypting and verifying public."""

    def __init__(self, *, private: int, public: int) -> None:
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self._public = self._key.public_key()
        self._private_count, self._public_count = private, public
        self.cpu_ms = 0.0
        """Of one message, in the last round."""

    def rate(self, seconds: float) -> float:
        """Messages a second."""
        encrypted = self._public.encrypt(b"k" * 32, padding.PKCS1v15())
        attributes = b"a" * 105
        signature = self._key.sign(attributes, padding.PKCS1v15(), hashes.SHA256())
        done, began, cpu = 0, time.perf_counter(), time.process_time()
        while time.perf_counter() - began < seconds:
            for number in range(self._private_count):
                if number == 0:
                    self._key.decrypt(encrypted, padding.PKCS1v15())
                else:
                    self._key.sign(attributes, padding.PKCS1v15(), hashes.SHA256())
            for number in range(self._public_count):
                if number % 2 == 0:
                    self._public.verify(signature, attributes, padding.PKCS1v15(), hashes.SHA256())
                else:
                    self._public.encrypt(b"k" * 32, padding.PKCS1v15())
            done += 1
        self.cpu_ms = (time.process_time() - cpu) / done * 1000
        return done / (time.perf_counter() - began)


def quantile(latencies: list[float], share: float) -> float:
    """The smallest latency that so large a share did not exceed."""
    ordered = sorted(latencies)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def sha_of(notices: list[tuple[int, bytes]]) -> str:
    return hashlib.sha256(b"".join(payload for _, payload in notices)).hexdigest()


def count_stored(home: Path) -> tuple[int, int, int]:
    """Messages that came over AS2, and how many of them have their raw request and their MDN kept."""
    connection = sqlite3.connect(Home(home).database)
    try:
        (messages,) = connection.execute("SELECT count(*) FROM inbox WHERE channel = 'as2'").fetchone()
        counts = [
            connection.execute(
                "SELECT count(DISTINCT e.message) FROM evidence e JOIN inbox i ON e.message = i.id || ? "
                "WHERE i.channel = 'as2'",
                (ending,),
            ).fetchone()[0]
            for ending in (":request", ":mdn")
        ]
    finally:
        connection.close()
    return messages, counts[0], counts[1]
