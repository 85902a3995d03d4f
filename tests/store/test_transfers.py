"""Transfers between two of our sites, over the real books: what travels, what is taken back, what a trace shows."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    AllocationMade,
    HoldPlaced,
    MaterialConsumed,
    MaterialIssued,
    PutAwayCompleted,
    ServiceReserved,
    StockLine,
)
from ledger.outcomes import Recorded
from ledger.queries import balances, cases, movements, trace, transfers
from tests.store.plant import Plant, moved, reasons, results
from tests.store.transferred import GONE, OTHER, SUPPLIED, at, cancelled, received, shipped, sites
from tests.store.world import NOW, notice, order, receipt, source


@pytest.fixture
def plant(conn: Connection) -> Plant:
    """A hundred plates on the dock of P1, none at P2."""
    one = Plant(conn)
    one.record(OTHER)
    return one


# --- the way there ------------------------------------------------------------------------------------------


def test_what_leaves_one_site_is_under_way_at_the_other(plant: Plant) -> None:
    answers = plant.record(shipped(40))

    assert [(one.site, one.result, one.movements) for one in answers] == [("P1", "posted", 1), ("P2", "posted", 1)]
    assert sites(plant) == dict([SUPPLIED]) | GONE | {("P2", "in_transit"): 40}
    assert at(plant, "P2", "asn_line") == {("transfer/P1/T1/1",): 40}
    assert verify(plant.conn) == []


def test_what_comes_stands_at_the_other_site_and_nothing_is_left_between(plant: Plant) -> None:
    plant.record(shipped(40))

    answers = plant.record(received(40))

    assert results(answers) == [("TransferReceived", "posted")]
    assert sites(plant) == dict([SUPPLIED]) | GONE | {("P2", "available"): 40}
    assert at(plant, "P2", "location") == {("IN",): 40}
    assert verify(plant.conn) == []
    assert list(cases(plant.conn)) == []


def test_a_transfer_is_one_event_per_site_and_comes_twice_only_once(plant: Plant) -> None:
    first, again = plant.record(shipped(40)), plant.record(shipped(40))

    assert [one.result for one in first + again] == ["posted", "posted", "repeated", "repeated"]
    assert sites(plant)["P2", "in_transit"] == 40


def test_goods_take_along_all_that_is_known_of_them(plant: Plant) -> None:
    said = receipt("R2", "S2", "PO2", {"PLATE": 2})
    line = msgspec.structs.replace(said.lines[0], lot="L7", part_revision="B", handling_unit="H1")
    plant.record(
        order("PO2", {"PLATE": 2}), notice("S2", "PO2", {"PLATE": 2}), msgspec.structs.replace(said, lines=(line,))
    )
    plant.record(moved(PutAwayCompleted, 2, lot="L7", to_location="A", serials=("S1", "S2")))

    plant.record(shipped(2, lot="L7"))
    names = ("revision", "lot", "serial", "handling_unit")
    under_way = at(plant, "P2", *names)
    plant.record(received(2))

    assert under_way == {("B", "L7", "S1", "H1"): 1, ("B", "L7", "S2", "H1"): 1}
    assert at(plant, "P2", *names) == under_way
    assert verify(plant.conn) == []


def test_goods_change_hands_on_the_way_where_the_transfer_says_so(plant: Plant) -> None:
    plant.record(shipped(40, to_owner="daughter"))
    under_way = at(plant, "P2", "state", "owner")
    plant.record(received(40))

    assert under_way == {("in_transit", "daughter"): 40}
    assert at(plant, "P2", "state", "owner") == {("consigned", "daughter"): 40}
    assert verify(plant.conn) == []


def test_goods_allocated_to_the_transfer_leave_first_and_those_of_others_never(plant: Plant) -> None:
    plant.record(moved(AllocationMade, 30, "1", demand="T1"), moved(AllocationMade, 60, "2", demand="WO"))

    early = plant.record(shipped(41))
    posted = plant.record(shipped(40, "T2", demand="T1"))

    assert {one.result for one in early} == {"waiting"}
    assert {one.result for one in posted} == {"posted"}
    assert sites(plant, external=False) == {("P1", "allocated"): 60, ("P2", "in_transit"): 40}


def test_goods_in_other_states_leave_only_where_the_line_says_so(plant: Plant) -> None:
    plant.record(moved(HoldPlaced, 50, "1", hold_reason="crack"), moved(ServiceReserved, 30, "2"))
    plant.record(shipped(50, "T1", state="quality_hold"), shipped(30, "T2", state="service_reserved"))
    lined = plant.record(shipped(1, "T3", state="line_side"))

    plant.record(received(50, "R8", "T1"), received(30, "R9", "T2"))

    assert at(plant, "P2", "state", "hold_reason") == {("quality_hold", "crack"): 50, ("available", ""): 30}
    assert reasons(lined)[0].startswith("Goods in line_side are not shipped to another site: ")
    assert verify(plant.conn) == []


def test_goods_stay_where_both_ends_are_one_site(plant: Plant) -> None:
    before = sites(plant)

    answers = plant.record(shipped(40, to_place="P1"))

    assert reasons(answers)[0] == "Goods stay at P1: a move within a site is PutAwayCompleted."
    assert sites(plant) == before
    assert verify(plant.conn) == []


def test_an_unknown_site_is_waited_for_by_both_halves(conn: Connection) -> None:
    plant = Plant(conn)

    early = plant.record(shipped(40))
    before = sites(plant)
    late = plant.record(OTHER)

    assert [one.result for one in early] == ["waiting", "waiting"]
    assert before == {("P1", "available"): 100, ("P1", "supplier"): -100}
    assert [(one.site, one.result) for one in late[1:]] == [("P1", "posted"), ("P2", "posted")]
    assert verify(conn) == []


def test_a_transfer_of_goods_that_are_not_there_yet_is_under_way_when_they_are(plant: Plant) -> None:
    early = plant.record(shipped(120))
    before = sites(plant)
    plant.record(order("PO2", {"PLATE": 50}), notice("S2", "PO2", {"PLATE": 50}))
    late = plant.record(receipt("R2", "S2", "PO2", {"PLATE": 50}))

    assert [one.result for one in early] == ["waiting", "waiting"]
    assert before == {("P1", "available"): 100, ("P1", "supplier"): -100}
    assert [(one.kind, one.site, one.result) for one in late[1:]] == [
        ("TransferShipped", "P1", "posted"), ("TransferShipped", "P2", "posted"),
    ]  # fmt: skip
    assert (sites(plant)["P1", "available"], sites(plant)["P2", "in_transit"]) == (30, 120)
    assert verify(plant.conn) == []


def test_goods_that_never_come_leave_no_transfer_behind(plant: Plant) -> None:
    plant.record(shipped(120))

    answers = plant.tick(hours=25)

    refused = [one.site for one in answers if one.kind == "TransferShipped" and one.result == "refused"]
    assert sorted(refused) == ["P1", "P2"]
    assert sites(plant) == {("P1", "available"): 100, ("P1", "supplier"): -100}
    assert verify(plant.conn) == []


def test_a_transfer_is_asked_for_with_what_is_under_way_and_when_it_should_arrive(plant: Plant) -> None:
    due = NOW + timedelta(days=2)
    plant.record(
        shipped(40, expected_at=due), shipped(20, "T2"), shipped(500, "T3"), shipped(1, "T4"), cancelled("T4")
    )
    plant.record(received(30), received(20, "R8", "T2"))

    found = transfers(plant.conn)

    assert [(one.number, one.status, one.expected_at) for one in found] == [
        ("T1", "in_transit", due), ("T2", "received", None), ("T3", "waiting", None), ("T4", "cancelled", None),
    ]  # fmt: skip
    (line,) = found[0].lines
    assert [int(one) for one in (line.shipped, line.received, line.in_transit)] == [40, 30, 10]
    assert [one.number for one in transfers(plant.conn, site="P2", status="received")] == ["T2"]
    assert [one.number for one in transfers(plant.conn, after=found[0].seq, limit=2)] == ["T2", "T3"]
    assert transfers(plant.conn, site="P3") == []


# --- cancelled ----------------------------------------------------------------------------------------------


def test_a_cancelled_transfer_stands_where_it_stood(plant: Plant) -> None:
    plant.record(moved(AllocationMade, 10, demand="T1"), moved(PutAwayCompleted, 30, to_location="A", lot=""))
    before = balances(plant.conn, part="PLATE")
    plant.record(shipped(40))

    answers = plant.record(cancelled())

    assert [(one.site, one.result) for one in answers] == [("P1", "posted"), ("P2", "posted")]
    assert balances(plant.conn, part="PLATE") == before
    assert verify(plant.conn) == []


def test_a_transfer_is_not_cancelled_once_it_was_received(plant: Plant) -> None:
    plant.record(shipped(40), received(30))
    before = sites(plant)

    answers = plant.record(cancelled())

    assert [(one.site, one.result) for one in answers] == [("P1", "refused"), ("P2", "refused")]
    assert reasons(answers)[0].startswith("Transfer T1 cannot be cancelled: P2 received goods of it.")
    assert [(one.code, one.site) for one in cases(plant.conn)] == [("D42", "P1")]
    assert sites(plant) == before
    assert verify(plant.conn) == []


def test_nothing_leaves_by_a_transfer_that_was_cancelled_while_it_waited(plant: Plant) -> None:
    plant.record(shipped(120))
    plant.record(cancelled())
    plant.record(order("PO2", {"PLATE": 50}), notice("S2", "PO2", {"PLATE": 50}))
    plant.record(receipt("R2", "S2", "PO2", {"PLATE": 50}))

    assert sites(plant, external=False) == {("P1", "available"): 150}
    assert verify(plant.conn) == []


# --- trace --------------------------------------------------------------------------------------------------


def test_a_trace_passes_through_a_transfer_both_ways(plant: Plant) -> None:
    sent = notice("S2", "PO2", {"PLATE": 10})
    line = msgspec.structs.replace(sent.lines[0], lot="L7")
    plant.record(order("PO2", {"PLATE": 10}), msgspec.structs.replace(sent, lines=(line,)))
    plant.record(receipt("R2", "S2", "PO2", {"PLATE": 10}))
    plant.record(shipped(10, lot="L7"), received(10))
    use: dict[str, Any] = {"place": "P2", "partner": "mes", "number": "1"}
    plate = StockLine(part_number="PLATE", quantity=Decimal(1), unit="EA", to_location="L1")
    plant.record(MaterialIssued(**use, lines=(plate,)))
    plant.record(MaterialConsumed(**use, lines=(msgspec.structs.replace(plate, to_location="", demand="VIN1"),)))

    back, forward = trace(plant.conn, "vin", "VIN1"), trace(plant.conn, "lot", "L7")

    kinds = [
        "ShipmentNotified", "GoodsReceived", "TransferShipped", "TransferShipped", "TransferReceived",
        "MaterialIssued", "MaterialConsumed",
    ]  # fmt: skip
    assert [step.kind for step in back.steps] == kinds
    assert [step.kind for step in forward.steps] == kinds
    assert (back.shipments, forward.vins, back.transfers) == (("S2",), ("VIN1",), ("T1",))


def test_the_halves_name_their_document_and_its_segment(plant: Plant) -> None:
    event = msgspec.structs.replace(
        shipped(40, segment=7), source=source("T1"), expected_at=datetime.max.replace(tzinfo=NOW.tzinfo)
    )
    recorded: list[Recorded] = plant.record(event)

    made = [one for one in movements(plant.conn) if one.kind == "TransferShipped"]
    assert [(one.site, one.line, one.document, one.segment) for one in made] == [
        ("P1", "1", "m_T1.1", 7), ("P2", "1", "m_T1.1", 7),
    ]  # fmt: skip
    assert len(recorded) == 2
