"""Sums of what stands of one part, by what the indices over it hold: the question that every position asks.

On SQLite serials are summed by an index that holds all that is asked of them, and whatever has none is found by
another one, so that no row of a serial is read; on PostgreSQL one statement does both. Where a part has many serials,
their places are found one after the other by a seek each, and so is what stands among them without a serial: then
each serial is met once, to be summed.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import Connection

from ledger.book.bringing.places import sites_of
from ledger.book.storage import bulk, tables
from ledger.stock.bucket import EXTERNAL

Key = tuple[str, ...]
PLACE = ("site", "state", "revision", "location")
DEMAND = ("site", "state", "demand")
_ALL = (*PLACE, "demand")
_KNOWN_MAX = 2_000
"""Sums of a part that are kept; of more, each question is put to the database by itself."""
_MANY = 1_000
"""Serials beyond which seeking is cheaper than to walk over them."""
_SEEKS_MAX = 100
"""Places of serials that are sought one by one."""

# The keys first, each a look-up in the table: CROSS JOIN fixes that order, as nothing else does without statistics.
_LOOSE = """
SELECT {columns}, SUM(b.quantity) FROM ({keys}) AS k
CROSS JOIN bucket AS b ON b.book = k.book AND b.site = k.site AND b.id = k.id
GROUP BY {columns} ORDER BY {columns}{cut}"""
_KEYS = """
  SELECT book, site, id FROM bucket INDEXED BY bucket_by_part
  WHERE book = ? AND part = ? AND serial = '' AND empty = 0{at_site}"""
# Each location from the one before it, then what has no serial there: two seeks a location, whatever stands there.
_KEYS_SOUGHT = """
  WITH RECURSIVE at(site, location) AS (
    SELECT s.value, (
      SELECT MIN(location) FROM bucket INDEXED BY bucket_by_part
      WHERE book = ? AND part = ? AND empty = 0 AND site = s.value
    ) FROM json_each(?) AS s
    UNION ALL
    SELECT site, (
      SELECT MIN(b.location) FROM bucket AS b INDEXED BY bucket_by_part
      WHERE b.book = ? AND b.part = ? AND b.empty = 0 AND b.site = at.site AND b.location > at.location
    ) FROM at WHERE location IS NOT NULL
  )
  SELECT k.book, k.site, k.id FROM at CROSS JOIN bucket AS k INDEXED BY bucket_by_part
  ON k.book = ? AND k.part = ? AND k.empty = 0 AND k.site = at.site AND k.location = at.location AND k.serial = ''"""
_SUMS = """
SELECT {columns}, SUM(quantity) FROM bucket{index} WHERE {conditions}
GROUP BY {columns} ORDER BY {ordered}{cut}"""
_SERIALS = f"FROM bucket INDEXED BY bucket_serials WHERE book = ? AND part = ? AND {tables.SERIALS_STANDING}"
_IS_MANY = f"SELECT 1 {_SERIALS} LIMIT 1 OFFSET ?"
_GROUP = ", ".join((*_ALL, "quantity"))
# The end of the group that was met last is a seek only where it is spelled as the beginning of the next one.
_NEXT = f"SELECT {_GROUP} {_SERIALS} AND ({_GROUP}) >= (?, ?, ?, ?, ?, ?) ORDER BY {_GROUP} LIMIT 1"
_COUNT = f"SELECT COUNT(*) {_SERIALS} AND {' AND '.join(f'{name} = ?' for name in (*_ALL, 'quantity'))}"


class Standing:
    """What stands of one part, at one site or at all, summed as it is asked for. One question to one snapshot."""

    def __init__(self, conn: Connection, book: str, part: str, site: str = "") -> None:
        self._conn, self._book, self._part, self._site = conn, book, part, site
        self._sites = [site] if site else sites_of(conn, book)
        self._splits = conn.dialect.name == "sqlite"
        self._seeks = self._splits and bool(bulk.ask(conn, _IS_MANY, (book, part, _MANY)))
        self._known: dict[Key, int] | None = None
        """By place and demand, where it is no more than can be held."""
        if self._splits:
            found = self._sought() if self._seeks else None
            if found is None:
                found = self._serials_or_all(_ALL, (), _KNOWN_MAX)
            _add(found, self._loose(_ALL, _KNOWN_MAX))
            self._known = found if len(found) <= _KNOWN_MAX else None

    def by(self, named: Sequence[str], *, states: Sequence[str] = (), limit: int | None = None) -> dict[Key, int]:
        """Sums by `named` (site and state first), in their order; where there are more than `limit`, more than that
        many of the first."""
        if self._known is not None:
            sums = self._of_known(named)
        else:
            sums = self._serials_or_all(named, states, limit)
            if self._splits:
                _add(sums, self._loose(named, limit))
        return {key: quantity for key, quantity in sorted(sums.items()) if not states or key[1] in states}

    def _of_known(self, named: Sequence[str]) -> dict[Key, int]:
        at = [_ALL.index(name) for name in named]
        sums: dict[Key, int] = {}
        for key, quantity in (self._known or {}).items():
            short = tuple(key[n] for n in at)
            sums[short] = sums.get(short, 0) + quantity
        return sums

    def _sought(self) -> dict[Key, int] | None:
        """Sums of many serials by all that is kept, place by place; None where the places are many too."""
        of = (self._book, self._part)
        sums: dict[Key, int] = {}
        last: tuple[Any, ...] = (self._site, "", "", "", "", 0)
        for _ in range(_SEEKS_MAX):
            found = bulk.ask(self._conn, _NEXT, (*of, *last[:-1], last[-1] + 1))
            if not found or (self._site and found[0][0] != self._site):
                return _inside((*key, quantity) for key, quantity in sums.items())
            last = found[0]
            # Serials of one quantity are counted: looking at each one's quantity takes half as long again.
            serials: int = bulk.ask(self._conn, _COUNT, (*of, *last))[0][0]
            sums[last[:-1]] = sums.get(last[:-1], 0) + serials * last[-1]
        return None

    def _serials_or_all(self, named: Sequence[str], states: Sequence[str], limit: int | None) -> dict[Key, int]:
        conditions, given = ["book = ?", "part = ?"], [self._book, self._part]
        # Named even where all are meant: the state stands behind the site in the index.
        for name, values in (("site", self._sites if self._site or states else ()), ("state", states)):
            if values:
                conditions.append(f"{name} IN ({', '.join('?' * len(values))})")
                given += values
        columns = ", ".join(named)
        statement = _SUMS.format(
            columns=columns, index=" INDEXED BY bucket_serials" if self._splits else "",
            conditions=" AND ".join((*conditions, tables.SERIALS_STANDING if self._splits else "empty = 0")),
            ordered=columns if self._splits else ", ".join(f'{name} COLLATE "C"' for name in named),
            cut="" if limit is None else f" LIMIT {self._cut(limit)}",
        )  # fmt: skip
        return _inside(bulk.ask(self._conn, statement, tuple(given)))

    def _loose(self, named: Sequence[str], limit: int | None) -> dict[Key, int]:
        of: tuple[str, ...] = (self._book, self._part)
        given: tuple[str, ...]
        if self._seeks:
            keys, given = _KEYS_SOUGHT, (*of, json.dumps(self._sites), *of, *of)
        else:
            keys, given = _KEYS.format(at_site=" AND site = ?" if self._site else ""), of
            given += (self._site,) if self._site else ()
        statement = _LOOSE.format(
            columns=", ".join(f"b.{name}" for name in named), keys=keys,
            cut="" if limit is None else f" LIMIT {self._cut(limit)}",
        )  # fmt: skip
        return _inside(bulk.ask(self._conn, statement, given))

    def _cut(self, limit: int) -> int:
        """One row more than is asked for: accounts outside our walls are among them, one of each at a site, and are
        left out later."""
        return limit + 1 + len(EXTERNAL) * len(self._sites)


def _add(sums: dict[Key, int], more: dict[Key, int]) -> None:
    for key, quantity in more.items():
        sums[key] = sums.get(key, 0) + quantity


def _inside(rows: Iterable[Any]) -> dict[Key, int]:
    return {tuple(key): int(quantity) for *key, quantity in rows if key[1] not in EXTERNAL}
