"""Digests: what makes two tellings of a fact the same, and the chain that makes the log tamper-evident."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b, sha256
from typing import Any

import msgspec

from ledger.book.journal.spelling import spell, spell_all
from ledger.events import Event, Line

_replace = msgspec.structs.replace

# Creation stamps and envelope facts take no part: reset to their defaults they are left out of the JSON.
_RESET: dict[str, Any] = {
    name: default
    for name, default in zip(
        Event.__struct_fields__[-len(Event.__struct_defaults__) :], Event.__struct_defaults__, strict=True
    )
    if name in Event.STAMPS
}

DIGEST_BYTES = 16


def line_digest(line: Line) -> bytes:
    """Digest of one line's business content in its one spelling; where it stands in its document is no part of it."""
    return blake2b(spell(_replace(line, segment=0)), digest_size=DIGEST_BYTES).digest()


def line_digests(lines: Sequence[Line]) -> list[bytes]:
    """`line_digest` of each."""
    return [
        blake2b(body, digest_size=DIGEST_BYTES).digest()
        for body in spell_all(_replace(line, segment=0) for line in lines)
    ]


def event_digest(event: Event, lines: list[bytes]) -> bytes:
    """Digest of an event's business content: its header and its lines in whatever order they came."""
    reset = dict(_RESET)
    if lines:
        reset["lines"] = ()
    digest = blake2b(spell(_replace(event, **reset)), digest_size=DIGEST_BYTES)
    digest.update(b"".join(sorted(lines)))
    return digest.digest()


def next_link(previous: bytes, seq: int, body: str, outcomes: list[str]) -> bytes:
    """The chain after event `seq`: covers its stored body and every outcome found while it was recorded."""
    link = sha256(previous)
    link.update(b"%d\0" % seq)
    for part in (body, *outcomes):
        encoded = part.encode()
        link.update(b"%d\0" % len(encoded))
        link.update(encoded)
    return link.digest()
