"""What parts were last ordered at, and sums of money by currency, which is never converted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from ledger.book.storage import bulk, document_tables, filed_tables
from ledger.masterdata import to_decimal
from ledger.matching.papers.filed import value_of

_CENT = Decimal("0.01")


class Money(msgspec.Struct, frozen=True, kw_only=True):
    """A sum in one currency; "" where the order named none."""

    currency: str
    amount: Decimal


class Price(NamedTuple):
    """A price in force: `amount` of `currency` for `per` millionths of the base unit, and the order line that says
    it."""

    amount: str
    currency: str
    per: int
    site: str
    supplier: str
    order_number: str
    line: str
    event: int


def latest_prices(conn: Connection, book: str, parts: Iterable[str]) -> dict[str, Price]:
    """The price that was said last of each part, at whatever site and supplier; parts without one are absent."""
    lines: dict[str, dict[tuple[str, str, str], str]] = defaultdict(dict)
    for part, site, *key in bulk.select(
        conn, document_tables.order_line, ("part", "site", "supplier", "order_number", "line"), (("book", book),),
        ("part",), [(part,) for part in sorted(set(parts))], index="order_line_by_part",
    ):  # fmt: skip
        lines[site][key[0], key[1], key[2]] = part
    newest: dict[str, tuple[tuple[int, int], Price]] = {}
    columns = ("supplier", "order_number", "line", "seq", "event", "amount", "currency", "per")
    for site, keys in sorted(lines.items()):
        place = (("book", book), ("site", site))
        for supplier, number, line, seq, event, amount, currency, per in bulk.select(
            conn, filed_tables.order_price, columns, place, ("supplier", "order_number", "line"), sorted(keys)
        ):
            part = keys[supplier, number, line]
            if amount and (part not in newest or newest[part][0] < (seq, event)):
                price = Price(amount, currency, per, site, supplier, number, line, event)
                newest[part] = (seq, event), price
    return {part: price for part, (_, price) in newest.items()}


def value_at(quantity: int, price: Price) -> Decimal:
    """What a quantity in millionths costs, rounded half to even to the hundredth."""
    return value_of(quantity, price.amount, price.per).quantize(_CENT, ROUND_HALF_EVEN)


def price_text(price: Price) -> str:
    """`12.50 USD per 100`, the quantity in base units."""
    per = to_decimal(price.per)
    return f"{price.amount} {price.currency}".rstrip() + ("" if per == 1 else f" per {per}")


def sums(amounts: Iterable[tuple[str, Decimal]]) -> tuple[Money, ...]:
    """The sum of (currency, amount) pairs, by currency."""
    found: dict[str, Decimal] = {}
    for currency, amount in amounts:
        found[currency] = found.get(currency, Decimal(0)) + amount
    return tuple(Money(currency=currency, amount=amount) for currency, amount in sorted(found.items()))
