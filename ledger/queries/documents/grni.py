"""Goods received, not invoiced: per order line what came and became ours, less what was invoiced, at order price.

Consigned goods are nobody's debt before they are ours, and what was rejected back to the supplier on arrival is none.
Goods that are returned later are settled by a credit note, which counts here as less invoiced.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, case, func, select

from ledger.book.bringing.places import sites_of
from ledger.book.storage import document_tables
from ledger.masterdata import to_decimal
from ledger.matching.resolved import moment
from ledger.policy import Policy
from ledger.queries.documents.invoice_matches import OrderLineId, invoiced_by_order_line, prices_of
from ledger.queries.documents.prices import Money, Price, price_text, sums, value_at
from ledger.queries.stock.ages import hours_between


class Uninvoiced(msgspec.Struct, frozen=True, kw_only=True):
    """One order line, in the part's base unit. `open` below zero: more was invoiced than received."""

    site: str
    supplier: str
    order_number: str
    order_line: str
    part: str
    received: Decimal
    """All that came, damaged included."""
    returned: Decimal
    """Sent back on a decision about its receipt."""
    consigned: Decimal
    """Not ours yet."""
    invoiced: Decimal
    """Less what was credited."""
    open: Decimal
    unit: str
    price: str
    currency: str
    value: Decimal | None
    """None where the order names no price."""
    evaluated: bool
    """Payment follows the goods receipts: no invoice is waited for."""
    title_passes: str
    first_received_at: datetime
    age_hours: Decimal
    event: int
    """The order's."""


class UninvoicedList(msgspec.Struct, frozen=True, kw_only=True):
    """Order lines by supplier and order, and the sums of what is open in each currency."""

    rows: tuple[Uninvoiced, ...]
    totals: tuple[Money, ...]
    """Of lines that wait for an invoice."""
    evaluated: tuple[Money, ...]
    """Of lines that are paid by their receipts."""
    unpriced: int
    """Lines that are open and have no price."""


def uninvoiced(
    conn: Connection,
    *,
    book: str = "live",
    now: datetime,
    policy: Policy,
    site: str = "",
    supplier: str = "",
    part: str = "",
    settled: bool = False,
) -> UninvoicedList:
    """Order lines with something open; with `settled` those too that are even."""
    rows: list[Uninvoiced] = []
    for place in [site] if site else sites_of(conn, book):
        lines = _received(conn, book, place, supplier, part)
        parts = {line.part for line, _ in lines.values()}
        billed = invoiced_by_order_line(conn, book=book, site=place, parts=parts)
        prices = prices_of(conn, lines)
        for key, (line, came) in sorted(lines.items()):
            price = prices.get(key)
            priced = Price(price.amount, price.currency, price.per, *key[1:], line.seq) if price else None
            one = _uninvoiced(line, came, billed.get(key, 0), priced, policy, now)
            if one.open or settled:
                rows.append(one)
    waiting = [one for one in rows if not one.evaluated]
    return UninvoicedList(
        rows=tuple(rows), totals=_sums(waiting), evaluated=_sums([one for one in rows if one.evaluated]),
        unpriced=sum(1 for one in rows if one.value is None and one.open),
    )  # fmt: skip


class _Came(msgspec.Struct):
    received: int = 0
    returned: int = 0
    consigned: int = 0
    first_at: int = 0


def _received(
    conn: Connection, book: str, site: str, supplier: str, part: str
) -> dict[OrderLineId, tuple[Any, _Came]]:
    """What came of each order line, by what its goods receipts are linked to; reversed ones are left out."""
    link, line, receipt = (
        document_tables.link.c, document_tables.order_line.c, document_tables.goods_receipt.c,
    )  # fmt: skip
    back = case((link.state == "supplier", link.quantity), else_=0)
    theirs = case(((link.owner != "") & (link.state != "supplier"), link.quantity), else_=0)
    key = (link.order_supplier, link.order_number, link.order_line)
    sums_of = (func.sum(link.quantity), func.sum(back), func.sum(theirs), func.min(receipt.received_at))
    query = (
        select(*key, *sums_of)
        .join_from(
            document_tables.link,
            document_tables.goods_receipt,
            (receipt.book == link.book)
            & (receipt.site == link.site)
            & (receipt.provider == link.provider)
            & (receipt.receipt_id == link.receipt_id),
        )
        .where(link.book == book, link.site == site, link.reversed == 0, link.order_number != "", link.state != "")
    )
    if supplier:
        query = query.where(link.order_supplier == supplier)
    came: dict[tuple[str, str, str], _Came] = {}
    for of, number, name, *found in conn.execute(query.group_by(*key)):
        came[of, number, name] = _Came(*(int(one or 0) for one in found))
    asked = select(document_tables.order_line).where(line.book == book, line.site == site, line.received > 0)
    for column, value in ((line.supplier, supplier), (line.part, part)):
        if value:
            asked = asked.where(column == value)
    found_lines: dict[OrderLineId, tuple[Any, _Came]] = {}
    for row in conn.execute(asked):
        mine = came.get((row.supplier, row.order_number, row.line))
        if mine is not None:
            found_lines[OrderLineId(book, site, row.supplier, row.order_number, row.line)] = (row, mine)
    return found_lines


def _uninvoiced(
    line: Any, came: _Came, billed: int, price: Price | None, policy: Policy, now: datetime
) -> Uninvoiced:
    terms = policy.terms_for(line.supplier)
    still_open = came.received - came.returned - came.consigned - billed
    first = moment(came.first_at)
    return Uninvoiced(
        site=line.site, supplier=line.supplier, order_number=line.order_number,
        order_line=line.order_line or line.line, part=line.part, received=to_decimal(came.received),
        returned=to_decimal(came.returned), consigned=to_decimal(came.consigned), invoiced=to_decimal(billed),
        open=to_decimal(still_open), unit=line.unit, price=price_text(price) if price and price.amount else "",
        currency=price.currency if price else "",
        value=value_at(still_open, price) if price and price.amount else None, evaluated=terms.evaluated_receipt,
        title_passes=terms.title_passes, first_received_at=first, age_hours=hours_between(first, now), event=line.seq,
    )  # fmt: skip


def _sums(rows: list[Uninvoiced]) -> tuple[Money, ...]:
    return sums((one.currency, one.value) for one in rows if one.value is not None)
