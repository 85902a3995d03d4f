"""The position of one part: what is usable and where, what it is committed to, and when more comes, how much.

Sums are made by the database over an index that holds them, and details are cut to `limit`: a part with twenty
thousand serials answers as fast as one with two. The details beyond it are those of `balances` and `movements`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from ledger.masterdata import to_decimal
from ledger.queries.documents.inbound import Inbound, OnOrder, expected, next_of
from ledger.queries.house.base_units import base_units
from ledger.queries.stock.balances import Balance, balance_page
from ledger.queries.stock.standing import DEMAND, PLACE, Standing
from ledger.stock.bucket import STATES

DETAILS = 100
"""Rows of `where` and of `commitments` that are given unless more are asked for."""
COMMITTED = ("allocated", "service_reserved", "line_side")
"""States of goods that are somebody's already."""
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
    standing = Standing(conn, book, part, site)
    groups = standing.by(PLACE, limit=_GROUPS_MAX + 1)
    cut = len(groups) > _GROUPS_MAX
    sums: dict[tuple[str, str], int] = {}
    for (place, state, *_), quantity in (standing.by(PLACE[:2]) if cut else groups).items():
        sums[place, state] = sums.get((place, state), 0) + quantity
    states = dict.fromkeys(STATES, 0)
    for (_, state), quantity in sums.items():
        states[state] += quantity
    where, where_cut = _where(conn, book, part, site, by, limit, None if cut else groups, units[part])
    commitments = _commitments(standing, limit) if any(states[name] for name in COMMITTED) else []
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


def _where(
    conn: Connection,
    book: str,
    part: str,
    site: str,
    by: Sequence[str],
    limit: int,
    groups: Mapping[tuple[str, ...], int] | None,
    unit: str,
) -> tuple[tuple[Balance, ...], bool]:
    if groups is None or not set(by) <= {"part", *PLACE}:
        page = balance_page(conn, book=book, by=(*PLACE, *by), part=part, site=site, limit=limit)
        return tuple(page.rows), bool(page.after)
    found = [
        Balance(
            part=part, site=place, state=state, revision=revision, location=location, quantity=to_decimal(quantity),
            unit=unit,
        )
        for (place, state, revision, location), quantity in groups.items()
        if quantity
    ]  # fmt: skip
    found.sort(key=lambda one: (one.revision, one.site, one.location, one.state))
    return tuple(found[:limit]), len(found) > limit


def _commitments(standing: Standing, limit: int) -> list[Commitment]:
    """By site, state and demand, more than `limit` where there are more."""
    return [
        Commitment(site=place, state=state, demand=demand, quantity=to_decimal(quantity))
        for (place, state, demand), quantity in standing.by(DEMAND, states=COMMITTED, limit=limit + 1).items()
    ]
