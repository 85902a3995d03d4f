"""How long goods have been where they are: what came first is taken to leave first."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.book.bringing.history import numbers_of
from ledger.book.bringing.places import sites_of
from ledger.book.storage import bulk, tables

_CHUNK = 500
_HOUR = timedelta(hours=1)


class Stay(NamedTuple):
    """Goods that came into a bucket with one movement: how much, when, and when they left (None while they stand)."""

    bucket: int
    quantity: int
    came_us: int
    left_us: int | None
    left_by: int
    """Number of the movement that they left with; 0 while they stand."""


def stays(conn: Connection, book: str, buckets: Sequence[int], *, to: int) -> list[Stay]:
    """What came into these buckets up to movement `to`, in the order it left, then what still stands.

    Times are those at which the events say that it happened, else when they were recorded.
    """
    moves: list[tuple[int, int, int, int, int]] = []
    for n in range(0, len(buckets), _CHUNK):
        moves += _moves(conn, book, numbers_of(conn, book, buckets[n : n + _CHUNK], 0, to))
    times = _times(conn, book, {seq for _, seq, _, _, _ in moves})
    wanted, standing, found = set(buckets), dict[int, deque[tuple[int, int]]](), list[Stay]()
    for number, seq, source, target, quantity in sorted(set(moves)):
        at = times[seq]
        if source in wanted:
            queue, left = standing.setdefault(source, deque()), quantity
            while left and queue:
                came, amount = queue.popleft()
                gone = min(left, amount)
                left -= gone
                found.append(Stay(source, gone, came, at, number))
                if amount > gone:
                    queue.appendleft((came, amount - gone))
        if target in wanted:
            standing.setdefault(target, deque()).append((at, quantity))
    found += [Stay(bucket, amount, came, None, 0) for bucket, queue in standing.items() for came, amount in queue]
    return found


def hours_between(since: datetime, until: datetime) -> Decimal:
    """Hours to one place behind the point; below zero where `since` is later."""
    return Decimal((until - since) / _HOUR).quantize(Decimal("0.1"))


def _moves(conn: Connection, book: str, numbers: Sequence[int]) -> list[tuple[int, int, int, int, int]]:
    at = tables.movement.c
    found: list[tuple[int, int, int, int, int]] = []
    for site in sites_of(conn, book):
        for n in range(0, len(numbers), _CHUNK):
            query = select(at.number, at.seq, at.source, at.target, at.quantity).where(
                at.book == book, at.site == site, at.number.in_(numbers[n : n + _CHUNK])
            )
            found += [(row[0], row[1], row[2], row[3], row[4]) for row in conn.execute(query)]
    return found


def _times(conn: Connection, book: str, seqs: Iterable[int]) -> dict[int, int]:
    rows = bulk.select(
        conn, tables.event, ("seq", "recorded_at", "occurred_at"), (("book", book),), ("seq",),
        [(seq,) for seq in sorted(seqs)], index="event_by_seq",
    )  # fmt: skip
    return {seq: recorded if occurred is None else min(occurred, recorded) for seq, recorded, occurred in rows}
