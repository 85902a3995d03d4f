"""Quantities as they stood after any movement: the last closing, then what was moved since.

The position of a moment in a book is the number of the last movement made by then; numbers are dense and given in
order of recording, so that a position is as exact as the log itself.
"""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, func, select

from ledger.book import tables
from ledger.book.heads import read_head
from ledger.book.places import sites_of
from ledger.matching.resolved import microseconds


def position_at(conn: Connection, book: str, at: datetime) -> int:
    """Number of the last movement recorded by `at`, that moment included; 0 when there was none."""
    event, until = tables.event.c, microseconds(at) or 0
    low, high = 0, conn.execute(select(tables.book.c.seq).where(tables.book.c.book == book)).scalar() or 0
    # recorded_at never falls within a book, so the sequence is searched by halves instead of by one more index.
    while low < high:
        middle = (low + high + 1) // 2
        recorded = conn.execute(select(event.recorded_at).where(event.book == book, event.seq == middle)).scalar_one()
        low, high = (middle, high) if recorded <= until else (low, middle - 1)
    if not low:
        return 0
    return int(conn.execute(select(event.movements_to).where(event.book == book, event.seq == low)).scalar_one())


def quantities_at(conn: Connection, book: str, number: int) -> dict[tuple[str, int], int]:
    """Quantity of every bucket (site, id) after movement `number`; buckets at zero may be absent."""
    head = read_head(conn, book)
    if head is None:
        return {}
    runs = min(head.sealed, number // head.run_size)
    quantities: dict[tuple[str, int], int] = defaultdict(int)
    if runs:
        closing = tables.closing.c
        latest = (
            select(closing.site, closing.bucket, func.max(closing.run).label("run"))
            .where(closing.book == book, closing.run <= runs)
            .group_by(closing.site, closing.bucket)
            .subquery()
        )
        rows = conn.execute(
            select(closing.site, closing.bucket, closing.quantity)
            .where(closing.book == book)
            .join_from(
                tables.closing,
                latest,
                (closing.site == latest.c.site) & (closing.bucket == latest.c.bucket) & (closing.run == latest.c.run),
            )
        )
        for site, bucket, quantity in rows:
            quantities[site, bucket] = quantity
    for (site, bucket), delta in moved(conn, book, runs * head.run_size + 1, number).items():
        quantities[site, bucket] += delta
    return dict(quantities)


def quantity_at(conn: Connection, book: str, site: str, bucket: int, number: int) -> int:
    """Quantity of one bucket after movement `number`: a closing, one run's rows of it, and the unsealed tail."""
    head = read_head(conn, book)
    if head is None:
        return 0
    runs = min(head.sealed, number // head.run_size)
    closing, history = tables.closing.c, tables.history.c
    start = conn.execute(
        select(closing.quantity)
        .where(closing.book == book, closing.site == site, closing.bucket == bucket, closing.run <= runs)
        .order_by(closing.run.desc())
        .limit(1)
    ).scalar()
    quantity = int(start or 0)
    if runs < head.sealed:
        within = conn.execute(
            select(func.sum(history.delta)).where(
                history.book == book, history.site == site, history.run == runs + 1, history.bucket == bucket,
                history.number <= number,
            )
        ).scalar()  # fmt: skip
        return quantity + int(within or 0)
    table = tables.movement.c
    place = (table.book == book, table.site == site, table.number > runs * head.run_size, table.number <= number)
    came = conn.execute(select(func.sum(table.quantity)).where(*place, table.target == bucket)).scalar()
    went = conn.execute(select(func.sum(table.quantity)).where(*place, table.source == bucket)).scalar()
    return quantity + int(came or 0) - int(went or 0)


def moved(conn: Connection, book: str, first: int, last: int) -> dict[tuple[str, int], int]:
    """Net change of each bucket (site, id) by the movements numbered `first` to `last`, both included."""
    deltas: dict[tuple[str, int], int] = defaultdict(int)
    table = tables.movement.c
    for site in sites_of(conn, book):
        rows = conn.execute(
            select(table.source, table.target, table.quantity).where(
                table.book == book, table.site == site, table.number >= first, table.number <= last
            )
        )
        for source, target, quantity in rows:
            deltas[site, source] -= quantity
            deltas[site, target] += quantity
    return dict(deltas)
