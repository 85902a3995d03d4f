"""Cost against file size: the table and the chart of docs/explanation/x12-speed.md, measured and written anew.

    python -m benchmarks.x12_table

Takes some minutes and belongs on a quiet machine. Everything between the markers of the page is replaced.
"""

from __future__ import annotations

import math
import re
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from benchmarks.x12 import split_all
from benchmarks.x12_notices import guides_of_suppliers, notices, partner_of
from benchmarks.x12_peers import open_pyx12
from benchmarks.x12_size import one_document, peak_mb
from gateway.x12 import read

SIZES = (1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000)
PYX12_SEGMENTS_MAX = 100_000
ROUNDS = 3
PAGE = Path(__file__).resolve().parent.parent / "docs" / "explanation" / "x12-speed.md"
CHART = PAGE.with_suffix(".svg")


class Point(NamedTuple):
    """What one size costs; seconds are the best of the rounds, absent where the peer was not asked."""

    segments: int
    megabytes: float
    ours_s: float
    split_s: float
    pyx12_s: float | None
    peak_mb: float


def measure() -> list[Point]:
    """One point for each size, the same bytes for all."""
    guides = guides_of_suppliers()
    found = []
    with tempfile.TemporaryDirectory() as name:
        small, file = Path(name) / "small.edi", Path(name) / "large.edi"
        small.write_bytes(one_document(60))
        idle = min(peak_mb(small) for _ in range(ROUNDS))
        for size in SIZES:
            parts = notices(size, seed=9, lines=(4, 24))
            data = b"".join(part.body for part in parts)
            file.write_bytes(data)
            ours = _best(partial(read, data, guides, partner_of=partner_of, trees=False))
            theirs = None
            if size <= PYX12_SEGMENTS_MAX:
                with open_pyx12(guides, [part.sender for part in parts]) as check:
                    for part in notices(100, seed=8):
                        check(part, True)
                    theirs = min(sum(check(part, True) for part in parts) for _ in range(ROUNDS))
            split = _best(partial(split_all, data))
            found.append(Point(data.count(b"~"), len(data) / 2**20, ours, split, theirs, peak_mb(file) - idle))
            print(found[-1], file=sys.stderr, flush=True)
    return found


def _best(work: Callable[[], object]) -> float:
    times = []
    for _ in range(ROUNDS + 1):  # the first warms up
        began = time.perf_counter()
        work()
        times.append(time.perf_counter() - began)
    return min(times[1:])


def table(points: Sequence[Point]) -> str:
    lines = [
        "| segments | MB | seconds | µs a segment | memory above idle, MB | `str.split`, seconds | pyx12, seconds |",
        "|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for point in points:
        theirs = f"{point.pyx12_s:.2f}" if point.pyx12_s is not None else ""
        lines.append(
            f"| {point.segments:,} | {point.megabytes:.2f} | {point.ours_s:.4f} | "
            f"{point.ours_s / point.segments * 1e6:.2f} | {max(point.peak_mb, 0):.0f} | {point.split_s:.4f} | "
            f"{theirs} |"
        )
    return "\n".join(lines)


WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 640, 380, 64, 16, 120, 44


def chart(points: Sequence[Point]) -> str:
    """Seconds against segments, both in powers of ten, as SVG."""
    series = [
        ("pyx12", "#b45309", [(p.segments, p.pyx12_s) for p in points if p.pyx12_s is not None]),
        ("Crossdock", "#1d4ed8", [(p.segments, p.ours_s) for p in points]),
        ("str.split", "#6b7280", [(p.segments, p.split_s) for p in points]),
    ]
    seconds = [value for _name, _colour, line in series for _at, value in line]
    decades = range(math.floor(math.log10(min(seconds))), math.ceil(math.log10(max(seconds))) + 1)
    sizes = range(3, 7)

    def x(segments: float) -> float:
        share = (math.log10(segments) - sizes[0]) / (sizes[-1] - sizes[0])
        return LEFT + share * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        share = (math.log10(value) - decades[0]) / (decades[-1] - decades[0])
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"',
        'font-family="sans-serif" font-size="12">',
        "<title>Seconds to check a file against its segments</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
    ]
    for power in decades:
        at = y(10.0**power)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{at + 4:.1f}" text-anchor="end">{10.0**power:g} s</text>')
    for power in sizes:
        at = x(10.0**power)
        parts.append(f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#e5e7eb"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{10**power:,}</text>')
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 8}" text-anchor="middle">segments</text>')
    for name, colour, line in series:
        path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(at):.1f}" cy="{y(value):.1f}" r="3" fill="{colour}"/>' for at, value in line]
        last = line[-1]
        parts.append(f'<text x="{x(last[0]) + 8:.1f}" y="{y(last[1]) + 4:.1f}" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>\n"])


def main() -> None:
    points = measure()
    page = PAGE.read_text("utf-8")
    marked = re.compile(r"(<!-- table -->\n).*?(<!-- end of table -->)", re.DOTALL)
    assert marked.search(page), "the page has lost its markers"
    PAGE.write_text(marked.sub(lambda m: f"{m[1]}{table(points)}\n{m[2]}", page), "utf-8")
    CHART.write_text(chart(points), "utf-8")
    print(table(points))


if __name__ == "__main__":
    main()
