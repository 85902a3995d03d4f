"""Quantities as they stood after any movement: the last closing, then what was moved since.

The position of a moment in a book is the number of the last movement made by then; numbers are dense and given in
order of recording, so that a position is as exact as the log itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select, union_all

from ledger.book import tables
from ledger.book.heads import read_head
from ledger.book.places import sites_of
from ledger.matching.resolved import microseconds

FEW = 1_000
"""Buckets that are looked up one by one; of more, all that moved is summed."""


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


def position_after(conn: Connection, book: str, seq: int) -> int:
    """Number of the last movement made once event `seq` was recorded; that of the newest for a later sequence."""
    event = tables.event.c
    last = select(event.movements_to).where(event.book == book, event.seq <= seq).order_by(event.seq.desc()).limit(1)
    return int(conn.execute(last).scalar() or 0)


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


def standing_at(
    conn: Connection, book: str, number: int, columns: Sequence[str], conditions: Sequence[ColumnElement[bool]]
) -> Iterator[tuple[Any, ...]]:
    """The `columns` of every bucket that meets the conditions and had been made by movement `number`, and its
    quantity then, zeros included.

    Reads the buckets that are asked for and at most the unsealed movements, never the whole history.
    """
    head = read_head(conn, book)
    if head is None:
        return
    runs = min(head.sealed, number // head.run_size)
    bucket, closing = tables.bucket.c, tables.closing.c
    closed = (
        select(closing.quantity)
        .where(closing.book == bucket.book, closing.site == bucket.site, closing.bucket == bucket.id)
        .where(closing.run <= runs)
        .order_by(closing.run.desc())
        .limit(1)
        .scalar_subquery()
        .correlate(tables.bucket)
    )
    rows = conn.execute(select(bucket.id, closed, *(bucket[name] for name in columns)).where(*conditions)).fetchall()
    if len(rows) > FEW:
        since = _moved_of_each(conn, book, runs * head.run_size + 1, number)
    elif runs < head.sealed:
        since = _moved_within(conn, book, [row[0] for row in rows], runs + 1, number)
    else:
        since = _moved_of_each(conn, book, runs * head.run_size + 1, number, [row[0] for row in rows])
    for id_, quantity, *values in rows:
        if quantity is not None or id_ in since:
            yield *values, int(quantity or 0) + since.get(id_, 0)


def _moved_within(conn: Connection, book: str, buckets: Sequence[int], run: int, number: int) -> dict[int, int]:
    """Net change of these buckets within a sealed run, up to movement `number`."""
    at = tables.history.c
    query = select(at.bucket, func.sum(at.delta)).where(
        at.book == book, at.site.in_(sites_of(conn, book)), at.run == run, at.bucket.in_(buckets), at.number <= number
    )
    return {bucket: int(delta) for bucket, delta in conn.execute(query.group_by(at.bucket))}


def _moved_of_each(
    conn: Connection, book: str, first: int, last: int, buckets: Sequence[int] | None = None
) -> dict[int, int]:
    """Net change of each bucket, or of these, by the movements numbered `first` to `last`; a bucket's id is the
    book's own."""
    if last < first or (buckets is not None and not buckets):
        return {}
    table = tables.movement.c
    deltas: dict[int, int] = {}
    for site in sites_of(conn, book):
        place = (table.book == book, table.site == site, table.number >= first, table.number <= last)
        entered = select(table.target.label("bucket"), table.quantity.label("delta")).where(*place)
        left = select(table.source, -table.quantity).where(*place)
        if buckets is not None:
            entered, left = entered.where(table.target.in_(buckets)), left.where(table.source.in_(buckets))
        both = union_all(entered, left).subquery()
        for bucket, delta in conn.execute(select(both.c.bucket, func.sum(both.c.delta)).group_by(both.c.bucket)):
            deltas[bucket] = deltas.get(bucket, 0) + int(delta)
    return deltas


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
    net = func.sum(case((table.target == bucket, table.quantity), else_=-table.quantity))
    since = conn.execute(select(net).where(*place, or_(table.target == bucket, table.source == bucket))).scalar()
    return quantity + int(since or 0)


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


def numbers_of(
    conn: Connection, book: str, buckets: Sequence[int], after: int, last: int, limit: int | None = None
) -> list[int]:
    """Numbers of the movements into or out of these buckets, above `after` and up to `last`, ascending.

    Sealed runs are read bucket by bucket, so that the cost is what moved there; the unsealed rest is walked.
    """
    head = read_head(conn, book)
    if head is None or not buckets or last <= after:
        return []
    sites, found = sites_of(conn, book), set[int]()
    closing, history, movement = tables.closing.c, tables.history.c, tables.movement.c
    runs = conn.execute(
        select(closing.run)
        .where(closing.book == book, closing.site.in_(sites), closing.bucket.in_(buckets))
        .where(closing.run > after // head.run_size, closing.run <= head.sealed)
        .distinct()
    ).scalars()
    for run in sorted(runs):
        if (limit is not None and len(found) >= limit) or (run - 1) * head.run_size >= last:
            break
        found.update(
            conn.execute(
                select(history.number).where(
                    history.book == book, history.site.in_(sites), history.run == run, history.bucket.in_(buckets),
                    history.number > after, history.number <= last,
                )
            ).scalars()
        )  # fmt: skip
    unsealed = max(after, head.sealed * head.run_size)
    if last > unsealed and (limit is None or len(found) < limit):
        touched = or_(movement.target.in_(buckets), movement.source.in_(buckets))
        for site in sites:
            place = (movement.book == book, movement.site == site)
            query = select(movement.number).where(
                *place, movement.number > unsealed, movement.number <= last, touched
            )
            found.update(conn.execute(query.order_by(movement.number).limit(limit)).scalars())
    return sorted(found)[:limit]
