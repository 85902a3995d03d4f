"""X12: one large clean ship notice against pyx12 in the same run, and small files against the large one.

    python -m benchmarks x12 --json

`x12.clean.pyx12`: one 856 of more than 100,000 segments, read from bytes to verdict with its whole guide, against
`pyx12.x12n_document` on the same bytes, the same guide and its maps loaded before. `x12.small.own`: messages of one
856 with ten lines each, against our own rate on the large one.
"""

from __future__ import annotations

import hashlib
import io
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyx12.map_if
import pyx12.params
import pyx12.x12n_document

from benchmarks.rows import Row, interleave, make_row
from gateway import resources
from gateway.x12 import Guides, read

LARGE_LINES = 14_500
SMALL_LINES = 10
SMALL_FILES = 300
RELEASE = "mappings/x12/004010"


def rows(rounds: int) -> Iterator[Row]:
    """Both rows, each over `rounds` interleaved rounds."""
    guides = Guides.from_roots(resources.search_roots())
    large = ship_notice(LARGE_LINES, 1)
    small = [ship_notice(SMALL_LINES, number) for number in range(1, SMALL_FILES + 1)]
    sha = hashlib.sha256(large + b"".join(small)).hexdigest()
    segments = large.count(b"~")
    small_segments = sum(message.count(b"~") for message in small)
    _read_all(guides, small[:20])  # warm-up: guide loaded, automaton and expressions compiled
    with _pyx12_validator() as validate:
        validate(small[0])
        ours, theirs = interleave(
            rounds,
            lambda _: segments / _seconds(lambda: _read_all(guides, [large])),
            lambda _: segments / _seconds(lambda: validate(large)),
        )
    yield make_row(
        "x12.clean.pyx12", ours, theirs, against="pyx12.x12n_document", unit="segments/s", n=segments,
        durable="none", corpus_sha=sha, note="one clean 856, bytes to verdict, whole guide; maps loaded, warm",
    )  # fmt: skip
    ours, theirs = interleave(
        rounds,
        lambda _: small_segments / _seconds(lambda: _read_all(guides, small)),
        lambda _: segments / _seconds(lambda: _read_all(guides, [large])),
    )
    yield make_row(
        "x12.small.own", ours, theirs, against="our own rate on the large file", unit="segments/s", n=small_segments,
        durable="none", corpus_sha=sha, note=f"{SMALL_FILES} messages, one 856 with {SMALL_LINES} lines each",
    )  # fmt: skip


def ship_notice(lines: int, number: int) -> bytes:
    """One clean S-O-I ship notice in its envelope, eight segments a line, no value twice where life has none."""
    day = "20261122"
    body = [
        f"ST*856*{number % 10_000:04d}", f"BSN*00*{number:07d}*{day}*1130*0004", f"DTM*011*{day}*1115*ET",
        f"DTM*017*{day}*2300*ET", "HL*1**S", "MEA*PD*G*1240*LB", "TD1*PLT71*2", "TD5*B*2*JBHT*M", "TD3*TL**16762",
        f"REF*BM*BOL{number:05d}", "N1*ST**92*PLT07", "N1*SF**1*123456789", "HL*2*1*O",
        f"PRF*PO{number:06d}*R003**20261101",
    ]  # fmt: skip
    total = 0
    for line in range(1, lines + 1):
        quantity = 40 + line * 7 % 400
        total += quantity
        serial = number * 100_000 + line
        body += [
            f"HL*{line + 2}*2*I", f"LIN*{line}*BP*ECM-{line % 9973:04d}-{number % 89:02d}*EC*C*VP*V-{line % 7919}",
            f"SN1**{quantity}*EA*{5000 + quantity * 3}", f"PO4*{1 + line % 9}*{quantity}*EA", f"REF*LT*L{serial:09d}",
            f"CLD*1*{quantity}*PLT71", f"REF*LS*1JUN{serial:012d}",
        ]  # fmt: skip
    body.append(f"CTT*{lines + 2}*{total}")
    body.append(f"SE*{len(body) + 1}*{number % 10_000:04d}")
    parties = "*01*123456789      *01*987654321      "
    envelope = [
        f"ISA*00*          *00*          {parties}*261122*1200*U*00401*{number:09d}*0*P*>",
        f"GS*SH*123456789*987654321*{day}*1200*{number}*X*004010",
        *body,
        f"GE*1*{number}",
        f"IEA*1*{number:09d}",
    ]
    return ("~".join(envelope) + "~").encode()


def _read_all(guides: Guides, messages: list[bytes]) -> None:
    for message in messages:
        if not read(message, guides, trees=False).accepted:
            raise AssertionError("the benchmark's document is not clean")


def _seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


@contextmanager
def _pyx12_validator() -> Iterator[Callable[[bytes], None]]:
    """`x12n_document` over our guides, its maps parsed once: what it would do if it kept them."""
    root = resources.search_roots()[-1] / RELEASE
    logging.getLogger("pyx12").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as folder:
        for file in (root / "_release").glob("*.xml"):
            shutil.copy(file, folder)
        for guide in root.glob("*/guide.xml"):
            shutil.copy(guide, Path(folder) / f"{guide.parent.name}.xml")
        loaded: dict[str, object] = {}
        load = pyx12.map_if.load_map_file

        def load_once(file: str, parameters: object, path: str) -> object:
            if file not in loaded:
                loaded[file] = load(file, parameters, path)
            return loaded[file]

        pyx12.map_if.load_map_file = load_once
        try:

            def validate(message: bytes) -> None:
                text = io.StringIO(message.decode("latin-1"))
                if not pyx12.x12n_document.x12n_document(pyx12.params.params(), text, None, None, map_path=folder):
                    raise AssertionError("pyx12 does not take the benchmark's document")

            yield validate
        finally:
            pyx12.map_if.load_map_file = load
