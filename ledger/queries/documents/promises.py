"""What suppliers promised of order lines: the last acknowledgment of each, by its own date."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection

from ledger.book.bringing.places import by_place
from ledger.book.saving.filing import PROMISE
from ledger.book.storage import bulk
from ledger.masterdata import to_decimal
from ledger.matching.papers.filed import Promise
from ledger.matching.papers.ranks import promises_in_force
from ledger.matching.resolved import moment, moment_or_none

OrderId = tuple[str, str, str, str]
"""(book, site, supplier, order number)."""


class PromiseShown(msgspec.Struct, frozen=True, kw_only=True):
    """One part of what is promised of an order line. `quantity` is the ordered one where none was said."""

    status: str
    quantity: Decimal
    promised_at: datetime | None
    """When it will be delivered; None where nothing but the order's own date is known."""
    ships_at: datetime | None
    code: str
    acknowledgment: str
    acknowledged_at: datetime
    price: str
    price_per: Decimal
    """In base units."""
    currency: str
    reason: str
    seq: int


def promises_of(conn: Connection, orders: Iterable[Any]) -> dict[OrderId, list[Promise]]:
    """Everything ever promised of the orders, by (book, site, supplier, order number) of rows of `orders`."""
    found: dict[OrderId, list[Promise]] = defaultdict(list)
    named = {(row.book, row.site, row.supplier, row.order_number) for row in orders}
    for place, keys in by_place(named):
        for row in bulk.select(conn, PROMISE.table, PROMISE.columns, place, ("supplier", "order_number"), keys):
            promise: Promise = PROMISE.read(row)
            found[promise.book, promise.site, promise.supplier, promise.order_number].append(promise)
    return found


def show_promises(promises: list[Promise], line: Any) -> tuple[PromiseShown, ...]:
    """What is in force for one row of `order_line`, in order of time."""
    return tuple(
        PromiseShown(
            status=one.status,
            quantity=to_decimal(line.quantity if one.quantity is None else one.quantity),
            promised_at=moment_or_none(one.promised_at),
            ships_at=moment_or_none(one.ships_at),
            code=one.code,
            acknowledgment=one.acknowledgment,
            acknowledged_at=moment(one.acknowledged_at),
            price=one.amount,
            price_per=to_decimal(one.per),
            currency=one.currency,
            reason=one.reason,
            seq=one.seq,
        )
        for one in promises_in_force(promises, line.line)
    )


def promised(shown: tuple[PromiseShown, ...]) -> tuple[Decimal | None, datetime | None]:
    """How many are promised in all, and when the first of them comes; (None, None) where nothing was said."""
    if not shown:
        return None, None
    coming = [one for one in shown if one.status != "rejected" and (one.status != "backordered" or _at(one))]
    dates = [at for one in coming if (at := _at(one)) is not None]
    return sum((one.quantity for one in coming), Decimal(0)), min(dates, default=None)


def _at(one: PromiseShown) -> datetime | None:
    return one.promised_at or one.ships_at
