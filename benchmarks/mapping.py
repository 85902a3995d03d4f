"""Mappings: an 856 of 1,000 lines through the shipped map, against its check alone, a loop by hand, and JSONata.

    make bench-setup
    python -m benchmarks mapping --json [--only mapping.hand]

`mapping.check`, `mapping.small`: bytes to verdict (no tree, no map) against bytes to event, 1,000 and ten lines.
`mapping.hand`: our reading of a checked document against a loop written for this one notice. `mapping.jsonata_python`
and `mapping.jsonatapy`: the same tree, already parsed, mapped by one JSONata expression. Every figure is CPU time of
the thread: all of these compute and none waits.
"""

from __future__ import annotations

import gc
import hashlib
import json
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

from benchmarks.mapping_notice import OURS, as_tree, by_hand, notice, parts_named, segments_of
from benchmarks.rows import Row, interleave, make_row
from gateway import resources
from gateway.document import Document
from gateway.mapping import MapReading, References, load_configuration, read_document
from gateway.mapping.compiling.compile import compile_map
from gateway.masterdata.cross_references import build
from gateway.pipeline.reading.references import Referring
from gateway.x12 import read
from ledger.events import PartDefined
from ledger.masterdata import MasterData

ROOT = Path(__file__).resolve().parent.parent
PYTHON = ROOT / ".bench" / "mapping" / "bin" / "python"
PEERS = ROOT / "benchmarks" / "peers"
LINES, SMALL_LINES = 1_000, 10
MAP = "mappings/x12/004010/856/map.yaml"
PARTNER = "bench"
OVERLAY = f"partners/{PARTNER}/x12/004010/856/map.yaml"
OVERLAY_TEXT = b"""map: bench.856
extends: x12/004010/856
levels:
  I:
    fields:
      part_number: {at: "LIN[@BP]", default: "", xref: part}
"""
"""The shipped map with the buyer's parts told in our words, which is what a partner's own map is for."""
VERSIONS = {"jsonata-python": "0.7.1", "jsonatapy": "2.2.13"}
FIELDS = (
    "part_number", "supplier_part_number", "part_revision", "order_line", "quantity", "unit", "cum_shipped",
    "order_number", "release", "lot",
)  # fmt: skip
"""What every line has: a cross-reference, two decimals, a code, and two values that fall through from the order."""


def rows(rounds: int, only: str = "") -> Iterator[Row]:
    """Every row whose id begins with `only`, each over `rounds` interleaved rounds."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 100)  # as the street collects
    bench = _Bench(rounds)
    makers: dict[str, Callable[[], Row]] = {
        "mapping.check": lambda: bench.check_row("mapping.check", LINES),
        "mapping.small": lambda: bench.check_row("mapping.small", SMALL_LINES),
        "mapping.hand": bench.hand,
        "mapping.jsonata_python": lambda: bench.jsonata("jsonata-python"),
        "mapping.jsonatapy": lambda: bench.jsonata("jsonatapy"),
    }
    for id, make in makers.items():
        if id.startswith(only):
            yield make()


class _Bench:
    """The notice of 1,000 lines, checked, and what the rows share."""

    def __init__(self, rounds: int) -> None:
        self.rounds = rounds
        self.configuration = load_configuration(resources.search_roots())
        self.map = compile_map({**self.configuration.files, OVERLAY: OVERLAY_TEXT}, OVERLAY)
        self.data = notice(LINES)
        self.parts = parts_named(self.data) | parts_named(notice(SMALL_LINES))
        self.references = references_of(self.parts)
        self.document = self._read(self.data)
        self.event = self._mapped(self.document).events[0]

    def _mapped(self, document: Document) -> MapReading:
        return read_document(self.map, document, references=self.references)

    def _read(self, data: bytes) -> Document:
        reading = read(data, self.configuration.guides)
        assert reading.accepted, "the benchmark's notice is not clean"
        return reading.documents[0]

    def check_row(self, id: str, lines: int) -> Row:
        data, guides = notice(lines), self.configuration.guides
        again = max(1, LINES // lines)

        def check() -> None:
            read(data, guides, trees=False)

        def whole() -> None:
            assert len(self._mapped(read(data, guides).documents[0]).events) == 1

        whole()
        ours, theirs = interleave(
            self.rounds, lambda _: lines / _seconds(whole, 4 * again), lambda _: lines / _seconds(check, 10 * again)
        )
        segments = data.count(b"~")
        return make_row(
            id, ours, theirs, against="our own check alone, bytes to verdict", unit="lines/s", n=lines,
            durable="none", corpus_sha=hashlib.sha256(data).hexdigest(),
            note=f"{segments} segments, {len(FIELDS)} fields a line; bytes to ShipmentNotified",
            extra={"segments": segments},
        )  # fmt: skip

    def hand(self) -> Row:
        segments = segments_of(self.document)
        assert by_hand(segments, self.parts) == self.event, "the loop by hand makes another event"

        def loop() -> None:
            by_hand(segments, self.parts)

        ours, theirs = interleave(self.rounds, self._rate, lambda _: LINES / _seconds(loop, 8))
        explained = _seconds(lambda: self._mapped(self.document), 4) / _seconds(self._explain, 4)
        return self._row(
            "mapping.hand", ours, theirs, "a loop written for this notice, same event",
            "checked document to ShipmentNotified; each line keeps its segment",
            {"with_every_field_explained": round(explained, 3)},
        )  # fmt: skip

    def _explain(self) -> None:
        reading = self._mapped(self.document)
        assert len(reading.provenance()) > LINES * len(FIELDS)

    def jsonata(self, name: str) -> Row:
        with open_jsonata(name, as_tree(self.document), self._expected()) as measure:
            ours, theirs = interleave(self.rounds, self._rate, lambda _: LINES / measure())
        return self._row(
            f"mapping.{name.replace('-', '_')}", ours, theirs, f"{name} {VERSIONS[name]}",
            "checked document to ShipmentNotified, against parsed tree to dictionaries with numbers left as text", {},
        )  # fmt: skip

    def _expected(self) -> list[dict[str, str]]:
        lines = [{name: str(getattr(line, name)) for name in FIELDS} for line in self.event.lines]  # type: ignore[attr-defined]
        return [line | {"part_number": line["part_number"].removeprefix(OURS)} for line in lines]

    def _rate(self, _round: int) -> float:
        return LINES / _seconds(lambda: self._mapped(self.document), 4)

    def _row(
        self, id: str, ours: list[float], theirs: list[float], against: str, note: str, extra: dict[str, float | str]
    ) -> Row:
        return make_row(
            id, ours, theirs, against=against, unit="lines/s", n=LINES, durable="none",
            corpus_sha=hashlib.sha256(self.data).hexdigest(), note=note, extra=extra,
        )  # fmt: skip


def references_of(parts: Mapping[str, str]) -> References:
    """What the partner's part numbers mean, as the street asks for it; each is asked for once before the clock."""
    defined = [PartDefined(number=ours, base_unit="EA") for ours in parts.values()]
    entries = [
        build(of="part", identifier=f"BP:{number}", means=ours, sender=PARTNER) for number, ours in parts.items()
    ]
    return Referring(MasterData().changed_by([*defined, *entries])).of(PARTNER, date(2026, 11, 23))


@contextmanager
def open_jsonata(name: str, tree: Any, expected: Any, times: int = 1) -> Iterator[Callable[[], float]]:
    """Seconds of CPU that a peer takes to map the tree once, in its own process; its lines must be as expected."""
    if not PYTHON.exists():
        raise SystemExit(f"{name} is missing in {PYTHON.parent.parent}: run `make bench-setup`")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "tree.json"
        file.write_text(json.dumps(tree), encoding="utf-8")
        peer = subprocess.Popen(
            [str(PYTHON), str(PEERS / "map_jsonata.py"), name, str(PEERS / "notice.jsonata"), str(file), str(times)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        assert peer.stdin is not None
        assert peer.stdout is not None
        stdin, stdout = peer.stdin, peer.stdout

        def ask() -> dict[str, Any]:
            print("again", file=stdin, flush=True)
            line = stdout.readline()
            if not line:
                raise SystemExit(f"{name} gave up; it says above why")
            answer: dict[str, Any] = json.loads(line)
            return answer

        try:
            assert ask()["result"]["lines"] == expected, f"{name} makes other lines"
            yield lambda: float(ask()["seconds"]) / times
        finally:
            stdin.close()
            peer.wait(60)


def _seconds(measured: Callable[[], object], times: int) -> float:
    """CPU seconds of this thread for one call, over so many."""
    began = time.thread_time()
    for _ in range(times):
        measured()
    return (time.thread_time() - began) / times
