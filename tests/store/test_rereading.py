"""Documents read again: a revision takes the place of what the same document said, wherever its goods have got to."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection, func, select

from ledger import queries
from ledger.book import CannotReread, rebuild, verify
from ledger.book.storage import tables
from ledger.events import (
    Event,
    InventoryAdjusted,
    OrderCancelled,
    OrderChanged,
    PutAwayCompleted,
    ShipmentCancelled,
    ShipmentReplaced,
    StockLine,
)
from ledger.events.counts import AdjustmentLine
from ledger.policy import CumulativeTerms, Policy, Terms
from tests.store.world import Books, notice, order, receipt, source

Stock = dict[tuple[str, str], Decimal]


def again(event: Event, **changed: Any) -> Any:
    """The event as a first re-reading of its document gives it."""
    return msgspec.structs.replace(event, **({"revision": 1} | changed))


def adjustment(quantity: int) -> InventoryAdjusted:
    line = AdjustmentLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", location="DOCK", reason="56")
    return InventoryAdjusted(number="A1", partner="threepl", place="P1", source=source("A1"), lines=(line,))


def stock(conn: Connection) -> Stock:
    rows = queries.balances(conn, by=("part", "state"))
    return {(row.part, row.state): row.quantity for row in rows if row.quantity}


def assert_sound(conn: Connection) -> None:
    assert verify(conn) == []
    assert rebuild(conn).differences == ()


def test_a_notice_read_again_before_its_goods_is_under_way_as_it_is_read_now(conn: Connection) -> None:
    books = Books(conn)
    first = notice("S1", "PO1", {"PLATE": 5, "BOLT": 7})
    books.record(order("PO1", {"PLATE": 50, "BOLT": 70}), first)

    (told,) = books.record(again(notice("S1", "PO1", {"PLATE": 50})))

    assert (told.result, stock(conn)) == ("posted", {("PLATE", "in_transit"): Decimal(50)})
    assert_sound(conn)


def test_a_notice_read_again_after_its_goods_moves_only_what_differs(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 10}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 100}))
    held = stock(conn)

    (told,) = books.record(again(notice("S1", "PO1", {"PLATE": 100})))

    assert held == {("PLATE", "available"): Decimal(10), ("PLATE", "quality_hold"): Decimal(90)}
    assert stock(conn) == {("PLATE", "available"): Decimal(100)}
    assert [outcome.__struct_config__.tag for outcome in told.outcomes] == ["posted", "case_changed"]
    assert [case.status for case in queries.cases(conn)] == ["closed"]
    assert_sound(conn)


def test_a_notice_whose_line_was_read_as_another_part_gives_its_goods_back_to_the_dock(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100, "BOLT": 100}), notice("S1", "PO1", {"PLATE": 60}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 60}))

    books.record(again(notice("S1", "PO1", {"BOLT": 60})))

    assert stock(conn) == {("PLATE", "available"): Decimal(60), ("BOLT", "in_transit"): Decimal(60)}
    assert_sound(conn)


def test_a_goods_receipt_read_again_is_put_right_in_place(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100, "BOLT": 8}), notice("S1", "PO1", {"PLATE": 100, "BOLT": 8}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 10, "BOLT": 8}))

    (told,) = books.record(again(receipt("R1", "S1", "PO1", {"PLATE": 100})))

    assert stock(conn) == {("PLATE", "available"): Decimal(100), ("BOLT", "in_transit"): Decimal(8)}
    assert told.result == "posted"
    assert_sound(conn)


def test_a_goods_receipt_that_reads_otherwise_twice_ends_as_it_was_read_last(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 100}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 10}))
    books.record(again(receipt("R1", "S1", "PO1", {"BOLT": 20})))

    books.record(again(receipt("R1", "S1", "PO1", {"PLATE": 30}), revision=2))

    assert stock(conn) == {("PLATE", "available"): Decimal(30), ("PLATE", "in_transit"): Decimal(70)}
    assert_sound(conn)


def test_an_order_read_again_keeps_what_was_advised_on_it(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 10, "BOLT": 10}), notice("S1", "PO1", {"PLATE": 5}))

    books.record(again(order("PO1", {"PLATE": 100})))

    orders = queries.orders(conn)
    assert [(line.part, line.quantity, line.status) for one in orders for line in one.lines] == [
        ("PLATE", Decimal(100), "open"), ("BOLT", Decimal(10), "cancelled"),
    ]  # fmt: skip
    assert_sound(conn)


def test_what_a_document_says_no_longer_is_taken_back(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 100}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 10}))
    books.record(again(receipt("R1", "S1", "PO1", {"PLATE": 10}), retracted=True))

    books.record(again(notice("S1", "PO1", {"PLATE": 100}), number="S1"))

    assert stock(conn) == {("PLATE", "in_transit"): Decimal(100)}
    assert_sound(conn)


def test_the_same_document_from_its_partner_again_is_a_repeat_of_how_it_was_read_last(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 10}))
    right = notice("S1", "PO1", {"PLATE": 100})
    books.record(again(right))

    (told,) = books.record(msgspec.structs.replace(right, source=source("later")))

    assert told.result == "repeated"
    assert_sound(conn)


def test_a_line_that_waited_for_a_misread_part_waits_no_more(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}))
    books.record(receipt("R1", "", "PO1", {"PL4TE": 10}))

    books.record(again(receipt("R1", "", "PO1", {"PLATE": 10})))

    assert stock(conn) == {("PLATE", "available"): Decimal(10)}
    assert conn.execute(select(func.count()).select_from(tables.waiting)).scalar() == 0
    assert_sound(conn)


def test_an_adjustment_read_again_moves_back_what_it_moved(conn: Connection) -> None:
    books = Books(conn)
    books.record(adjustment(10))
    held = stock(conn)

    books.record(again(adjustment(4)))

    assert (held, stock(conn)) == ({("PLATE", "available"): Decimal(10)}, {("PLATE", "available"): Decimal(4)})
    assert_sound(conn)


def test_an_adjustment_read_again_and_again_stands_as_it_was_read_last(conn: Connection) -> None:
    books = Books(conn)
    found = adjustment(10)
    books.record(found)
    for revision, quantity in ((1, 4), (2, 6)):
        books.record(again(adjustment(quantity), revision=revision))

    after = stock(conn)
    books.record(again(found, revision=3, retracted=True))

    assert (after, stock(conn)) == ({("PLATE", "available"): Decimal(6)}, {})
    assert_sound(conn)


def test_goods_that_have_moved_on_are_not_taken_back(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 100}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 50}))
    put = StockLine(part_number="PLATE", quantity=Decimal(50), unit="EA", location="DOCK", to_location="A1")
    books.record(PutAwayCompleted(number="W1", partner="threepl", place="P1", lines=(put,)))

    with pytest.raises(CannotReread, match="Goods of PLATE have moved on from DOCK"):
        books.record(again(receipt("R1", "S1", "PO1", {"PLATE": 40})))


def test_what_waited_as_a_whole_is_simply_said_anew(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}, ship_to="92:NOWHERE"))

    (still,) = books.record(again(order("PO1", {"PLATE": 10}, ship_to="92:NOWHERE")))
    (told,) = books.record(again(order("PO1", {"PLATE": 10}), revision=2))

    assert (still.result, told.result) == ("waiting", "posted")
    assert [line.quantity for one in queries.orders(conn) for line in one.lines] == [Decimal(10)]
    assert_sound(conn)


def test_a_notice_that_waited_for_its_order_is_read_anew_before_it_comes(conn: Connection) -> None:
    books = Books(conn)
    books.record(notice("S1", "PO1", {"PLATE": 5}))

    books.record(again(notice("S1", "PO2", {"PLATE": 50})))
    books.record(order("PO2", {"PLATE": 50}))

    assert stock(conn) == {("PLATE", "in_transit"): Decimal(50)}
    assert_sound(conn)


TOLD: list[tuple[int, int, tuple[str, ...], tuple[str, ...]]] = [
    # (cumulative read first, then; open cases after each)
    (100, 10, ("D11",), ()),
    (10, 100, (), ("D11",)),
]


@pytest.mark.parametrize(("first", "then", "before", "after"), TOLD)
@pytest.mark.parametrize("came", [False, True])
def test_a_cumulative_is_compared_as_it_is_read_now(
    conn: Connection, first: int, then: int, before: tuple[str, ...], after: tuple[str, ...], came: bool
) -> None:
    books = Books(conn)
    books.policy = Policy(terms={"acme": Terms(cumulative=CumulativeTerms(wait_minutes=0))})

    def told(cumulative: int) -> Event:
        said = notice("S1", "PO1", {"PLATE": 10})
        line = msgspec.structs.replace(said.lines[0], cum_shipped=Decimal(cumulative))
        return msgspec.structs.replace(said, lines=(line,))

    def open_cases() -> tuple[str, ...]:
        return tuple(case.code for case in queries.cases(conn) if case.status != "closed")

    books.record(order("PO1", {"PLATE": 100}), told(first))
    if came:
        books.record(receipt("R1", "S1", "PO1", {"PLATE": 10}))
    found = open_cases()
    books.record(again(told(then)))

    assert (found, open_cases()) == (before, after)
    assert_sound(conn)


# --- cancellations ------------------------------------------------------------------------------------------


def cancellation() -> ShipmentCancelled:
    return ShipmentCancelled(number="S1", partner="acme", supplier="92:A123", ship_to="92:PLT07", source=source("X"))


def test_a_notice_whose_replacement_was_read_as_its_cancellation_is_replaced(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100, "BOLT": 100}), notice("S1", "PO1", {"PLATE": 10}))
    misread = cancellation()
    replaced = notice("S1", "PO1", {"BOLT": 20})
    said: dict[str, Any] = {
        name: getattr(replaced, name) for name in ("number", "partner", "supplier", "ship_to", "lines")
    }
    books.record(misread)
    gone = stock(conn)

    told = books.record(again(misread, retracted=True), ShipmentReplaced(source=source("X"), revision=1, **said))

    assert (gone, stock(conn)) == ({}, {("BOLT", "in_transit"): Decimal(20)})
    assert [one.result for one in told] == ["posted", "posted"]
    assert [case.code for case in queries.cases(conn)] == []
    assert_sound(conn)


def test_a_notice_cancelled_by_a_misread_number_is_under_way_again_and_its_goods_come_in(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 10}), notice("S2", "PO1", {"PLATE": 7}))
    misread = cancellation()
    books.record(misread)

    books.record(again(misread, retracted=True), again(misread, number="S2"))
    under_way = stock(conn)
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 10}))

    assert under_way == {("PLATE", "in_transit"): Decimal(10)}
    assert stock(conn) == {("PLATE", "available"): Decimal(10)}
    (advised,) = [line.advised for one in queries.orders(conn) for line in one.lines]
    assert advised == 10
    assert_sound(conn)


def test_a_cancellation_that_another_document_says_too_stands(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 10}))
    cancelled = cancellation()
    books.record(cancelled, msgspec.structs.replace(cancelled, occurred_at=books.now, source=source("Y")))

    books.record(again(cancelled, retracted=True))

    assert stock(conn) == {}
    assert_sound(conn)


def test_a_notice_sent_anew_after_a_misread_cancellation_stands(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 10}))
    cancelled = cancellation()
    books.record(cancelled, notice("S1", "PO1", {"PLATE": 12}, source=source("Z")))

    with pytest.raises(CannotReread, match="Shipment S1 was noticed again since"):
        books.record(again(cancelled, retracted=True))


@pytest.mark.parametrize("deleted", [True, False])
def test_an_order_cancelled_by_mistake_is_open_with_the_lines_it_had(conn: Connection, deleted: bool) -> None:
    books = Books(conn)
    placed = order("PO1", {"PLATE": 100, "BOLT": 8})
    books.record(placed)
    if deleted:
        bolts = msgspec.structs.replace(placed.lines[1], change="delete")
        books.record(
            OrderChanged(number="PO1", partner="erp", supplier="92:A123", ship_to="92:PLT07", lines=(bolts,))
        )
    about: dict[str, Any] = {"number": "PO1", "partner": "erp", "supplier": "92:A123", "ship_to": "92:PLT07"}
    misread = OrderCancelled(source=source("X"), **about)
    books.record(misread)
    more = msgspec.structs.replace(placed.lines[0], quantity=Decimal(120))

    told = books.record(
        again(misread, retracted=True), OrderChanged(source=source("X"), revision=1, lines=(more,), **about)
    )

    assert [one.result for one in told] == ["posted", "posted"]
    assert [(line.part, line.quantity, line.status) for one in queries.orders(conn) for line in one.lines] == [
        ("PLATE", Decimal(120), "open"), ("BOLT", Decimal(8), "cancelled" if deleted else "open"),
    ]  # fmt: skip
    assert_sound(conn)


def test_an_order_that_was_changed_after_its_misread_cancellation_stands_as_it_was_changed(conn: Connection) -> None:
    books = Books(conn)
    placed = order("PO1", {"PLATE": 100})
    about: dict[str, Any] = {"number": "PO1", "partner": "erp", "supplier": "92:A123", "ship_to": "92:PLT07"}
    misread = OrderCancelled(source=source("X"), **about)
    books.record(placed, misread, OrderChanged(lines=placed.lines, **about))

    with pytest.raises(CannotReread, match="Order PO1 was changed since"):
        books.record(again(misread, retracted=True))
