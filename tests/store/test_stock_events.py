"""Goods in the house, over the real books: which way each kind takes them, what waits, what is refused and why."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import Ledger, verify
from ledger.events import (
    STOCK,
    Actor,
    AllocationMade,
    AllocationReleased,
    CustomerReturnReceived,
    Event,
    GoodsReturned,
    HoldPlaced,
    HoldReleased,
    InspectionFailed,
    InspectionPassed,
    MaterialConsumed,
    MaterialIssued,
    MaterialReturned,
    PartDefined,
    PutAwayCompleted,
    ServiceReleased,
    ServiceReserved,
    StockLine,
    StockObsoleted,
    StockReactivated,
    StockScrapped,
)
from ledger.handling import RULES
from ledger.outcomes import Refused, Waiting
from ledger.queries import balances
from ledger.stock.transitions import LEGAL
from tests.store.world import POLICY, Books, notice, order, receipt

Standing = dict[tuple[str, str], int]
"""(state, location) -> quantity of plates."""


@pytest.fixture
def books(conn: Connection) -> Books:
    """A hundred plates on the dock."""
    one = Books(conn)
    one.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 100}))
    one.record(receipt("R1", "S1", "PO1", {"PLATE": 100}))
    return one


def said(kind: type[Event], quantity: int, number: str = "1", **named: Any) -> Event:
    """One line of plates at P1; fields of the event and of the line by their names."""
    about = {name: named.pop(name) for name in ("actor", "partner") if name in named}
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", **named)
    return kind(**({"number": number, "partner": "wms", "place": "92:PLT07", "lines": (line,)} | about))  # type: ignore[arg-type]


def standing(books: Books, *, external: bool = False) -> Standing:
    rows = balances(books.conn, by=("state", "location"), part="PLATE", external=external)
    return {(row.state, row.location): int(row.quantity) for row in rows}


def result(books: Books, *events: Event) -> list[str]:
    return [one.result for one in books.record(*events)]


WAYS: list[tuple[list[Event], Standing]] = [
    ([said(PutAwayCompleted, 60, location="DOCK", to_location="A-01")],
     {("available", "DOCK"): 40, ("available", "A-01"): 60}),
    ([said(HoldPlaced, 10, hold_reason="crack")], {("available", "DOCK"): 90, ("quality_hold", "DOCK"): 10}),
    ([said(HoldPlaced, 10, hold_reason="crack"), said(InspectionPassed, 4, state="quality_hold")],
     {("available", "DOCK"): 94, ("quality_hold", "DOCK"): 6}),
    ([said(HoldPlaced, 10, hold_reason="crack"), said(InspectionFailed, 10, reason="AQL")],
     {("available", "DOCK"): 90, ("quarantine", "DOCK"): 10}),
    ([said(HoldPlaced, 10, hold_reason="x", to_state="quarantine"), said(HoldReleased, 3, reason="reworked")],
     {("available", "DOCK"): 93, ("quarantine", "DOCK"): 7}),
    ([said(AllocationMade, 30, demand="D1"), said(AllocationReleased, 10, demand="D1")],
     {("available", "DOCK"): 80, ("allocated", "DOCK"): 20}),
    ([said(ServiceReserved, 30), said(ServiceReleased, 30)], {("available", "DOCK"): 100}),
    ([said(MaterialIssued, 30, to_location="L1"), said(MaterialConsumed, 12, demand="VIN1", location="L1"),
      said(MaterialReturned, 8, location="L1", to_location="A-01")],
     {("available", "DOCK"): 70, ("line_side", "L1"): 10, ("available", "A-01"): 8}),
    ([said(GoodsReturned, 5, reason="defect")], {("available", "DOCK"): 95}),
    ([said(HoldPlaced, 5, hold_reason="x", to_state="quarantine"), said(StockScrapped, 5, reason="crushed")],
     {("available", "DOCK"): 95}),
    ([said(StockObsoleted, 5), said(StockReactivated, 2, reason="service needs them")],
     {("available", "DOCK"): 97, ("obsolete", "DOCK"): 3}),
    ([said(CustomerReturnReceived, 2, stock_segment="warranty", location="RET")],
     {("available", "DOCK"): 100, ("quality_hold", "RET"): 2}),
]  # fmt: skip


@pytest.mark.parametrize(("events", "expected"), WAYS, ids=[type(events[-1]).__name__ for events, _ in WAYS])
def test_goods_go_the_way_of_their_kind(books: Books, events: list[Event], expected: Standing) -> None:
    assert result(books, *events) == ["posted"] * len(events)
    assert standing(books) == expected
    assert sum(standing(books, external=True).values()) == 0
    assert verify(books.conn) == []


def test_every_kind_has_a_way_and_every_way_is_legal() -> None:
    assert set(RULES) == set(STOCK)
    illegal = {
        (kind.__name__, source, target)
        for kind, rule in RULES.items()
        for source in rule.sources
        for target in rule.targets or (source,)
        if target not in LEGAL[source]
    }
    assert illegal == set()


def test_the_same_events_one_by_one_end_in_the_same_books(conn: Connection) -> None:
    events = [event for way, _ in WAYS[:6] for event in way]
    numbered = [event.__class__(**{**_fields(event), "number": str(n)}) for n, event in enumerate(events)]
    savepoint = conn.begin_nested()
    ends = []
    for size in (1, len(numbered)):
        books = Books(conn)
        books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 100}))
        books.record(receipt("R1", "S1", "PO1", {"PLATE": 100}))
        for start in range(0, len(numbered), size):
            books.record(*numbered[start : start + size])
        ends.append(standing(books))
        savepoint.rollback()
        savepoint = conn.begin_nested()

    assert ends[0] == ends[1]


def _fields(event: Event) -> dict[str, Any]:
    return {name: getattr(event, name) for name in event.__struct_fields__}


def test_the_same_event_twice_moves_once(books: Books) -> None:
    event = said(PutAwayCompleted, 60, to_location="A-01")

    assert result(books, event) + result(books, event) == ["posted", "repeated"]
    assert standing(books) == {("available", "DOCK"): 40, ("available", "A-01"): 60}


def test_an_inspection_before_its_goods_receipt_waits_for_it(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}), notice("S1", "PO1", {"PLATE": 100}))
    early = books.record(said(PutAwayCompleted, 60, to_location="A-01"))
    assert [(one.result, [type(o) for o in one.outcomes]) for one in early] == [("waiting", [Waiting])]

    answers = books.record(receipt("R1", "S1", "PO1", {"PLATE": 100}))

    assert [(one.kind, one.result) for one in answers] == [
        ("GoodsReceived", "posted"),
        ("PutAwayCompleted", "posted"),
    ]
    assert standing(books) == {("available", "DOCK"): 40, ("available", "A-01"): 60}
    assert verify(conn) == []


def test_goods_that_never_come_are_refused_when_the_wait_ends(books: Books) -> None:
    books.record(said(MaterialConsumed, 5, demand="VIN1"))

    answers = books.tick(hours=25)

    late = [one for one in answers if one.kind == "MaterialConsumed"]
    assert [one.result for one in late] == ["refused"]
    assert standing(books) == {("available", "DOCK"): 100}


def test_what_is_there_by_half_moves_not_at_all(books: Books) -> None:
    assert result(books, said(MaterialIssued, 101, to_location="L1")) == ["waiting"]
    assert standing(books) == {("available", "DOCK"): 100}


def test_goods_set_apart_are_not_taken_for_another_demand(books: Books) -> None:
    books.record(said(AllocationMade, 80, demand="D1"))

    issued = result(
        books,
        said(MaterialIssued, 30, to_location="L1"),
        said(MaterialIssued, 30, "2", to_location="L2", demand="D2"),
        said(MaterialIssued, 50, "3", to_location="L3", demand="D1"),
    )

    assert issued == ["waiting", "waiting", "posted"]
    assert standing(books) == {("available", "DOCK"): 20, ("allocated", "DOCK"): 30, ("line_side", "L3"): 50}


def test_goods_of_two_demands_stand_apart(books: Books) -> None:
    books.record(said(AllocationMade, 20, demand="D1"))
    books.record(said(AllocationMade, 30, "2", demand="D2"))

    rows = balances(books.conn, by=("state", "demand"), part="PLATE")
    assert {(row.state, row.demand): int(row.quantity) for row in rows} == {
        ("available", ""): 50, ("allocated", "D1"): 20, ("allocated", "D2"): 30,
    }  # fmt: skip


def test_a_hold_takes_goods_whoever_they_were_set_apart_for(books: Books) -> None:
    books.record(said(AllocationMade, 100, demand="D1"))

    assert result(books, said(HoldPlaced, 100, hold_reason="recall")) == ["posted"]
    assert standing(books) == {("quality_hold", "DOCK"): 100}


MISTAKES: list[tuple[Event, str]] = [
    (said(PutAwayCompleted, 1), "PutAwayCompleted needs `to_location`; send the line again with it."),
    (said(InspectionFailed, 1), "InspectionFailed needs `reason`; send the line again with it."),
    (said(HoldPlaced, 1, hold_reason="x", to_state="obsolete"),
     "HoldPlaced leads to quality_hold, quarantine, not to obsolete."),
    (said(StockObsoleted, 3, serials=("A", "B")), "2 serials are named, and a quantity of 3."),
    (said(StockObsoleted, 2, serials=("A", "A")), "A serial is named twice."),
    (said(StockObsoleted, 0), "A quantity of 0 cannot be moved."),
    (said(StockObsoleted, -1), "A quantity of -1 cannot be moved."),
    (said(StockObsoleted, 1, actor=Actor(kind="user", id="eva", roles=("receiver",))),
     "StockObsoleted of goods in available is decided by: allocator, engineer, planner."),
    (said(StockObsoleted, 1, actor=Actor(kind="user", id="eva", roles=("planner",), sites=("P2",))),
     "eva does not work for site P1."),
]  # fmt: skip


@pytest.mark.parametrize(("event", "reason"), MISTAKES, ids=[reason[:40] for _, reason in MISTAKES])
def test_a_mistake_is_refused_with_what_to_do_and_moves_nothing(books: Books, event: Event, reason: str) -> None:
    (answer,) = books.record(event)

    assert [one.reason for one in answer.outcomes if isinstance(one, Refused)] == [reason]
    assert standing(books) == {("available", "DOCK"): 100}


def test_goods_leave_quarantine_only_with_a_reason_and_by_a_quality_manager(books: Books) -> None:
    books.record(said(HoldPlaced, 10, hold_reason="x", to_state="quarantine"))
    inspector, manager = (Actor(kind="user", id="eva", roles=(role,)) for role in ("inspector", "quality_manager"))

    answers = books.record(
        said(HoldReleased, 1, "1", actor=manager),
        said(HoldReleased, 1, "2", actor=inspector, reason="use as is"),
        said(HoldReleased, 1, "3", actor=manager, reason="use as is"),
    )

    assert [one.result for one in answers] == ["refused", "refused", "posted"]


def test_goods_that_come_to_a_place_within_a_batch_join_what_stood_there(books: Books) -> None:
    books.record(said(PutAwayCompleted, 60, "1", location="DOCK", to_location="A-01"))

    # Master data in between: the place is looked up only after goods have come to it.
    answers = result(
        books,
        said(PutAwayCompleted, 10, "2", location="DOCK", to_location="A-01"),
        PartDefined(number="HINGE", base_unit="EA"),
        said(PutAwayCompleted, 70, "3", location="A-01", to_location="B-01"),
    )

    assert answers == ["posted"] * 3
    assert standing(books) == {("available", "DOCK"): 30, ("available", "B-01"): 70}


def test_rebuilding_gives_the_same_books(books: Books) -> None:
    books.record(*[event for way, _ in WAYS[:1] for event in way], said(MaterialConsumed, 5, demand="VIN1"))
    books.record(said(MaterialIssued, 30, to_location="L1"))
    before = standing(books, external=True)

    assert Ledger().record(books.conn, [], POLICY, books.now) == []
    assert verify(books.conn) == []
    assert standing(books, external=True) == before
