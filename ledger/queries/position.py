"""The position of one part: what is usable and where, what it is committed to, and when more comes, how much.

Sums are made by the database over an index that holds them, and details are cut to `limit`: a part with twenty
thousand serials answers as fast as one with two. The details beyond it are those of `balances` and `movements`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from ledger.book import tables
from ledger.masterdata import to_decimal
from ledger.queries.balances import Balance, balance_page
from ledger.queries.base_units import base_units
from ledger.queries.dimensions import NOTHING
from ledger.queries.inbound import Inbound, OnOrder, expected, next_of
from ledger.stock.bucket import EXTERNAL, STATES

DETAILS = 100
"""Rows of `where` and of `commitments` that are given unless more are asked for."""
COMMITTED = ("allocated", "service_reserved", "line_side")
"""States of goods that are somebody's already."""
_INDEXED = ("site", "state", "revision", "location")
_GROUPS_MAX = 1_000


class Commitment(msgspec.Struct, frozen=True, kw_only=True):
    """What stands for one demand (work order, VIN, customer) at one site in one state; "" is no named demand."""

    site: str
    state: str
    demand: str
    quantity: Decimal


class Replenishment(msgspec.Struct, frozen=True, kw_only=True):
    """The first day on which more is expected, and how much comes that day by all papers together."""

    at: datetime
    quantity: Decimal


class Position(msgspec.Struct, frozen=True, kw_only=True):
    """Everything about one part, in its base unit. `states` has all nine states, zeros included."""

    part: str
    unit: str
    usable: Decimal
    """In state available: nobody's yet."""
    on_hand: Decimal
    """Within our walls in any state; what is in transit is not."""
    in_transit: Decimal
    on_order: Decimal
    states: dict[str, Decimal]
    where: tuple[Balance, ...]
    """By site, revision, location and state, and by what else was asked for; at most `limit` rows."""
    where_cut: bool
    """Whether there are more rows; `balances` gives them all."""
    commitments: tuple[Commitment, ...]
    """Allocated, reserved for service and at the line, by demand; at most `limit` rows."""
    commitments_cut: bool
    committed: Decimal
    """The sum of all commitments, shown or not."""
    orders: tuple[OnOrder, ...]
    inbound: tuple[Inbound, ...]
    """What is still to come, by the date it is expected on: advised shipments, then what no notice covers yet."""
    replenish: Replenishment | None
    """None where nothing with a date is to come any more."""
    overdue: Decimal
    """To come by papers whose date is over."""


def position(
    conn: Connection,
    part: str,
    *,
    book: str = "live",
    site: str = "",
    by: Sequence[str] = (),
    limit: int = DETAILS,
    now: datetime | None = None,
) -> Position | None:
    """The part's position at one site or at all; None when master data does not know the part.

    `by` adds dimensions to `where` (`lot`, `serial`, `owner`, ...). `now` parts what is overdue from what is to come;
    without it the time of the last event does.

    Raises `ValueError` for a dimension that does not exist.
    """
    units = base_units(conn, book, [part])
    if part not in units:
        return None
    groups = _groups(conn, book, part, site)
    sums = _by_state(conn, book, part, site, groups)
    states = dict.fromkeys(STATES, 0)
    for (_, state), quantity in sums.items():
        states[state] += quantity
    where, where_cut = _where(conn, book, part, site, by, limit, groups, units[part])
    commitments = _commitments(conn, book, part, sums, limit)
    orders, inbound = expected(conn, book, part, site)
    overdue, coming = next_of(conn, book, inbound, now)
    return Position(
        part=part, unit=units[part], usable=to_decimal(states["available"]),
        on_hand=to_decimal(sum(states.values()) - states["in_transit"]), in_transit=to_decimal(states["in_transit"]),
        on_order=sum((order.open for order in orders), Decimal(0)),
        states={state: to_decimal(quantity) for state, quantity in states.items()}, where=where, where_cut=where_cut,
        commitments=tuple(commitments[:limit]), commitments_cut=len(commitments) > limit,
        committed=to_decimal(sum(states[name] for name in COMMITTED)), orders=tuple(orders), inbound=tuple(inbound),
        replenish=Replenishment(at=coming[0], quantity=coming[1]) if coming else None, overdue=overdue,
    )  # fmt: skip


def _groups(conn: Connection, book: str, part: str, site: str) -> list[Any] | None:
    """Sums by what the index holds, in its order; None where they are too many to be worth more than their totals."""
    at = tables.bucket.c
    columns = [at[name] for name in _INDEXED]
    query = _standing(part, book, site, (*columns, func.sum(at.quantity).label("quantity")))
    rows = conn.execute(query.group_by(*columns).limit(_GROUPS_MAX + 1)).fetchall()
    return [row for row in rows if row.state not in EXTERNAL] if len(rows) <= _GROUPS_MAX else None


def _by_state(
    conn: Connection, book: str, part: str, site: str, groups: list[Any] | None
) -> dict[tuple[str, str], int]:
    """(site, state) -> how much stands there."""
    sums: dict[tuple[str, str], int] = {}
    if groups is not None:
        for row in groups:
            sums[row.site, row.state] = sums.get((row.site, row.state), 0) + int(row.quantity)
        return sums
    at = tables.bucket.c
    query = _standing(part, book, site, (at.site, at.state, func.sum(at.quantity)))
    for place, state, quantity in conn.execute(query.group_by(at.site, at.state)):
        if state not in EXTERNAL:
            sums[place, state] = int(quantity)
    return sums


def _standing(part: str, book: str, site: str, columns: Sequence[Any]) -> Any:
    # Nothing but what `bucket_by_part` holds may be named here: then the rows themselves are never read. Accounts
    # outside our walls are few, and are left out afterwards.
    at = tables.bucket.c
    query = select(*columns).where(at.book == book, at.part == part, at.quantity != NOTHING)
    return query.where(at.site == site) if site else query


def _where(
    conn: Connection,
    book: str,
    part: str,
    site: str,
    by: Sequence[str],
    limit: int,
    groups: list[Any] | None,
    unit: str,
) -> tuple[tuple[Balance, ...], bool]:
    if groups is None or not set(by) <= {"part", *_INDEXED}:
        page = balance_page(conn, book=book, by=(*_INDEXED, *by), part=part, site=site, limit=limit)
        return tuple(page.rows), bool(page.after)
    groups = sorted(groups, key=lambda row: (row.revision, row.site, row.location, row.state))
    found = tuple(
        Balance(
            part=part, site=row.site, state=row.state, revision=row.revision, location=row.location,
            quantity=to_decimal(int(row.quantity)), unit=unit,
        )
        for row in groups[:limit]
    )  # fmt: skip
    return found, len(groups) > limit


def _commitments(
    conn: Connection, book: str, part: str, sums: dict[tuple[str, str], int], limit: int
) -> list[Commitment]:
    """By site, state and demand, one more than `limit` where there are more."""
    at = tables.bucket.c
    found: list[Commitment] = []
    for site, state in sorted(sums):
        if state in COMMITTED and len(found) <= limit:
            query = _standing(part, book, site, (at.demand, func.sum(at.quantity))).where(at.state == state)
            rows = conn.execute(query.group_by(at.demand).order_by(at.demand).limit(limit + 1 - len(found)))
            found += [
                Commitment(site=site, state=state, demand=demand, quantity=to_decimal(int(quantity)))
                for demand, quantity in rows
            ]
    return found
