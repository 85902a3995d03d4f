"""The traffic that every figure of the street is measured on: partners, parts and coherent documents by the thousand.

Seed and size in, bytes and their SHA-256 out: the same arguments give the same bytes on any machine. Orders are
placed, notices answer orders, goods receipts answer notices, so that matching has real work. A warm-up part comes
first; nothing in the timed part repeats: duplicates and conflicts are of documents of the warm-up part.

    python -m benchmarks corpus --seed 7 --size 4000 [--mix full] [--out FOLDER]
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from benchmarks.corpus.values import (
    BUYERS,
    LINES_MAX,
    LOGISTICS,
    SITES,
    SUPPLIERS,
    WARM_UP_MIN,
    Corpus,
    Kind,
    Part,
    Sent,
)
from benchmarks.corpus.world import World


def build(
    seed: int,
    size: int,
    *,
    mix: str = "core",
    parts: int = 20_000,
    warm_up: int | None = None,
    lines_max: int = LINES_MAX,
) -> Corpus:
    """`size` messages in the timed part, after `warm_up` ones (a quarter of it, and at least as many as it takes).

    `lines_max` bounds orders and notices; receipts of serial numbers may have more rows.
    """
    first = max(WARM_UP_MIN[mix], size // 4) if warm_up is None else warm_up
    world = World(seed, mix, parts, lines_max)
    sent = [*world.warm_up(first), *world.timed(size, first)]
    digest = hashlib.sha256()
    for message in sent:
        digest.update(f"{message.partner}|{message.name}|{message.at.isoformat()}|{len(message.body)}\n".encode())
        digest.update(message.body)
    dialects = tuple(replace(dialect, interchange=0) for dialect in world.dialects)
    return Corpus(seed, mix, dialects, tuple(world.parts), tuple(sent), first, digest.hexdigest())


__all__ = ["BUYERS", "LOGISTICS", "SITES", "SUPPLIERS", "Corpus", "Kind", "Part", "Sent", "build"]
