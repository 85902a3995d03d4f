"""Obsolete stock and what it was worth: at the price that was last ordered at, each currency for itself.

What is not ours is listed without a value, and what was never ordered at a price is said to have none.
"""

from __future__ import annotations

from decimal import Decimal

import msgspec
from sqlalchemy import Connection

from ledger.queries.balances import balances
from ledger.queries.prices import Money, latest_prices, price_text, sums, value_at
from ledger.stock.bucket import MILLION

BY = ("part", "revision", "site", "location", "owner")


class ObsoleteGoods(msgspec.Struct, frozen=True, kw_only=True):
    """Obsolete goods of one part, revision and owner at one location. `value` is None where there is no price, or
    where the goods are not ours (`owner`)."""

    part: str
    revision: str
    site: str
    location: str
    owner: str
    quantity: Decimal
    unit: str
    price: str
    currency: str
    value: Decimal | None
    order_number: str
    """The order that says the price, and the event of it."""
    event: int


class ObsoleteList(msgspec.Struct, frozen=True, kw_only=True):
    """All that is obsolete, by part, and what it is worth in each currency."""

    rows: tuple[ObsoleteGoods, ...]
    totals: tuple[Money, ...]
    unpriced: tuple[str, ...]
    """Parts of ours that were never ordered at a price."""
    not_ours: Decimal
    """Rows that are somebody else's."""


def obsolete(conn: Connection, *, book: str = "live", site: str = "", part: str = "") -> ObsoleteList:
    """Stock in state obsolete, valued."""
    standing = balances(conn, book=book, by=BY, state="obsolete", site=site, part=part)
    prices = latest_prices(conn, book, {one.part for one in standing})
    rows = []
    for one in standing:
        price = prices.get(one.part)
        ours = not one.owner
        value = value_at(int(one.quantity * MILLION), price) if price is not None and ours else None
        rows.append(
            ObsoleteGoods(
                part=one.part, revision=one.revision, site=one.site, location=one.location, owner=one.owner,
                quantity=one.quantity, unit=one.unit, price=price_text(price) if price else "",
                currency=price.currency if price else "", value=value,
                order_number=price.order_number if price else "", event=price.event if price else 0,
            )
        )  # fmt: skip
    return ObsoleteList(
        rows=tuple(rows), totals=sums((one.currency, one.value) for one in rows if one.value is not None),
        unpriced=tuple(sorted({one.part for one in rows if one.value is None and not one.owner})),
        not_ours=Decimal(sum(1 for one in rows if one.owner)),
    )  # fmt: skip
