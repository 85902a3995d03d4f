"""The position of one part: what is usable, what is held and why, what is under way and what is on order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, select

from ledger.book import document_tables
from ledger.masterdata import to_decimal
from ledger.matching.resolved import moment
from ledger.queries.balances import DIMENSIONS, Balance, balances
from ledger.queries.base_units import base_units
from ledger.stock.bucket import STATES


class OnOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An open order line: `open` is ordered less received."""

    site: str
    supplier: str
    order_number: str
    order_line: str
    ordered: Decimal
    advised: Decimal
    received: Decimal
    open: Decimal
    due_at: datetime | None


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
    orders: tuple[OnOrder, ...]


def position(conn: Connection, part: str, *, book: str = "live", site: str = "") -> Position | None:
    """The part's position at one site or at all; None when master data does not know the part."""
    units = base_units(conn, book, [part])
    if part not in units:
        return None
    where = balances(conn, book=book, by=DIMENSIONS, part=part, site=site)
    states = dict.fromkeys(STATES, Decimal(0))
    for balance in where:
        states[balance.state] += balance.quantity
    orders = _open_orders(conn, book, part, site)
    return Position(
        part=part,
        unit=units[part],
        usable=states["available"],
        on_hand=sum((quantity for state, quantity in states.items() if state != "in_transit"), Decimal(0)),
        in_transit=states["in_transit"],
        on_order=sum((order.open for order in orders), Decimal(0)),
        states=states,
        where=tuple(where),
        orders=tuple(orders),
    )


def _open_orders(conn: Connection, book: str, part: str, site: str) -> list[OnOrder]:
    table = document_tables.order_line.c
    query = select(document_tables.order_line).where(
        table.book == book, table.part == part, table.status == "open", table.blanket == 0
    )
    if site:
        query = query.where(table.site == site)
    return [
        OnOrder(
            site=row.site,
            supplier=row.supplier,
            order_number=row.order_number,
            order_line=row.order_line,
            ordered=to_decimal(row.quantity),
            advised=to_decimal(row.advised),
            received=to_decimal(row.received),
            open=to_decimal(max(0, row.quantity - row.received)),
            due_at=moment(row.due_at) if row.due_at is not None else None,
        )
        for row in conn.execute(query.order_by(table.due_at, table.order_number, table.line))
    ]
