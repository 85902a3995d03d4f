"""Settlement records: goods of others that were used or changed hands, priced by the order, and their totals.

A quantity above zero is owed to the owner, below zero it comes off, or the owner owes it us.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from ledger.book.storage import bulk, document_tables, filed_tables, tables
from ledger.events import OwnershipChanged, OwnershipLine, read_event
from ledger.masterdata import to_decimal
from ledger.matching.resolved import line_identities, moment
from ledger.queries.house.base_units import base_units
from ledger.stock.bucket import MILLION


class Settlement(msgspec.Struct, frozen=True, kw_only=True):
    """One record. Cursor of the list is `seq` with `n`; `amount` is quantity times price, None without a price.

    The price is the one said with the change of owner, else that of the newest order line of the owner for the part
    at the site when it was recorded; `order_number` names it. `unit` is the part's base unit, and of it is
    `price_per`.
    """

    seq: int
    n: int
    event: int
    kind: str
    number: str
    line: str
    site: str
    supplier: str
    """Our id of the owner."""
    part: str
    lot: str
    serial: str
    cause: str
    quantity: Decimal
    unit: str
    at: datetime
    period: str
    """Month in the site's zone (`2026-11`); of what came after its period was closed, that of its recording."""
    status: Literal["to_be_billed", "to_be_priced"]
    price: Decimal | None
    price_per: Decimal
    currency: str
    amount: Decimal | None
    order_number: str
    message: str
    document: str


class SettlementTotal(msgspec.Struct, frozen=True, kw_only=True):
    """What one supplier is owed for one month, per currency; `unpriced` records have no price and no currency."""

    supplier: str
    period: str
    currency: str
    records: int
    unpriced: int
    amount: Decimal


class Price(NamedTuple):
    """A price for `per` base units, and the order that says it ("" where the change of owner does)."""

    seq: int
    price: Decimal
    per: Decimal
    currency: str
    order_number: str


def settlements(
    conn: Connection, *, book: str = "live", supplier: str = "", month: str = "", site: str = "", part: str = "",
    after: tuple[int, int] = (0, 0), limit: int = 1000,
) -> list[Settlement]:  # fmt: skip
    """Records in order of recording, above the cursor `after`."""
    table = tables.settlement.c
    query = select(tables.settlement).where(
        table.book == book, (table.seq > after[0]) | ((table.seq == after[0]) & (table.n > after[1]))
    )
    for column, value in (
        (table.owner, supplier), (table.period, month), (table.site, site), (table.part, part),
    ):  # fmt: skip
        if value:
            query = query.where(column == value)
    rows = conn.execute(query.order_by(table.seq, table.event, table.n).limit(limit)).fetchall()
    return list(_shown(conn, book, rows))


def settlement_totals(
    conn: Connection, *, book: str = "live", supplier: str = "", month: str = "", site: str = "", part: str = ""
) -> list[SettlementTotal]:
    """Totals per supplier, month and currency, in that order; `settlements` shows what is in each."""
    sums: dict[tuple[str, str, str], list[Any]] = {}
    after = (0, 0)
    while page := settlements(conn, book=book, supplier=supplier, month=month, site=site, part=part, after=after):
        after = page[-1].seq, page[-1].n
        for one in page:
            found = sums.setdefault((one.supplier, one.period, one.currency), [0, 0, Decimal(0)])
            found[0] += 1
            found[1] += one.amount is None
            found[2] += one.amount or 0
    return [
        SettlementTotal(supplier=key[0], period=key[1], currency=key[2], records=n, unpriced=none, amount=amount)
        for key, (n, none, amount) in sorted(sums.items())
    ]


def _shown(conn: Connection, book: str, rows: Iterable[Any]) -> Iterable[Settlement]:
    rows = list(rows)
    kept = _events(conn, book, {row.event for row in rows})
    units = base_units(conn, book, {row.part for row in rows})
    ordered = {key: _order_prices(conn, book, *key) for key in {(row.site, row.owner, row.part) for row in rows}}
    for row in rows:
        of = kept[row.event]
        price = _said_price(conn, row, of.body)
        if price is None:
            said = [one for one in ordered[row.site, row.owner, row.part] if one.seq <= row.seq]
            price = said[-1] if said else None
        quantity = to_decimal(row.quantity)
        yield Settlement(
            seq=row.seq, n=row.n, event=row.event, kind=of.kind, number=of.number, line=row.line, site=row.site,
            supplier=row.owner, part=row.part, lot=row.lot, serial=row.serial, cause=row.cause, quantity=quantity,
            unit=units.get(row.part, ""), at=moment(row.at), period=row.period,
            status="to_be_priced" if price is None else "to_be_billed", price=None if price is None else price.price,
            price_per=Decimal(1) if price is None else price.per, currency="" if price is None else price.currency,
            amount=None if price is None else quantity * price.price / price.per,
            order_number="" if price is None else price.order_number, message=of.message, document=of.document,
        )  # fmt: skip


def _events(conn: Connection, book: str, seqs: set[int]) -> dict[int, Any]:
    columns = ("seq", "kind", "number", "message", "document", "body")
    rows = bulk.select(
        conn, tables.event, columns, (("book", book),), ("seq",), [(seq,) for seq in sorted(seqs)],
        index="event_by_seq",
    )  # fmt: skip
    return {row.seq: row for row in rows}


def _said_price(conn: Connection, row: Any, body: str) -> Price | None:
    """The price said with a change of owner, for base units: its line says what it is of."""
    event = read_event(body)
    if not isinstance(event, OwnershipChanged):
        return None
    said: OwnershipLine = dict(zip(line_identities(event.lines), event.lines, strict=True))[row.line]
    if said.price is None:
        return None
    table = tables.settlement.c
    same = (table.book == row.book, table.site == row.site, table.seq == row.seq, table.event == row.event)
    of_owner = (table.line == row.line, table.owner == row.owner)
    # A line goes from one owner to the next as a whole: with each of them stands all of it, above or below zero.
    changed = sum(conn.execute(select(table.quantity).where(*same, *of_owner)).scalars())
    per = Fraction(said.price_per)
    if said.quantity:
        per *= abs(changed) / (Fraction(said.quantity) * MILLION)
    return Price(0, said.price * per.denominator, Decimal(per.numerator), said.currency, "")


def _order_prices(conn: Connection, book: str, site: str, supplier: str, part: str) -> list[Price]:
    """Prices of the part in orders to the supplier, oldest first."""
    price, line = filed_tables.order_price.c, document_tables.order_line.c
    of_line = (
        getattr(price, name) == getattr(line, name) for name in ("book", "site", "supplier", "order_number", "line")
    )
    rows = conn.execute(
        select(price.seq, price.amount, price.per, price.currency, price.order_number)
        .where(*of_line, line.book == book, line.site == site, line.supplier == supplier, line.part == part)
        .order_by(price.seq, price.event)
    )
    return [Price(seq, Decimal(amount), to_decimal(per), *named) for seq, amount, per, *named in rows if amount]
