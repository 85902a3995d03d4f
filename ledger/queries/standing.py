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
from ledger.book.places import sites_of
from ledger.queries.dimensions import few, in_one_order
from ledger.stock.bucket import EXTERNAL

Key = tuple[str, ...]
PLACE = ("site", "state", "revision", "location")
DEMAND = ("site", "state", "demand")
_LOOSE_MAX = 2_000

# The keys first, each a look-up in the table: CROSS JOIN fixes that order, as nothing else does without statistics.
_LOOSE = """
SELECT {columns}, SUM(b.quantity) FROM (
  SELECT book, site, id FROM bucket INDEXED BY bucket_by_part
  WHERE book = :book AND part = :part AND serial = '' AND empty = 0{at_site}
) AS k CROSS JOIN bucket AS b ON b.book = k.book AND b.site = k.site AND b.id = k.id
GROUP BY {columns} ORDER BY {columns}{cut}"""


class Standing:
    """What stands of one part, at one site or at all, summed as it is asked for. One question to one snapshot."""

    def __init__(self, conn: Connection, book: str, part: str, site: str = "") -> None:
        self._conn, self._book, self._part, self._site = conn, book, part, site
        self._splits = conn.dialect.name == "sqlite"
        self._loose_known: dict[Key, int] | None = None
        """By place and demand, where it is no more than can be held."""
        if self._splits:
            found = self._loose((*PLACE, "demand"), _LOOSE_MAX + 1)
            self._loose_known = found if len(found) <= _LOOSE_MAX else None

    def by(self, named: Sequence[str], *, states: Sequence[str] = (), limit: int | None = None) -> dict[Key, int]:
        """Sums by `named` (site and state first), in their order; where there are more than `limit`, more than that
        many of the first."""
        sums = self._serials_or_all(named, states, limit)
        for key, quantity in self._loose_by(named, limit).items() if self._splits else ():
            if not states or key[1] in states:
                sums[key] = sums.get(key, 0) + quantity
        return dict(sorted(sums.items()))

    def _loose_by(self, named: Sequence[str], limit: int | None) -> dict[Key, int]:
        if self._loose_known is None:
            return self._loose(named, limit)
        at = [(*PLACE, "demand").index(name) for name in named]
        sums: dict[Key, int] = {}
        for key, quantity in self._loose_known.items():
            short = tuple(key[n] for n in at)
            sums[short] = sums.get(short, 0) + quantity
        return sums

    def _serials_or_all(self, named: Sequence[str], states: Sequence[str], limit: int | None) -> dict[Key, int]:
        at = tables.bucket.c
        columns = [at[name] for name in named]
        standing = sql(tables.SERIALS_STANDING if self._splits else "empty = 0")
        query = select(*columns, func.sum(at.quantity)).where(
            at.book == self._book, few(self._conn, at.part == self._part), standing
        )
        # Named even where all are meant: the state stands behind the site in the index.
        sites = [self._site] if self._site else sites_of(self._conn, self._book) if states else []
        if sites:
            query = query.where(at.site.in_(sites))
        if states:
            query = query.where(at.state.in_(states))
        query = query.group_by(*columns).order_by(*(in_one_order(self._conn, column) for column in columns))
        # Accounts outside our walls are among them, one of each at a site, and are left out later.
        return _inside(self._conn.execute(query.limit(None if limit is None else limit + len(EXTERNAL))))

    def _loose(self, named: Sequence[str], limit: int | None) -> dict[Key, int]:
        statement = _LOOSE.format(
            columns=", ".join(f"b.{name}" for name in named),
            at_site=" AND site = :site" if self._site else "",
            cut="" if limit is None else f" LIMIT {limit + len(EXTERNAL)}",
        )
        given = {"book": self._book, "part": self._part} | ({"site": self._site} if self._site else {})
        return _inside(self._conn.execute(sql(statement), given))


def _inside(rows: Iterable[Any]) -> dict[Key, int]:
    return {tuple(key): int(quantity) for *key, quantity in rows if key[1] not in EXTERNAL}
