"""Counts over the real books: what is put right at once, what is found, and what is refused."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import Ledger, rebuild, verify
from ledger.events import (
    AllocationMade,
    Event,
    HoldPlaced,
    MaterialConsumed,
    MaterialIssued,
    PutAwayCompleted,
    ServiceReserved,
    StockCounted,
    StockObsoleted,
)
from ledger.handling.places import ON_HAND, TAKEN, Place, found_at
from ledger.matching.resolved import ResolvedEvent
from ledger.outcomes import CaseOpened, Compared, Waiting
from ledger.queries import balances, cases
from ledger.stock.bucket import MILLION, Bucket
from ledger.stock.transitions import LEGAL
from tests.store.plant import (
    EVA,
    MAX,
    Plant,
    Standing,
    adjusted,
    counted,
    decided,
    moved,
    open_cases,
    reasons,
    results,
)
from tests.store.world import NOW


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return Plant(conn)


# --- counts ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("quantity", "account"), [(99, 1), (100, 0), (101, -1)])
def test_a_count_within_tolerance_puts_the_books_right_at_once(plant: Plant, quantity: int, account: int) -> None:
    (answer,) = plant.record(counted(quantity))

    assert (answer.result, answer.movements, open_cases(plant.conn)) == ("posted", abs(account), [])
    expected = {("available", "DOCK"): quantity, ("supplier", ""): -100, ("adjustment", ""): account}
    assert plant.standing(external=True) == {key: value for key, value in expected.items() if value}
    assert verify(plant.conn) == []


@pytest.mark.parametrize("quantity", [98, 102, 0])
def test_a_count_beyond_tolerance_opens_a_case_and_moves_nothing(plant: Plant, quantity: int) -> None:
    (answer,) = plant.record(counted(quantity))

    opened = [one for one in answer.outcomes if isinstance(one, CaseOpened)]
    waiting = [one.needs for one in answer.outcomes if isinstance(one, Waiting)]
    assert (answer.result, answer.movements, waiting) == ("waiting", 0, [f"case:{opened[0].case}"])
    assert open_cases(plant.conn) == [("C1", "D43", "open", abs(quantity - 100), 100, quantity)]
    assert plant.standing() == {("available", "DOCK"): 100}
    assert verify(plant.conn) == []


def test_the_same_count_again_moves_nothing(plant: Plant) -> None:
    at = plant.now - timedelta(seconds=30)
    first, again = counted(101, at=at), counted(101, at=at)
    other = counted(101, "2", at=at)

    answers = [plant.record(event)[0].result for event in (first, again, other)]

    assert answers == ["posted", "repeated", "posted"]
    assert plant.standing() == {("available", "DOCK"): 101}


def test_a_count_is_held_against_the_books_as_of_its_time(plant: Plant) -> None:
    at = plant.now - timedelta(seconds=30)
    plant.record(moved(MaterialIssued, 30, "m1", to_location="L1", at=at + timedelta(minutes=5)))
    # Recorded since, but before the count by what its sender says: the counter did not see these any more.
    plant.record(moved(MaterialIssued, 7, "m2", to_location="L1", at=at - timedelta(minutes=5)))

    (answer,) = plant.record(counted(93, at=at))

    assert [(int(one.said), str(one.verdict)) for one in answer.outcomes if isinstance(one, Compared)] == [
        (93, "agrees")
    ]
    assert plant.standing() == {("available", "DOCK"): 63, ("line_side", "L1"): 37}


def test_a_count_that_comes_after_a_later_one_says_nothing(plant: Plant) -> None:
    at = plant.now
    plant.record(counted(99, at=at))

    answers = plant.record(counted(99, "2", at=at - timedelta(hours=1)))

    assert reasons(answers) == ["The books were put right by a later count of the place already."]
    assert plant.standing() == {("available", "DOCK"): 99}


def test_a_loss_takes_what_is_set_apart_for_somebody_last(plant: Plant) -> None:
    plant.record(
        moved(AllocationMade, 60, "1", demand="D1"),
        moved(ServiceReserved, 20, "2"),
        moved(HoldPlaced, 10, "3", hold_reason="crack", state="available"),
    )
    plant.record(counted(75))

    plant.record(decided("C1", "accept"))

    assert plant.standing() == {("allocated", "DOCK"): 60, ("service_reserved", "DOCK"): 15}


def test_a_count_of_one_state_leaves_the_others(plant: Plant) -> None:
    plant.record(moved(HoldPlaced, 10, hold_reason="crack"))

    (answer,) = plant.record(counted(9, state="quality_hold"))

    assert answer.result == "posted"
    assert plant.standing() == {("available", "DOCK"): 90, ("quality_hold", "DOCK"): 9}


FOUND: list[tuple[list[Event], int, Standing]] = [
    ([moved(PutAwayCompleted, 100, to_location="A-01")], 1, {("available", "A-01"): 100, ("available", "DOCK"): 1}),
    ([moved(MaterialIssued, 100, to_location="DOCK")], 101, {("line_side", "DOCK"): 101}),
    ([moved(HoldPlaced, 100, hold_reason="x")], 101, {("quality_hold", "DOCK"): 101}),
    ([moved(HoldPlaced, 100, hold_reason="x", to_state="quarantine")], 101, {("quarantine", "DOCK"): 101}),
    ([moved(AllocationMade, 100, demand="D1")], 101, {("allocated", "DOCK"): 100, ("available", "DOCK"): 1}),
    ([moved(ServiceReserved, 100)], 101, {("service_reserved", "DOCK"): 100, ("available", "DOCK"): 1}),
    ([moved(StockObsoleted, 100)], 101, {("obsolete", "DOCK"): 101}),
    ([moved(HoldPlaced, 50, hold_reason="x", to_state="quarantine")], 101,
     {("available", "DOCK"): 50, ("quarantine", "DOCK"): 50, ("quality_hold", "DOCK"): 1}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "quantity", "expected"), FOUND)
def test_what_is_found_stands_as_its_like_and_is_held_where_that_is_unclear(
    plant: Plant, before: list[Event], quantity: int, expected: Standing
) -> None:
    plant.record(*before)

    assert [one.result for one in plant.record(counted(quantity))] == ["posted"]
    assert plant.standing() == expected
    assert verify(plant.conn) == []


def test_every_way_of_a_count_is_legal() -> None:
    event = ResolvedEvent(event=counted(1), book="live", seq=1, site="P1")
    goods = [Bucket("live", "P1", "PLATE", state=state) for state in ON_HAND]
    targets = {
        found_at(event, Place("PLATE", state=named), dict.fromkeys(there, MILLION)).state
        for named in ("", *ON_HAND)
        for there in ([], *([one] for one in goods), goods)
    }

    assert [state for state in ON_HAND if "adjustment" not in LEGAL[state]] == []
    # What a transfer lost or brought too much is found or lost there, and by no count.
    assert targets == LEGAL["adjustment"] - {"clearing", "in_transit"}
    assert sorted(TAKEN) == sorted(ON_HAND)


def test_serials_are_counted_one_by_one_and_a_mislaid_one_is_moved(plant: Plant) -> None:
    plant.record(adjusted(2, "AB", "a", serials=("A", "B"), location="X-1"))
    plant.record(adjusted(1, "AB", "b", serials=("C",), location="X-2"))
    answers = plant.record(counted(0, serials=("A", "C"), location="X-1"))
    assert open_cases(plant.conn) == [("C1", "D43", "open", 2, 2, 2)]
    assert [one.result for one in answers] == ["waiting"]

    plant.record(decided("C1", "accept"))

    rows = balances(plant.conn, by=("serial", "location"), part="PLATE")
    assert {(row.serial, row.location): int(row.quantity) for row in rows} == {
        ("", "DOCK"): 100, ("A", "X-1"): 1, ("C", "X-1"): 1
    }  # fmt: skip
    assert verify(plant.conn) == []


def test_goods_kept_by_serial_are_not_adjusted_by_a_number(plant: Plant) -> None:
    plant.record(adjusted(2, "AB", serials=("A", "B"), location="X-1"))

    assert reasons(plant.record(counted(1, location="X-1"))) == [
        "PLATE stands there by serial: count again and name each of them."
    ]
    assert [one.result for one in plant.record(counted(2, "2", location="X-1"))] == ["posted"]


MISTAKES: list[tuple[StockCounted, str]] = [
    (counted(1, location=""), "A count needs `location`; send the line again with it."),
    (counted(-1), "A quantity of -1 cannot be counted."),
    (counted(3, serials=("A", "B")), "2 serials are named, and a quantity of 3."),
    (counted(2, serials=("A", "A")), "A serial is named twice."),
    (counted(1, actor=msgspec.structs.replace(EVA, sites=("P2",))), "eva does not work for site P1."),
]


@pytest.mark.parametrize(("event", "reason"), MISTAKES, ids=[reason[:40] for _, reason in MISTAKES])
def test_a_mistaken_count_is_refused_with_what_to_do(plant: Plant, event: StockCounted, reason: str) -> None:
    assert reasons(plant.record(event)) == [reason]
    assert plant.standing() == {("available", "DOCK"): 100}


def test_a_place_that_is_counted_twice_in_one_document_is_refused(plant: Plant) -> None:
    (line,) = counted(50).lines
    twice = "A place is counted twice; add the counts up, or name what tells them apart."

    assert reasons(plant.record(msgspec.structs.replace(counted(1), lines=(line, line)))) == [twice, twice]
    assert plant.standing() == {("available", "DOCK"): 100}


def test_an_unknown_part_is_counted_when_it_becomes_known(plant: Plant) -> None:
    from ledger.events import PartDefined

    (early,) = plant.record(counted(5, part_number="HINGE"))
    answers = plant.record(PartDefined(number="HINGE", base_unit="EA"))

    assert early.result == "waiting"
    assert results(answers)[1:] == [("StockCounted", "waiting")]
    assert open_cases(plant.conn)[-1][1:] == ("D43", "open", 5, 0, 5)


# --- the whole ------------------------------------------------------------------------------------------------


HISTORY: tuple[Event, ...] = (
    counted(60, "1", actor=MAX),
    moved(MaterialIssued, 10, "i", to_location="L1"),
    counted(72, "2", actor=MAX),
    adjusted(-20, "06", "1"),
    decided("C1", "accept"),
    decided("C2", "accept"),
    decided("C3", "recount"),
    counted(8, "3", location="L1", at=NOW + timedelta(minutes=1)),
    moved(MaterialConsumed, 5, "c", demand="VIN1"),
    counted(3, "4", location="L1"),
    decided("C3", "accept"),
)


def test_any_splitting_into_batches_ends_in_the_same_books(conn: Connection) -> None:
    savepoint = conn.begin_nested()
    ends = []
    for size in (1, 3, len(HISTORY)):
        plant = Plant(conn)
        start = plant.now
        for first in range(0, len(HISTORY), size):
            # All at one time: only the cut differs.
            plant.now = start
            plant.record(*HISTORY[first : first + size])
        ends.append((plant.standing(external=True), open_cases(conn), [one.text for one in cases(conn)]))
        assert verify(conn) == []
        savepoint.rollback()
        savepoint = conn.begin_nested()

    assert ends[0] == ends[1] == ends[2]
    assert ends[0][0][("available", "DOCK")] != 100


def test_rebuilding_gives_the_same_counts(plant: Plant) -> None:
    for event in HISTORY:
        plant.record(event)

    assert rebuild(plant.conn).differences == ()
    assert Ledger().record(plant.conn, [], plant.policy, plant.now) == []
