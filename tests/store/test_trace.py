"""The whole chain of a lot, a serial, a handling unit and a VIN, over the real books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    Event,
    HandlingUnit,
    MaterialConsumed,
    MaterialIssued,
    NoticeLine,
    PutAwayCompleted,
    ReceiptLine,
    StockLine,
)
from ledger.queries import Trace, trace
from tests.store.world import Books, notice, order, receipt


def stock(kind: type[Event], number: str, quantity: int, part: str = "PLATE", **named: Any) -> Event:
    line = StockLine(part_number=part, quantity=Decimal(quantity), unit="EA", **named)
    return kind(number=number, partner="mes", place="92:PLT07", lines=(line,))  # type: ignore[call-arg]


@pytest.fixture
def books(conn: Connection) -> Books:
    """Two lots of plates came; of each one went into a car, of L1 also a second one."""
    one = Books(conn)
    one.record(order("PO1", {"PLATE": 100, "BOLT": 100}))
    for number, lot in (("S1", "L1"), ("S2", "L2")):
        sent = notice(number, "PO1", {"PLATE": 20})
        line = msgspec.structs.replace(sent.lines[0], lot=lot, handling_units=(HandlingUnit(id=f"HU-{lot}"),))
        came = receipt(f"R-{number}", number, "PO1", {"PLATE": 20})
        dock = msgspec.structs.replace(came.lines[0], lot=lot, handling_unit=f"HU-{lot}")
        one.record(msgspec.structs.replace(sent, lines=(line,)))
        one.record(msgspec.structs.replace(came, lines=(dock,)))
    one.record(stock(PutAwayCompleted, "P1", 20, lot="L1", to_location="A-01"))
    for lot in ("L1", "L2"):
        one.record(stock(MaterialIssued, f"I-{lot}", 5, lot=lot, to_location="LINE"))
    one.record(stock(MaterialConsumed, "C1", 1, lot="L1", demand="VIN1"))
    one.record(stock(MaterialConsumed, "C2", 1, lot="L1", demand="VIN2"))
    one.record(stock(MaterialConsumed, "C3", 1, lot="L2", demand="VIN1"))
    return one


def told(found: Trace) -> list[tuple[str, str]]:
    return [(step.kind, step.number) for step in found.steps]


LOT_1 = [
    ("ShipmentNotified", "S1"), ("GoodsReceived", "R-S1"), ("PutAwayCompleted", "P1"), ("MaterialIssued", "I-L1"),
]  # fmt: skip
LOT_2 = [("ShipmentNotified", "S2"), ("GoodsReceived", "R-S2"), ("MaterialIssued", "I-L2")]


def test_a_lot_leads_from_its_notice_to_every_car(books: Books) -> None:
    found = trace(books.conn, "lot", "L1")

    assert told(found) == [*LOT_1, ("MaterialConsumed", "C1"), ("MaterialConsumed", "C2")]
    assert (found.vins, found.shipments, found.orders) == (("VIN1", "VIN2"), ("S1",), ("PO1",))
    assert found.partners == ("acme", "mes", "threepl")
    assert verify(books.conn) == []


def test_a_car_leads_back_to_the_notices_of_all_that_was_built_in(books: Books) -> None:
    found = trace(books.conn, "vin", "VIN1")

    expected = [*LOT_1, *LOT_2, ("MaterialConsumed", "C1"), ("MaterialConsumed", "C3")]
    assert sorted(told(found)) == sorted(expected)
    assert (found.vins, found.lots, found.shipments) == (("VIN1",), ("L1", "L2"), ("S1", "S2"))


def test_a_handling_unit_leads_from_its_label_on_the_notice_on(books: Books) -> None:
    found = trace(books.conn, "handling_unit", "HU-L2")

    assert told(found) == [*LOT_2, ("MaterialConsumed", "C3")]


def test_a_serial_is_found_wherever_it_was(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 2}))
    sent, came = notice("S1", "PO1", {"PLATE": 2}), receipt("R1", "S1", "PO1", {"PLATE": 2})
    serials = ("A7", "A8")
    line: NoticeLine = msgspec.structs.replace(sent.lines[0], serials=serials)
    dock: ReceiptLine = msgspec.structs.replace(came.lines[0], serials=serials)
    books.record(msgspec.structs.replace(sent, lines=(line,)), msgspec.structs.replace(came, lines=(dock,)))
    books.record(stock(MaterialIssued, "I1", 1, serials=("A7",), to_location="LINE"))
    books.record(stock(MaterialConsumed, "C1", 1, serials=("A7",), demand="VIN1"))

    assert ("MaterialConsumed", "C1") in told(trace(conn, "serial", "A7"))
    assert trace(conn, "serial", "A7").vins == ("VIN1",)
    assert trace(conn, "serial", "A8").vins == ()


def test_another_part_of_the_same_lot_number_is_left_out_where_the_part_is_named(books: Books) -> None:
    sent = notice("S3", "PO1", {"BOLT": 5})
    books.record(msgspec.structs.replace(sent, lines=(msgspec.structs.replace(sent.lines[0], lot="L2"),)))

    assert ("ShipmentNotified", "S3") in told(trace(books.conn, "lot", "L2"))
    assert ("ShipmentNotified", "S3") not in told(trace(books.conn, "lot", "L2", part="PLATE"))
    assert ("ShipmentNotified", "S3") not in told(trace(books.conn, "vin", "VIN1"))


def test_what_nobody_ever_named_has_no_steps(books: Books) -> None:
    assert trace(books.conn, "serial", "NONE") == Trace(kind="serial", value="NONE")


def test_goods_are_not_traced_by_anything_else(books: Books) -> None:
    with pytest.raises(ValueError, match="traced by lot, serial, handling_unit, vin, not by colour"):
        trace(books.conn, "colour", "red")
