"""Sums of what stands of one part, by what the indices over it hold: the question that every position asks.

On SQLite serials are summed by an index that holds all that is asked of them, and whatever has none is found by
another one, so that no row of a serial is read; on PostgreSQL one statement does both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy import text as sql

from ledger.book import tables
from ledger.queries.dimensions import few, in_one_order
from ledger.stock.bucket import EXTERNAL

Key = tuple[str, ...]

# The keys first, each a look-up in the table: CROSS JOIN fixes that order, as nothing else does without statistics.
_LOOSE = """
SELECT {columns}, SUM(b.quantity) FROM (
  SELECT book, site, id FROM bucket INDEXED BY bucket_by_part
  WHERE book = :book AND part = :part AND serial = '' AND empty = 0{at_site}
) AS k CROSS JOIN bucket AS b ON b.book = k.book AND b.site = k.site AND b.id = k.id
{of_state}GROUP BY {columns} ORDER BY {columns}{cut}"""


def standing_of(
    conn: Connection,
    book: str,
    part: str,
    named: Sequence[str],
    *,
    site: str = "",
    states: Iterable[str] = (),
    limit: int | None = None,
) -> dict[Key, int]:
    """What stands of the part within our walls or on its way, by the dimensions `named`, in their order.

    `named` begins with site and state, and has no more than revision, location and demand behind. With a `limit`
    there may be more sums than it, but never fewer where there are as many.
    """
    rows = _serials_or_all(conn, book, part, named, site, tuple(states), limit)
    if conn.dialect.name == "sqlite":
        rows = [*rows, *_loose(conn, book, part, named, site, tuple(states), limit)]
    sums: dict[Key, int] = {}
    for *key, quantity in rows:
        if key[1] not in EXTERNAL:
            sums[tuple(key)] = sums.get(tuple(key), 0) + int(quantity)
    return dict(sorted(sums.items()))


def _serials_or_all(
    conn: Connection,
    book: str,
    part: str,
    named: Sequence[str],
    site: str,
    states: tuple[str, ...],
    limit: int | None,
) -> Sequence[Any]:
    at = tables.bucket.c
    columns = [at[name] for name in named]
    standing = sql(tables.SERIALS_STANDING if conn.dialect.name == "sqlite" else "empty = 0")
    query = select(*columns, func.sum(at.quantity)).where(at.book == book, few(conn, at.part == part), standing)
    if site:
        query = query.where(at.site == site)
    if states:
        query = query.where(at.state.in_(states))
    query = query.group_by(*columns).order_by(*(in_one_order(conn, column) for column in columns))
    # Accounts outside our walls are among them, one of each at a site, and are left out later.
    return conn.execute(query.limit(None if limit is None else limit + len(EXTERNAL))).fetchall()


def _loose(
    conn: Connection,
    book: str,
    part: str,
    named: Sequence[str],
    site: str,
    states: tuple[str, ...],
    limit: int | None,
) -> Sequence[Any]:
    marks = [f":state{n}" for n, _ in enumerate(states)]
    statement = _LOOSE.format(
        columns=", ".join(f"b.{name}" for name in named),
        at_site=" AND site = :site" if site else "",
        of_state=f"WHERE b.state IN ({', '.join(marks)}) " if states else "",
        cut="" if limit is None else f" LIMIT {limit + len(EXTERNAL)}",
    )
    given = {"book": book, "part": part} | ({"site": site} if site else {})
    given |= {f"state{n}": state for n, state in enumerate(states)}
    return conn.execute(sql(statement), given).fetchall()
