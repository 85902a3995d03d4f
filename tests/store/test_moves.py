"""Goods that leave for customers, come back from them, and go back to their suppliers; goods received at the line."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection, select

from ledger.book import verify
from ledger.book.storage import tables
from ledger.events import (
    Actor,
    AllocationMade,
    ContainmentClosed,
    ContainmentOpened,
    CustomerReturnReceived,
    DispositionLine,
    Event,
    GoodsReturned,
    GoodsShipped,
    HoldPlaced,
    HoldReleased,
    InspectionFailed,
    LocationDefined,
    MaterialConsumed,
    ReturnDisposed,
    ServiceReserved,
    StockLine,
)
from ledger.queries import balances, trace
from tests.store.plant import Plant, reasons, results
from tests.store.world import notice, order, receipt

QUALITY = Actor(kind="user", id="ida", roles=("quality_manager",))

Segments = dict[tuple[str, str], int]
"""(state, segment) -> plates."""


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return Plant(conn)


def said(kind: type[Event], quantity: int, number: str = "1", **named: Any) -> Event:
    """One line of plates at P1; fields of the event and of the line by their names."""
    about = {name: named.pop(name) for name in ("actor", "supplier", "customer") if name in named}
    shape = DispositionLine if kind is ReturnDisposed else StockLine
    fields: dict[str, Any] = {"part_number": "PLATE", "quantity": Decimal(quantity), "unit": "EA"} | named
    line = shape(**fields)
    return kind(**({"number": number, "partner": "wms", "place": "92:PLT07", "lines": (line,)} | about))  # type: ignore[arg-type]


def segments(plant: Plant, *, external: bool = False) -> Segments:
    rows = balances(plant.conn, by=("state", "segment"), part="PLATE", external=external)
    return {(row.state, row.segment): int(row.quantity) for row in rows}


def received_in_all(plant: Plant) -> dict[str, tuple[int, int]]:
    """Supplier -> (received, returned) of plates."""
    table = tables.metadata.tables["cumulative"].c
    rows = plant.conn.execute(select(table.supplier, table.received, table.returned).where(table.part == "PLATE"))
    return {supplier: (received // 1_000_000, returned // 1_000_000) for supplier, received, returned in rows}


# --- to customers -------------------------------------------------------------------------------------------


def test_goods_leave_for_a_customer_first_those_that_were_set_apart_for_it(plant: Plant) -> None:
    plant.record(said(AllocationMade, 10, demand="D1"), said(ServiceReserved, 20))

    assert results(plant.record(said(GoodsShipped, 45, demand="D1", customer="92:D0417"))) == [
        ("GoodsShipped", "posted")
    ]
    assert plant.standing(external=True) == {
        ("available", "DOCK"): 55, ("supplier", ""): -100, ("customer", ""): 45
    }  # fmt: skip
    assert verify(plant.conn) == []


def test_what_is_set_apart_for_another_or_held_never_leaves(plant: Plant) -> None:
    plant.record(said(AllocationMade, 60, demand="D1"), said(HoldPlaced, 30, hold_reason="crack"))

    assert results(plant.record(said(GoodsShipped, 11, demand="D2"))) == [("GoodsShipped", "waiting")]
    assert results(plant.record(said(GoodsShipped, 10, "2", demand="D2"))) == [("GoodsShipped", "posted")]
    assert plant.standing() == {("allocated", "DOCK"): 60, ("quality_hold", "DOCK"): 30}


# --- returns of customers -----------------------------------------------------------------------------------


DISPOSITIONS: list[tuple[dict[str, Any], Segments]] = [
    ({"disposition": "restock"}, {("available", "service"): 3}),
    ({"disposition": "restock", "to_segment": "raw"}, {("available", "raw"): 3}),
    ({"disposition": "reman"}, {("quality_hold", "reman"): 3}),
    ({"disposition": "scrap", "reason": "cracked"}, {("scrap", ""): 3}),
    ({"disposition": "return_to_supplier", "reason": "warranty", "reference": "RMA-9"}, {("supplier", ""): -97}),
]


@pytest.mark.parametrize(("how", "expected"), DISPOSITIONS, ids=lambda one: str(one.get("disposition", "")))
def test_a_disposition_takes_returned_goods_its_way(plant: Plant, how: dict[str, Any], expected: Segments) -> None:
    plant.record(said(GoodsShipped, 5), said(CustomerReturnReceived, 3, stock_segment="warranty", location="RET"))

    answer = plant.record(said(ReturnDisposed, 3, stock_segment="warranty", **how))

    assert results(answer) == [("ReturnDisposed", "posted")]
    others = {("available", ""): 95, ("supplier", ""): -100, ("customer", ""): 2}
    assert segments(plant, external=True) == others | expected
    assert verify(plant.conn) == []


def test_goods_that_only_pass_a_state_wake_nobody_who_waits_for_goods(plant: Plant) -> None:
    plant.record(said(GoodsShipped, 5), said(CustomerReturnReceived, 3, stock_segment="warranty", location="RET"))
    plant.record(ContainmentOpened(number="Q1", partner="desk", lots=("L9",), actor=QUALITY))
    waiting = plant.record(said(HoldReleased, 1, "w", lot="L9", hold_reason="containment:Q1"))
    plant.record(ContainmentClosed(number="Q1", partner="desk", actor=QUALITY))

    # Through quarantine to scrap: nothing stands anywhere that did not stand there before.
    scrapped = plant.record(
        said(ReturnDisposed, 3, stock_segment="warranty", disposition="scrap", reason="cracked")
    )  # fmt: skip
    received = plant.record(receipt("R2", "S2", "PO1", {"PLATE": 1}))

    assert results(waiting) == [("HoldReleased", "waiting")]
    assert results(scrapped) == [("ReturnDisposed", "posted")]
    assert ("HoldReleased", "refused") in results(received)


def test_a_core_is_promised_to_nobody_until_it_is_remanufactured(plant: Plant) -> None:
    plant.record(said(GoodsShipped, 5), said(CustomerReturnReceived, 3, stock_segment="warranty", location="RET"))
    plant.record(said(ReturnDisposed, 3, stock_segment="warranty", disposition="reman"))
    assert segments(plant) == {("available", ""): 95, ("quality_hold", "reman"): 3}

    done = plant.record(said(ReturnDisposed, 2, "2", stock_segment="reman", disposition="restock"))

    assert results(done) == [("ReturnDisposed", "posted")]
    assert segments(plant) == {("available", ""): 95, ("quality_hold", "reman"): 1, ("available", "reman"): 2}


def test_a_disposition_touches_only_goods_of_its_segment_and_says_what_it_lacks(plant: Plant) -> None:
    plant.record(said(HoldPlaced, 10, hold_reason="crack"))
    before = segments(plant)

    without = plant.record(said(ReturnDisposed, 3, "1", disposition="restock"))
    unexplained = plant.record(said(ReturnDisposed, 3, "2", disposition="scrap", stock_segment="warranty"))
    elsewhere = plant.record(said(ReturnDisposed, 3, "3", disposition="restock", stock_segment="warranty"))

    assert reasons(without) == ["ReturnDisposed needs `stock_segment`; send the line again with it."]
    assert reasons(unexplained) == ["ReturnDisposed needs `reason`; send the line again with it."]
    assert results(elsewhere) == [("ReturnDisposed", "waiting")]
    assert segments(plant) == before


def test_what_failed_its_inspection_is_restocked_by_a_quality_manager_only(plant: Plant) -> None:
    inspector, manager = (Actor(kind="user", id=role, roles=(role,)) for role in ("inspector", "quality_manager"))
    plant.record(said(CustomerReturnReceived, 3, stock_segment="warranty", location="RET"))
    plant.record(said(InspectionFailed, 3, stock_segment="warranty", reason="AQL"))
    restock: dict[str, Any] = {"stock_segment": "warranty", "disposition": "restock", "reason": "reworked"}

    refused = plant.record(said(ReturnDisposed, 3, "1", actor=inspector, **restock))
    posted = plant.record(said(ReturnDisposed, 3, "2", actor=manager, **restock))

    assert results(refused + posted) == [("ReturnDisposed", "refused"), ("ReturnDisposed", "posted")]
    assert segments(plant)["available", "service"] == 3


def test_a_return_is_found_by_the_car_that_it_was_taken_out_of(plant: Plant) -> None:
    back = said(CustomerReturnReceived, 1, serials=("SN1",), stock_segment="warranty", location="RET", demand="VIN9")
    plant.record(said(GoodsShipped, 5), back)

    chain = trace(plant.conn, "vin", "VIN9")

    assert [(step.kind, step.vin) for step in chain.steps] == [("CustomerReturnReceived", "VIN9")]
    assert (chain.serials, chain.vins) == (("SN1",), ("VIN9",))


# --- returns to suppliers -----------------------------------------------------------------------------------


def test_goods_that_go_back_are_no_longer_counted_as_received(plant: Plant) -> None:
    assert received_in_all(plant) == {"acme": (100, 0)}

    plant.record(said(GoodsReturned, 5, reason="defect"))

    assert received_in_all(plant) == {"acme": (95, 5)}
    assert verify(plant.conn) == []


def test_a_return_names_its_supplier_where_several_delivered_the_part(plant: Plant) -> None:
    bravo = {"supplier": "92:B456", "partner": "bravo"}
    plant.record(order("PO2", {"PLATE": 50}, supplier="92:B456"), notice("S2", "PO2", {"PLATE": 50}, **bravo))
    plant.record(receipt("R2", "S2", "PO2", {"PLATE": 50}))

    refused = plant.record(said(GoodsReturned, 5, "1", reason="defect"))
    posted = plant.record(said(GoodsReturned, 5, "2", reason="defect", supplier="92:B456"))
    unknown = plant.record(said(GoodsReturned, 5, "3", reason="defect", supplier="92:X"))

    assert reasons(refused) == ["PLATE came from acme, bravo: name the `supplier` that it goes back to."]
    assert results(posted + unknown) == [("GoodsReturned", "posted"), ("GoodsReturned", "waiting")]
    assert received_in_all(plant) == {"acme": (100, 0), "bravo": (45, 5)}
    assert verify(plant.conn) == []


# --- at the line --------------------------------------------------------------------------------------------


def line_side(name: str) -> LocationDefined:
    return LocationDefined(number=f"P1/{name}", location=name, location_kind="line_side")


def received_at(name: str, quantity: int, number: str = "R2") -> Event:
    event = receipt(number, "S2", "PO2", {"PLATE": quantity})
    lines = tuple(line.__class__(**{**_fields(line), "location": name}) for line in event.lines)
    return event.__class__(**{**_fields(event), "lines": lines})


def _fields(struct: Any) -> dict[str, Any]:
    return {name: getattr(struct, name) for name in struct.__struct_fields__}


def test_goods_received_at_a_line_stand_there_and_are_built_in(plant: Plant) -> None:
    plant.record(line_side("L1"))
    plant.record(order("PO2", {"PLATE": 50}), notice("S2", "PO2", {"PLATE": 50}))

    answers = plant.record(received_at("L1", 30)) + plant.record(said(MaterialConsumed, 12, demand="VIN1"))

    assert results(answers) == [("GoodsReceived", "posted"), ("MaterialConsumed", "posted")]
    assert plant.standing() == {("available", "DOCK"): 100, ("line_side", "L1"): 18, ("in_transit", ""): 20}
    assert verify(plant.conn) == []


def test_goods_at_a_line_end_there_whichever_came_first(plant: Plant) -> None:
    plant.record(line_side("L1"))
    documents: list[Event] = [order("PO2", {"PLATE": 50}), notice("S2", "PO2", {"PLATE": 50}), received_at("L1", 50)]
    ends = []
    for turn in ((0, 1, 2), (0, 2, 1), (2, 0, 1), (1, 0, 2), (1, 2, 0), (2, 1, 0)):
        savepoint = plant.conn.begin_nested()
        before = plant.now
        other = Plant.__new__(Plant)
        other.__dict__.update(plant.__dict__)
        other.ledger = plant.ledger.__class__()
        for n in turn:
            other.record(documents[n])
        ends.append(other.standing())
        assert verify(plant.conn) == []
        plant.now = before
        savepoint.rollback()

    assert ends == [{("available", "DOCK"): 100, ("line_side", "L1"): 50}] * 6
