"""Periods that were signed off, and what one of them holds: opening, all that came and went, closing, per part."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from ledger.book.bringing.history import quantities_at
from ledger.book.storage import tables
from ledger.book.storage.codecs import PERIOD
from ledger.masterdata import to_decimal
from ledger.matching.resolved import moment
from ledger.queries.house.base_units import base_units
from ledger.stock.period import Period


class PeriodShown(msgspec.Struct, frozen=True, kw_only=True):
    """One period of a site. `chain` is the head of the log as it was signed off, hexadecimal."""

    site: str
    period: str
    status: str
    ends_at: datetime
    closed_at: datetime
    closed_by: str
    closed_seq: int
    chain: str
    comment: str
    reason: str
    """Why it was opened again."""
    late: int
    """Events recorded since that say they happened in it or before; they stand in the open period."""


class Flow(msgspec.Struct, frozen=True, kw_only=True):
    """What came from one account outside our walls (above zero) or went there, by the kind of event behind it."""

    kind: str
    account: str
    quantity: Decimal


class PartPeriod(msgspec.Struct, frozen=True, kw_only=True):
    """One part, in its base unit: `opening` and all `flows` sum to `closing`. In transit is part of all three."""

    part: str
    unit: str
    opening: Decimal
    closing: Decimal
    flows: tuple[Flow, ...]


class PeriodReport(msgspec.Struct, frozen=True, kw_only=True):
    """The figures that were signed off; they never change, since what is late stands in the period after."""

    period: PeriodShown
    parts: tuple[PartPeriod, ...]


def periods(conn: Connection, *, book: str = "live", site: str = "") -> list[PeriodShown]:
    """All periods by site and end, those opened again among them."""
    return [_shown(conn, period) for period in _load(conn, book, site)]


def period_report(conn: Connection, site: str, period: str, *, book: str = "live") -> PeriodReport | None:
    """One period in figures; None when the site has none of that name."""
    known = _load(conn, book, site)
    found = next((one for one in known if one.period == period), None)
    if found is None:
        return None
    before = max((one.closed_seq for one in known if one.ends_at < found.ends_at), default=0)
    first, last = _movements_to(conn, book, before), _movements_to(conn, book, found.closed_seq)
    opening, closing = (_stock_at(conn, book, site, number) for number in (first, last))
    flows = _flows(conn, book, site, first, last)
    parts = sorted({*opening, *closing, *flows})
    units = base_units(conn, book, parts)
    return PeriodReport(
        period=_shown(conn, found),
        parts=tuple(
            PartPeriod(
                part=part, unit=units.get(part, ""), opening=to_decimal(opening.get(part, 0)),
                closing=to_decimal(closing.get(part, 0)), flows=tuple(flows.get(part, ())),
            )
            for part in parts
        ),
    )  # fmt: skip


def _load(conn: Connection, book: str, site: str) -> list[Period]:
    table = tables.period
    query = select(table).where(table.c.book == book).order_by(table.c.site, table.c.ends_at)
    if site:
        query = query.where(table.c.site == site)
    return [PERIOD.read(row) for row in conn.execute(query)]


def _shown(conn: Connection, period: Period) -> PeriodShown:
    event = tables.event.c
    late = conn.execute(
        select(func.count()).where(
            event.book == period.book, event.site == period.site, event.seq > period.closed_seq,
            event.occurred_at < period.ends_at,
        )
    ).scalar_one()  # fmt: skip
    chain = conn.execute(
        select(event.chain).where(event.book == period.book, event.seq == period.closed_seq)
    ).scalar_one()
    return PeriodShown(
        site=period.site, period=period.period, status=period.status, ends_at=moment(period.ends_at),
        closed_at=moment(period.closed_at), closed_by=period.closed_by, closed_seq=period.closed_seq,
        chain=bytes(chain).hex(), comment=period.comment, reason=period.reason, late=late,
    )  # fmt: skip


def _movements_to(conn: Connection, book: str, seq: int) -> int:
    table = tables.event.c
    return conn.execute(select(table.movements_to).where(table.book == book, table.seq == seq)).scalar() or 0


def _stock_at(conn: Connection, book: str, site: str, number: int) -> dict[str, int]:
    """What stood within our walls or was under way after a movement, by part."""
    quantities = {id_: quantity for (of, id_), quantity in quantities_at(conn, book, number).items() if of == site}
    table = tables.bucket.c
    stock: dict[str, int] = defaultdict(int)
    rows = conn.execute(
        select(table.id, table.part).where(table.book == book, table.site == site, table.external == 0)
    )
    for bucket, part in rows:
        if quantity := quantities.get(bucket, 0):
            stock[part] += quantity
    return {part: quantity for part, quantity in stock.items() if quantity}


def _flows(conn: Connection, book: str, site: str, first: int, last: int) -> dict[str, list[Flow]]:
    """What crossed our walls by the movements above `first` up to `last`."""
    movement, event = tables.movement, tables.event
    source, target = tables.bucket.alias("source"), tables.bucket.alias("target")
    found: dict[str, list[Flow]] = defaultdict(list)
    for inside, outside, sign in ((target, source, 1), (source, target, -1)):
        crossing: Any = (
            select(inside.c.part, event.c.kind, outside.c.state, func.sum(movement.c.quantity))
            .select_from(movement)
            .join(source, _is(source, movement.c.source))
            .join(target, _is(target, movement.c.target))
            .join(event, (event.c.book == movement.c.book) & (event.c.seq == movement.c.event))
            .where(
                movement.c.book == book, movement.c.site == site, movement.c.number > first,
                movement.c.number <= last, inside.c.external == 0, outside.c.external == 1,
            )
            .group_by(inside.c.part, event.c.kind, outside.c.state)
            .order_by(inside.c.part, event.c.kind, outside.c.state)
        )  # fmt: skip
        for part, kind, account, quantity in conn.execute(crossing):
            found[part].append(Flow(kind=kind, account=account, quantity=to_decimal(sign * int(quantity))))
    return {part: sorted(flows, key=lambda flow: (flow.kind, flow.account)) for part, flows in found.items()}


def _is(bucket: Any, id_: Any) -> Any:
    movement = tables.movement.c
    return (bucket.c.book == movement.book) & (bucket.c.site == movement.site) & (bucket.c.id == id_)
