"""Lot and serial rules per part, over the real books: what must be named, what is held without, how it is named."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    DiscrepancyResolved,
    Event,
    GoodsIdentified,
    GoodsReceiptReversed,
    HoldReleased,
    IdentityLine,
    MaterialIssued,
    NoticeLine,
    PartDefined,
    PutAwayCompleted,
    ReceiptLine,
    StockLine,
    UnitFactorDefined,
)
from ledger.outcomes import CaseOpened, Recorded, Refused
from ledger.queries import balances, cases
from tests.store.world import Books, notice, order, receipt

Where = dict[tuple[str, str, str, str], int]
"""(lot, serial, state, hold reason) -> quantity."""

ECU = PartDefined(number="ECU", base_unit="EA", serial_controlled=True, whole_units_only=True)
PAIR = UnitFactorDefined(number="ECU/PR", part="ECU", unit="PR", numerator=2)
GLUE = PartDefined(number="GLUE", base_unit="EA", lot_controlled=True)


@pytest.fixture
def books(conn: Connection) -> Books:
    one = Books(conn)
    one.record(ECU, PAIR, GLUE, order("PO1", {"ECU": 100_000, "GLUE": 1000, "PLATE": 1000}))
    return one


def sent(part: str, quantity: int, number: str = "S1", **named: Any) -> Event:
    line = NoticeLine(part_number=part, order_number="PO1", quantity=Decimal(quantity), unit="EA", **named)
    return notice(number, "PO1", {}, lines=(line,))


def came(part: str, quantity: int, number: str = "R1", shipment: str = "S1", **named: Any) -> Event:
    said: dict[str, Any] = {
        "part_number": part, "shipment_id": shipment, "order_number": "PO1", "quantity": Decimal(quantity),
        "unit": "EA", "receipt_line": "1",
    }  # fmt: skip
    return receipt(number, shipment, "PO1", {}, lines=(ReceiptLine(**(said | named)),))


def moved(kind: type[Event], part: str, quantity: int, number: str = "m", **named: Any) -> Event:
    line_kind = IdentityLine if kind is GoodsIdentified else StockLine
    line = line_kind(part_number=part, quantity=Decimal(quantity), unit="EA", **named)
    return kind(**{"number": number, "partner": "wms", "place": "P1", "lines": (line,)})  # type: ignore[arg-type]


def where(conn: Connection, part: str) -> Where:
    rows = balances(conn, by=("part", "lot", "serial", "state", "hold_reason"), part=part)
    return {(row.lot, row.serial, row.state, row.hold_reason): int(row.quantity) for row in rows}


def opened(recorded: list[Recorded]) -> list[tuple[str, int]]:
    return [(one.code, int(one.quantity)) for got in recorded for one in got.outcomes if isinstance(one, CaseOpened)]


def reasons(recorded: list[Recorded]) -> list[str]:
    return [one.reason for got in recorded for one in got.outcomes if isinstance(one, Refused)]


def test_each_serial_of_a_receipt_stands_by_itself(books: Books) -> None:
    books.record(sent("ECU", 4))
    found = books.record(came("ECU", 2, unit="PR", serials=("A", "B", "C", "D")))

    assert opened(found) == []
    assert where(books.conn, "ECU") == {("", serial, "available", ""): 1 for serial in "ABCD"}
    assert verify(books.conn) == []


@pytest.mark.parametrize(
    ("serials", "damaged", "told", "held"),
    [
        ((), 0, "", 4),
        (("A", "B", "C"), 0, "ABC", 1),
        (("A", "B", "C", "D", "E"), 0, "", 4),
        (("A", "A", "B", "C"), 0, "ABC", 1),
        (("A", "B", "C", "D"), 1, "", 3),
    ],
    ids=["none", "too few", "too many", "one twice", "some damaged"],
)
def test_pieces_that_are_not_told_apart_are_held_with_a_case(
    books: Books, serials: tuple[str, ...], damaged: int, told: str, held: int
) -> None:
    books.record(sent("ECU", 4))
    found = books.record(came("ECU", 4, serials=serials, quantity_damaged=Decimal(damaged)))

    assert ("D24", held) in opened(found)
    expected: Where = {("", serial, "available", ""): 1 for serial in told}
    expected["", "", "quality_hold", "D24"] = held
    if damaged:
        expected["", "", "quarantine", "damaged"] = damaged
    assert where(books.conn, "ECU") == expected
    assert verify(books.conn) == []


def test_a_serial_that_stands_already_is_held_and_never_at_two_places(books: Books) -> None:
    books.record(sent("ECU", 2), came("ECU", 2, serials=("A", "B")), sent("ECU", 2, "S2"))
    found = books.record(came("ECU", 2, "R2", "S2", serials=("B", "C")))

    assert opened(found) == [("D24", 1)]
    assert where(books.conn, "ECU") == {
        ("", "A", "available", ""): 1, ("", "B", "available", ""): 1, ("", "C", "available", ""): 1,
        ("", "", "quality_hold", "D24"): 1,
    }  # fmt: skip
    named = moved(GoodsIdentified, "ECU", 1, serials=("A",), state="quality_hold")
    assert reasons(books.record(named)) == ["Serial A stands at DOCK already, in available."]
    books.record(GoodsReceiptReversed(number="R1", partner="threepl", ship_to="92:PLT07"))
    books.record(moved(GoodsIdentified, "ECU", 1, "2", serials=("B",), state="quality_hold"))
    assert where(books.conn, "ECU")["", "B", "quality_hold", "D24"] == 1
    assert verify(books.conn) == []


def test_a_lot_that_nobody_names_is_held_until_somebody_does(books: Books) -> None:
    (told,) = books.record(sent("GLUE", 10))
    assert [one.grade for one in told.outcomes if isinstance(one, CaseOpened)] == ["warning"]
    assert opened(books.record(came("GLUE", 10))) == [("D25", 10)]
    assert where(books.conn, "GLUE") == {("", "", "quality_hold", "D25"): 10}
    release = moved(HoldReleased, "GLUE", 10, "early", state="quality_hold")
    assert reasons(books.record(release)) == [
        "GLUE is told apart by lot: name the lot of these goods (GoodsIdentified) before they are used."
    ]

    books.record(moved(GoodsIdentified, "GLUE", 10, to_lot="L7"))
    books.record(moved(HoldReleased, "GLUE", 10, lot="L7"))
    (case,) = [one for one in cases(books.conn) if one.status != "closed"]
    books.record(DiscrepancyResolved(number=case.id, partner="desk", resolution="accept"))

    assert where(books.conn, "GLUE") == {("L7", "", "available", ""): 10}
    assert [(one.code, one.status) for one in cases(books.conn)] == [("D25", "closed")] * 2
    assert verify(books.conn) == []


@pytest.mark.parametrize(
    ("serials", "told"), [((), [("D24", 3)]), (("S1", "S2"), [("D24", 3)]), (("S1", "S2", "S3"), [])]
)
def test_a_notice_that_names_fewer_serials_than_pieces_is_told(
    books: Books, serials: tuple[str, ...], told: list[tuple[str, int]]
) -> None:
    assert opened(books.record(sent("ECU", 3, serials=serials))) == told


def test_the_notice_may_name_the_lot(books: Books) -> None:
    books.record(sent("GLUE", 10, lot="L7"))
    assert opened(books.record(came("GLUE", 10))) == []
    assert where(books.conn, "GLUE") == {("L7", "", "available", ""): 10}


@pytest.mark.parametrize("kind", [PutAwayCompleted, MaterialIssued])
def test_goods_under_control_move_by_their_names(books: Books, kind: type[Event]) -> None:
    books.record(sent("ECU", 2), came("ECU", 2, serials=("A", "B")))
    books.record(sent("GLUE", 4, "S2"), came("GLUE", 4, "R2", "S2", lot="L7"))
    unnamed = [moved(kind, part, 1, part, to_location="X") for part in ("ECU", "GLUE")]

    assert [reasons(books.record(event)) for event in unnamed] == [
        ["ECU is told apart by serial: send the line again with its `serials`."],
        ["GLUE is told apart by lot: send the line again with its `lot`."],
    ]
    named = moved(kind, "ECU", 1, "n", to_location="X", serials=("B",))
    assert [one.result for one in books.record(named)] == ["posted"]


def test_named_serials_of_a_part_that_is_not_controlled_stand_apart_and_the_rest_together(books: Books) -> None:
    books.record(sent("PLATE", 5))
    assert opened(books.record(came("PLATE", 5, serials=("A", "B")))) == []
    assert where(books.conn, "PLATE") == {
        ("", "A", "available", ""): 1, ("", "B", "available", ""): 1, ("", "", "available", ""): 3
    }  # fmt: skip


def test_every_order_of_notice_and_receipts_tells_the_same_pieces_apart(conn: Connection) -> None:
    events = (
        sent("ECU", 3, serials=("A", "B", "C")), came("ECU", 2, serials=("A", "X")),
        came("ECU", 2, "R2", serials=("B",)),
    )  # fmt: skip
    ends = []
    for arrival in permutations(events):
        for size in (1, len(arrival)):
            savepoint = conn.begin_nested()
            books = Books(conn)
            books.record(ECU, PAIR, order("PO1", {"ECU": 100}))
            for start in range(0, len(arrival), size):
                books.record(*arrival[start : start + size])
            ends.append((where(conn, "ECU"), {(c.code, c.quantity) for c in cases(conn) if c.status != "closed"}))
            assert verify(conn, deep=False) == []
            savepoint.rollback()

    assert [end for end in ends if end != ends[0]] == []


def test_twenty_thousand_serials_of_one_part_come_in_one_line(books: Books) -> None:
    many = 20_000
    serials = tuple(f"SN{n:05}" for n in range(many))
    books.record(sent("ECU", many), came("ECU", many, serials=serials))
    books.record(GoodsReceiptReversed(number="R1", partner="threepl", ship_to="92:PLT07"))
    assert where(books.conn, "ECU") == {("", "", "in_transit", ""): many}

    books.record(came("ECU", many, "R2", serials=serials))
    assert len(where(books.conn, "ECU")) == many
    assert verify(books.conn, deep=False) == []
