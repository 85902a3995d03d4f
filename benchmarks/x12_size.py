"""What size costs: memory at 1,000,000 segments, and time per segment from 1,000 to 1,000,000.

Memory is that of `crossdock x12 check` in a process of its own, above the same command on a file of a few segments.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.rows import Row, interleave, make_limit_row
from benchmarks.x12_faults import faulty_notices
from benchmarks.x12_notices import OVERLAYS, Part, guides_of_suppliers, notices, partner_of
from gateway.x12 import read

MILLION = 1_000_000
MEMORY_MB_MAX = 64
GROWTH_MAX = 1.1
_BASE = "123450001"
ROOT = Path(__file__).resolve().parent.parent


def one_document(segments: int, faults: int = 0) -> bytes:
    """One S-I ship notice of so many segments, HL04 included; `faults` of its items have a quantity that is none."""
    lines = (segments - 10) // 5
    every = lines // faults if faults else 0
    body = ["ST*856*0001", "BSN*00*0000001*20261122*1130", "HL*1**S*1"]
    for line in range(1, lines + 1):
        letter = "O" if every and line % every == 0 else ""
        body += (
            f"HL*{line + 1}*1*I*0", f"LIN**BP*ECM-{line:07d}*VP*V-{line:07d}", f"SN1**{line % 9000}{letter}*EA",
            f"PO4*{line % 40}*{line % 800}*EA", f"REF*LT*L{line:09d}",
        )  # fmt: skip
    body += [f"CTT*{lines + 1}", f"SE*{len(body) + 2}*0001"]
    head = f"ISA*00*          *00*          *01*{_BASE:15}*01*987654321      *261122*1200*U*00401*000000001*0*P*>"
    raws = [head, f"GS*SH*{_BASE}*987654321*20261122*1200*1*X*004010", *body, "GE*1*1", "IEA*1*000000001"]
    return ("~".join(raws) + "~").encode()


def _documents(segments: int, lines: tuple[int, int]) -> bytes:
    return b"".join(part.body for part in notices(segments, seed=3, lines=lines))


SHAPES: dict[str, Callable[[], bytes]] = {
    "one document": lambda: one_document(MILLION),
    "one document, 100,000 faults": lambda: one_document(MILLION, 100_000),
    "documents of 40 segments": lambda: _documents(MILLION, (1, 3)),
    "documents of 400 segments": lambda: _documents(MILLION, (20, 60)),
    "documents, a fault in every item": lambda: b"".join(
        part.body for part in faulty_notices(MILLION, list(OVERLAYS), lines=(20, 60))
    ),
}


def memory_row(rounds: int) -> Row:
    """Peak memory above idle of the worst shape; the others stand beside it."""
    found: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as name:
        small, large = Path(name) / "small.edi", Path(name) / "large.edi"
        small.write_bytes(one_document(60))
        idle = min(peak_mb(small) for _ in range(rounds))
        for shape, make in SHAPES.items():
            large.write_bytes(make())
            found[shape] = round(peak_mb(large) - idle, 1)
    worst = max(found.values())
    return make_limit_row(
        "x12.memory.mb", list(found.values()), MEMORY_MB_MAX, more_is_better=False, unit="MB", n=MILLION,
        durable="none", corpus_sha="", value=worst,
        note="crossdock x12 check at 1,000,000 segments, peak above the same on 60 segments; the worst shape",
        extra={"idle": round(idle, 1), **found},
    )  # fmt: skip


_CHECK = """
import os, resource, sys
from gateway.cli import main
report = os.dup(1)
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
try:
    main()
except SystemExit as end:
    if end.code not in (0, 1, None):
        raise
try:
    status = open("/proc/self/status").read()
    peak = int(status.partition("VmHWM:")[2].split()[0]) / 1024
except OSError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1024 * 1024)
os.write(report, str(peak).encode())
"""


def peak_mb(file: Path) -> float:
    """Peak resident memory of `crossdock x12 check FILE`, in MB of 2^20 bytes, as its process knows it."""
    command = [sys.executable, "-c", _CHECK, "x12", "check", str(file)]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, check=True)
    return float(done.stdout)


def growth_row(rounds: int) -> Row:
    """Cost per segment at 1,000,000 segments over that at 10,000, round by round."""
    guides = guides_of_suppliers()
    large, small = _joined(notices(MILLION, seed=5)), _joined(notices(10_000, seed=5))

    def cost(data: bytes, times: int) -> float:
        began = time.perf_counter()
        for _ in range(times):
            assert read(data, guides, partner_of=partner_of, trees=False).accepted
        return (time.perf_counter() - began) / (times * data.count(b"~"))

    times = large.count(b"~") // small.count(b"~")
    cost(small, 3)  # warm-up
    theirs, ours = interleave(rounds, lambda _: cost(small, times), lambda _: cost(large, 1))
    ratios = [of_large / of_small for of_large, of_small in zip(ours, theirs, strict=True)]
    return make_limit_row(
        "x12.growth", ratios, GROWTH_MAX, more_is_better=False, unit="times", n=large.count(b"~"), durable="none",
        corpus_sha=hashlib.sha256(large).hexdigest(),
        note="time per segment at 1,000,000 segments over that at 10,000, notices of 4 to 60 lines",
    )  # fmt: skip


def _joined(parts: list[Part]) -> bytes:
    return b"".join(part.body for part in parts)
