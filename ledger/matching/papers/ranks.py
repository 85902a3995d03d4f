"""Which of two papers of the same kind was made later: by what they say themselves, never by when they came."""

from __future__ import annotations

import re

from ledger.matching.papers.filed import Promise, ScheduledLine

Rank = tuple[object, ...]

_DIGITS = re.compile(r"(\d+)")


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """A number as people count it: `R9` before `R10`, and `07` as 7."""
    pieces = (piece for piece in _DIGITS.split(text) if piece)
    return tuple((0, int(piece), "") if piece.isdigit() and piece.isascii() else (1, 0, piece) for piece in pieces)


def rank_of_release(line: ScheduledLine) -> Rank:
    """By date of issue, then release number, then when the document was made; then by content, so that any two
    differ alike on every day."""
    return (
        line.issued_at, natural(line.release), line.created_at or 0, natural(line.number), line.purpose,
        line.quantities, [one._replace(until=one.until or 0) for one in line.requirements], line.line,
    )  # fmt: skip


def rank_of_promise(promise: Promise) -> Rank:
    """By when the acknowledgment was made, then its own number, then its release of content."""
    return (
        promise.acknowledged_at, natural(promise.acknowledgment), promise.status, promise.promised_at or 0,
        promise.ships_at or 0, promise.quantity or 0,
    )  # fmt: skip


def promises_in_force(promises: list[Promise], line: str) -> list[Promise]:
    """What the acknowledgment made last says of one order line, its parts in order of time; what it says of all
    lines that it does not name counts as well."""
    about = [one for one in promises if one.line in (line, "")]
    events: dict[int, list[Promise]] = {}
    for one in about:
        events.setdefault(one.seq, []).append(one)
    # An acknowledgment that names the line speaks of it by that; only else by what it says of the rest.
    spoken = [[one for one in mine if one.line] or mine for mine in events.values()]
    if not spoken:
        return []
    newest = max(spoken, key=lambda mine: max(map(rank_of_promise, mine)))
    return sorted(newest, key=lambda one: (one.promised_at or one.ships_at or 0, one.entry))
