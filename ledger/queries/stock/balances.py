"""How much stands where, by any dimensions of a bucket, now or as of any recorded time or event.

Every figure resolves to its movements: the same filters, put to `movements`, give those that made it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, func, select, tuple_

from ledger.book.bringing.history import position_after, position_at, quantity_at, standing_at
from ledger.book.bringing.places import sites_of
from ledger.book.storage import tables
from ledger.masterdata import to_decimal
from ledger.masterdata.places import Level, Places
from ledger.policy.segments import segments_of
from ledger.queries.house.base_units import base_units
from ledger.queries.house.locations import places
from ledger.queries.stock.dimensions import (
    DIMENSIONS,
    NOTHING,
    USUAL,
    Filters,
    columns_of,
    in_one_order,
    read_cursor,
    read_filters,
    write_cursor,
)


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. A dimension that was not asked for, or is absent, is ""."""

    part: str
    revision: str = ""
    lot: str = ""
    serial: str = ""
    site: str = ""
    location: str = ""
    state: str = ""
    owner: str = ""
    quantity: Decimal
    unit: str
    segment: str = ""
    hold_reason: str = ""
    handling_unit: str = ""
    asn_line: str = ""
    demand: str = ""
    bucket: int = 0
    """Id of the bucket where the figure is of one alone (all dimensions asked for); 0 for a sum."""


class BalancePage(NamedTuple):
    """Balances in order of their dimensions, and where the next page begins ("" after the last)."""

    rows: list[Balance]
    after: str


class _Asked(NamedTuple):
    """One question, read."""

    book: str
    named: tuple[str, ...]
    filters: Filters
    zero: bool
    level: Level | None


def balances(conn: Connection, *, book: str = "live", by: Sequence[str] = USUAL, **asked: Any) -> list[Balance]:
    """All balances that `balance_page` would give, page by page, in one list."""
    return balance_page(conn, book=book, by=by, **asked).rows


def balance_page(
    conn: Connection,
    *,
    book: str = "live",
    by: Sequence[str] = USUAL,
    as_of: datetime | None = None,
    event: int | None = None,
    external: bool = False,
    absent: Iterable[str] = (),
    zero: bool = False,
    level: Level | None = None,
    within: str = "",
    after: str = "",
    limit: int | None = None,
    hidden: frozenset[str] = frozenset(),
    **equal: str,
) -> BalancePage:
    """Balances grouped by the dimensions `by` (part always among them), sorted by them.

    Keyword arguments filter by a dimension's exact value: `balances(conn, part="A", state="available")`; "" filters
    nothing, and `absent` names dimensions that must be empty. `as_of` asks for what was recorded by that time,
    `event` for what stood once that event was recorded. External accounts are left out unless asked for, as are sums
    of zero (`zero` shows the buckets that were ever made). `within` is a location with all that stands below it;
    `level` rolls locations up to the place of that level that they stand in (see `ledger.masterdata.places`).
    `hidden` leaves out goods of these segments (see `Policy.hidden_from`).

    Raises `ValueError` for a dimension that does not exist, for both `as_of` and `event`, and for a foreign cursor.
    """
    filters = read_filters(equal, absent=absent, external=external, by=by)._replace(hidden=hidden)
    _refuse_two_times(as_of, event)
    tree = places(conn, book) if within or level in ("warehouse", "zone") else Places(())
    if within:
        site = filters.equal.get("site", "")
        filters = filters._replace(within=tree.within(within, [site] if site else sites_of(conn, book)))
    dropped = {"enterprise": ("site", "location"), "site": ("location",)}.get(level or "", ())
    wanted = {*by, "part"} - {*dropped}
    asked = _Asked(book, tuple(name for name in DIMENSIONS if name in wanted), filters, zero, level)
    start = read_cursor(after, len(asked.named)) if after else None
    moment = _moment(conn, book, as_of, event)
    # Grouping by what Python knows, or by what was, is done here; all else the database does, page by page.
    if moment is None and level in (None, "bin", "site", "enterprise"):
        rows = _sums_now(conn, asked, start, limit)
    else:
        rows = _sums_here(conn, asked, tree, moment)
        rows = [row for row in rows if start is None or row[0] > start]
    more = limit is not None and len(rows) > limit
    rows = rows[:limit]
    units = base_units(conn, book, {key[asked.named.index("part")] for key, _, _ in rows})
    shown = [_shown(asked, key, quantity, bucket, units) for key, quantity, bucket in rows]
    return BalancePage(shown, write_cursor(rows[-1][0]) if more else "")


def balance_of(
    conn: Connection,
    bucket: int,
    *,
    book: str = "live",
    as_of: datetime | None = None,
    event: int | None = None,
    hidden: frozenset[str] = frozenset(),
) -> Balance | None:
    """One bucket by its id, now or as of a recorded time or event; None where no bucket has that id, or it is of
    segments that are hidden."""
    _refuse_two_times(as_of, event)
    at = tables.bucket.c
    found = conn.execute(
        select(tables.bucket).where(at.book == book, at.site.in_(sites_of(conn, book)), at.id == bucket)
    ).one_or_none()
    if found is None or hidden & {*segments_of(found.segment, found.state, found.owner)}:
        return None
    moment = _moment(conn, book, as_of, event)
    quantity = found.quantity if moment is None else quantity_at(conn, book, found.site, bucket, moment)
    return Balance(
        **{name: getattr(found, name) for name in DIMENSIONS}, bucket=bucket, quantity=to_decimal(quantity),
        unit=base_units(conn, book, [found.part]).get(found.part, ""),
    )  # fmt: skip


def _refuse_two_times(as_of: datetime | None, event: int | None) -> None:
    if as_of is not None and event is not None:
        raise ValueError("as_of and event both say when: leave one of both out")


def _moment(conn: Connection, book: str, as_of: datetime | None, event: int | None) -> int | None:
    """Number of the last movement that counts; None for now."""
    if event is not None:
        return position_after(conn, book, event)
    return position_at(conn, book, as_of) if as_of is not None else None


_Row = tuple[tuple[str, ...], int, int]
"""(values of the dimensions, quantity, the only bucket's id or 0)."""


def _sums_now(conn: Connection, asked: _Asked, start: tuple[str, ...] | None, limit: int | None) -> list[_Row]:
    columns, table = columns_of(tables.bucket, asked.named), tables.bucket.c
    ordered = [in_one_order(conn, column) for column in columns]
    total = func.sum(table.quantity)
    query = select(*columns, total, func.min(table.id)).where(*asked.filters.conditions(conn, asked.book))
    if start is not None:
        query = query.where(tuple_(*ordered) > tuple_(*start))
    if not asked.zero:
        query = query.where(table.empty == NOTHING).having(total != 0)
    query = query.group_by(*columns).order_by(*ordered)
    if limit is not None:
        query = query.limit(limit + 1)
    single = asked.named == DIMENSIONS
    return [(tuple(key), int(quantity), id_ if single else 0) for *key, quantity, id_ in conn.execute(query)]


def _sums_here(conn: Connection, asked: _Asked, tree: Places, moment: int | None) -> list[_Row]:
    single = asked.named == DIMENSIONS and asked.level in (None, "bin")
    columns = ("id", "site", "location", *asked.named)
    conditions = asked.filters.conditions(conn, asked.book)
    if moment is None:
        at = tables.bucket.c
        query = select(*columns_of(tables.bucket, columns), at.quantity).where(*conditions)
        found: Iterable[Any] = conn.execute(query if asked.zero else query.where(at.empty == NOTHING))
    else:
        found = standing_at(conn, asked.book, moment, columns, conditions, zeros=asked.zero)
    place = asked.named.index("location") if "location" in asked.named else None
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    ids: dict[tuple[str, ...], int] = {}
    for id_, site, location, *values, quantity in found:
        if place is not None and asked.level is not None:
            values[place] = tree.at_level(site, location, asked.level)
        key = tuple(values)
        sums[key] += quantity
        ids[key] = id_ if single else 0
    return [(key, quantity, ids[key]) for key, quantity in sorted(sums.items()) if quantity or asked.zero]


def _shown(asked: _Asked, key: tuple[str, ...], quantity: int, bucket: int, units: dict[str, str]) -> Balance:
    values = dict(zip(asked.named, key, strict=True))
    return Balance(**values, quantity=to_decimal(quantity), unit=units.get(values["part"], ""), bucket=bucket)
