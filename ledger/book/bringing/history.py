"""Quantities as they stood after any movement: the last closing, then what was moved since.

The position of a moment in a book is the number of the last movement made by then; numbers are dense and given in
order of recording, so that a position is as exact as the log itself.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, or_, select

from ledger.book.bringing.places import sites_of
from ledger.book.journal.heads import read_head
from ledger.book.storage import bulk, tables
from ledger.matching.resolved import microseconds

# recorded_at never falls within a book, so the sequence is searched by halves instead of by one more index.
_MIDDLE = "(low + high + 1) / 2"
_IS_BY_THEN = f"(SELECT e.recorded_at FROM event AS e WHERE e.book = half.book AND e.seq = {_MIDDLE}) <= until"  # noqa: S608
_LAST_BY = f"""
WITH RECURSIVE half(book, low, high, until) AS (
  SELECT book, CAST(0 AS bigint), seq, CAST(? AS bigint) FROM book WHERE book = ?
  UNION ALL
  SELECT book, CASE WHEN {_IS_BY_THEN} THEN {_MIDDLE} ELSE low END,
    CASE WHEN {_IS_BY_THEN} THEN high ELSE {_MIDDLE} - 1 END, until
  FROM half WHERE low < high
)
SELECT low, (SELECT e.movements_to FROM event AS e WHERE e.book = half.book AND e.seq = low)
FROM half WHERE low = high"""  # noqa: S608 - all of it our own text
_WITHIN = """
SELECT bucket, SUM(delta) FROM history
WHERE book = ? AND site = ? AND run = ? AND bucket IN ({buckets}) AND number <= ? GROUP BY bucket"""
_MOVED = """
SELECT source, target, quantity FROM movement
WHERE book = ? AND site = ? AND number >= ? AND number <= ?
  AND (source IN ({buckets}) OR target IN ({buckets}))"""
FEW = 1_000
"""Buckets that are looked up one by one; of more, all that moved is summed."""


def position_at(conn: Connection, book: str, at: datetime) -> int:
    """Number of the last movement recorded by `at`, that moment included; 0 when there was none."""
    return _last_by(conn, book, at)[1]


def sequence_at(conn: Connection, book: str, at: datetime) -> int:
    """Sequence of the last event recorded by `at`, that moment included; 0 when there was none."""
    return _last_by(conn, book, at)[0]


def _last_by(conn: Connection, book: str, at: datetime) -> tuple[int, int]:
    found = bulk.ask(conn, _LAST_BY, (microseconds(at) or 0, book))
    return (int(found[0][0] or 0), int(found[0][1] or 0)) if found else (0, 0)


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
    conn: Connection,
    book: str,
    number: int,
    columns: Sequence[str],
    conditions: Sequence[ColumnElement[bool]],
    *,
    zeros: bool = True,
) -> Iterator[tuple[Any, ...]]:
    """The `columns` of every bucket that meets the conditions and had been made by movement `number`, and its
    quantity then; without `zeros` only those that held something.

    Reads the buckets that are asked for and at most the unsealed movements, never the whole history. Of those it
    walks the half that is nearer: forward from the last closing or, where zeros need not be told apart from buckets
    that were made later, back from what stands now.
    """
    head = read_head(conn, book)
    if head is None:
        return
    runs = min(head.sealed, number // head.run_size)
    closed_to = runs * head.run_size
    bucket, closing = tables.bucket.c, tables.closing.c
    named = [bucket[name] for name in columns]
    if not zeros and runs == head.sealed and head.movements - number < number - closed_to:
        rows = conn.execute(select(bucket.id, bucket.quantity, *named).where(*conditions)).fetchall()
        since = _moved_of_each(conn, book, number + 1, head.movements, [row[0] for row in rows])
        for id_, quantity, *values in rows:
            if then := int(quantity) - since.get(id_, 0):
                yield *values, then
        return
    closed = (
        select(closing.quantity)
        .where(closing.book == bucket.book, closing.site == bucket.site, closing.bucket == bucket.id)
        .where(closing.run <= runs)
        .order_by(closing.run.desc())
        .limit(1)
        .scalar_subquery()
        .correlate(tables.bucket)
    )
    rows = conn.execute(select(bucket.id, closed, *named).where(*conditions)).fetchall()
    ids = [row[0] for row in rows]
    if runs < head.sealed and len(ids) <= FEW:
        since = _moved_within(conn, book, ids, runs + 1, number)
    else:
        since = _moved_of_each(conn, book, closed_to + 1, number, ids)
    for id_, quantity, *values in rows:
        if zeros and (quantity is not None or id_ in since):
            yield *values, int(quantity or 0) + since.get(id_, 0)
        elif then := int(quantity or 0) + since.get(id_, 0):
            yield *values, then


def _moved_within(conn: Connection, book: str, buckets: Sequence[int], run: int, number: int) -> dict[int, int]:
    """Net change of these buckets within a sealed run, up to movement `number`."""
    deltas: dict[int, int] = {}
    for site in sites_of(conn, book) if buckets else ():
        statement = _WITHIN.format(buckets=", ".join(map(str, buckets)))
        for bucket, delta in bulk.ask(conn, statement, (book, site, run, number)):
            deltas[bucket] = deltas.get(bucket, 0) + int(delta)
    return deltas


def _moved_of_each(conn: Connection, book: str, first: int, last: int, buckets: Sequence[int]) -> dict[int, int]:
    """Net change of each of these buckets by the movements numbered `first` to `last`; a bucket's id is the book's
    own. The movements are walked once; of many buckets, all that moved is summed."""
    if last < first or not buckets:
        return {}
    if len(buckets) > FEW:
        wanted = set(buckets)
        return {bucket: delta for (_, bucket), delta in moved(conn, book, first, last).items() if bucket in wanted}
    deltas: dict[int, int] = {}
    listed = ", ".join(map(str, buckets))
    for site in sites_of(conn, book):
        for source, target, quantity in bulk.ask(conn, _MOVED.format(buckets=listed), (book, site, first, last)):
            deltas[source] = deltas.get(source, 0) - quantity
            deltas[target] = deltas.get(target, 0) + quantity
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
