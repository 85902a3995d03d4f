"""Goods in money: received and not invoiced, and obsolete, each currency for itself and nothing guessed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection

from ledger import queries
from ledger.events import Event, InvoiceLine, StockObsoleted, SupplierInvoiceReceived
from ledger.policy import Policy, Terms
from ledger.queries import Money
from tests.store.test_balances import moved
from tests.store.world import NOW, Books, notice, order, receipt


def priced(number: str, price: str | None, quantity: int = 40, currency: str = "USD", per: int = 1) -> Event:
    placed = order(number, {"PLATE": quantity}, currency=currency)
    amount = None if price is None else Decimal(price)
    (line,) = placed.lines
    return msgspec.structs.replace(
        placed, lines=(msgspec.structs.replace(line, price=amount, price_per=Decimal(per)),)
    )


def billed(number: str, quantity: int, order_number: str = "PO1", **named: Any) -> Event:
    line = InvoiceLine(part_number="PLATE", order_number=order_number, quantity=Decimal(quantity), unit="EA")
    said: dict[str, Any] = {"partner": "acme", "supplier": "92:A123", "ship_to": "92:PLT07", "lines": (line,)}
    return SupplierInvoiceReceived(number=number, **(said | named))


def came(books: Books, order_number: str, quantity: int, n: int, policy: Policy | None = None) -> None:
    events = (
        notice(f"S{n}", order_number, {"PLATE": quantity}),
        receipt(f"R{n}", f"S{n}", order_number, {"PLATE": quantity}, supplier="92:A123"),
    )
    for event in events:
        (recorded,) = books.ledger.record(books.conn, (event,), policy or Policy(), books.now)
        assert recorded.result == "posted", recorded


def uninvoiced(conn: Connection, policy: Policy | None = None, **asked: Any) -> queries.UninvoicedList:
    return queries.uninvoiced(conn, now=NOW + timedelta(days=2), policy=policy or Policy(), **asked)


def test_what_came_and_is_not_invoiced_is_owed_at_the_order_s_price(conn: Connection) -> None:
    books = Books(conn)
    books.record(priced("PO1", "12.50", per=10))
    came(books, "PO1", 30, 1)
    books.record(billed("I1", 18))

    found = uninvoiced(conn)

    (one,) = found.rows
    assert (int(one.received), int(one.invoiced), int(one.open), one.price, one.value) == (
        30, 18, 12, "12.50 USD per 10", Decimal("15.00"),
    )  # fmt: skip
    assert found.totals == (Money(currency="USD", amount=Decimal("15.00")),)
    books.record(billed("I2", 12))
    assert uninvoiced(conn).rows == ()
    assert [int(row.open) for row in uninvoiced(conn, settled=True).rows] == [0]


def test_a_credit_note_opens_and_an_invoice_ahead_of_the_goods_goes_below_zero(conn: Connection) -> None:
    books = Books(conn)
    books.record(priced("PO1", "2"))
    came(books, "PO1", 10, 1)
    books.record(billed("I1", 15))
    assert [(int(row.open), row.value) for row in uninvoiced(conn).rows] == [(-5, Decimal("-10.00"))]

    books.record(billed("C1", 7, invoice="credit_note"))
    assert [(int(row.open), row.value) for row in uninvoiced(conn).rows] == [(2, Decimal("4.00"))]


def test_currencies_stand_apart_and_what_has_no_price_is_counted(conn: Connection) -> None:
    books = Books(conn)
    books.record(priced("PO1", "1.10"), priced("PO2", "3", currency="EUR"), priced("PO3", None))
    for n, number in enumerate(("PO1", "PO2", "PO3"), 1):
        came(books, number, 10 * n, n)

    found = uninvoiced(conn)

    assert found.totals == (
        Money(currency="EUR", amount=Decimal("60.00")), Money(currency="USD", amount=Decimal("11.00")),
    )  # fmt: skip
    assert found.unpriced == 1
    assert [row.order_number for row in uninvoiced(conn, supplier="acme", part="PLATE", site="P1").rows] == [
        "PO1", "PO2", "PO3",
    ]  # fmt: skip
    assert uninvoiced(conn, supplier="bravo").rows == ()


def test_consigned_goods_are_owed_to_nobody_yet(conn: Connection) -> None:
    policy = Policy(terms={"acme": Terms(title_passes="consumption")})
    books = Books(conn)
    books.record(priced("PO1", "5"))
    came(books, "PO1", 10, 1, policy)

    (one,) = uninvoiced(conn, policy, settled=True).rows

    assert (int(one.received), int(one.consigned), int(one.open)) == (10, 10, 0)
    assert uninvoiced(conn, policy).rows == ()


def test_evaluated_receipts_are_summed_apart(conn: Connection) -> None:
    policy = Policy(terms={"acme": Terms(evaluated_receipt=True)})
    books = Books(conn)
    books.record(priced("PO1", "5"))
    came(books, "PO1", 10, 1, policy)

    found = uninvoiced(conn, policy)

    assert [row.evaluated for row in found.rows] == [True]
    assert (found.totals, found.evaluated) == ((), (Money(currency="USD", amount=Decimal("50.00")),))


def test_obsolete_goods_are_worth_what_they_were_last_ordered_at(conn: Connection) -> None:
    books = Books(conn)
    books.record(priced("PO1", "1"))
    came(books, "PO1", 40, 1)
    books.record(moved(StockObsoleted, 15, "1"))
    assert queries.obsolete(conn).totals == (Money(currency="USD", amount=Decimal("15.00")),)

    books.record(priced("PO2", "2.5", currency="EUR"))
    found = queries.obsolete(conn)

    (one,) = found.rows
    assert (int(one.quantity), one.price, one.value, one.order_number) == (
        15, "2.5 EUR", Decimal("37.50"), "PO2",
    )  # fmt: skip
    assert (found.totals, found.unpriced) == ((Money(currency="EUR", amount=Decimal("37.50")),), ())


def test_obsolete_goods_without_a_price_are_named_and_not_valued(conn: Connection) -> None:
    books = Books(conn)
    books.record(priced("PO1", None))
    came(books, "PO1", 40, 1)
    books.record(moved(StockObsoleted, 15, "1"))

    found = queries.obsolete(conn)

    assert ([row.value for row in found.rows], found.totals, found.unpriced) == ([None], (), ("PLATE",))
    assert queries.obsolete(conn, part="BOLT").rows == ()
