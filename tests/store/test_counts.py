"""Counts over the real books: what is put right at once, what waits for approval, and by whom."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import Ledger, rebuild, verify
from ledger.events import (
    Actor,
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
from ledger.events.decisions import DiscrepancyResolved
from ledger.handling.places import ON_HAND, TAKEN, Place, found_at
from ledger.matching.resolved import ResolvedEvent
from ledger.outcomes import CaseChanged, CaseOpened, Compared, Waiting
from ledger.queries import Variance, balances, case, cases, movements, variances
from ledger.stock.bucket import MILLION, Bucket
from ledger.stock.transitions import LEGAL
from tests.store.plant import (
    EVA,
    MAX,
    TOM,
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


@pytest.mark.parametrize("quantity", [60, 140, 0])
def test_an_accepted_count_is_posted_by_its_own_line(plant: Plant, quantity: int) -> None:
    (count,) = plant.record(counted(quantity))

    answers = plant.record(decided("C1", "accept"))

    assert results(answers) == [("DiscrepancyResolved", "posted"), ("StockCounted", "posted")]
    assert plant.standing() == ({("available", "DOCK"): quantity} if quantity else {})
    (made,) = movements(plant.conn, event=count.seq)
    assert (made.seq, int(made.quantity)) == (answers[0].seq, abs(quantity - 100))
    assert open_cases(plant.conn) == []
    assert verify(plant.conn) == []


def test_what_was_accepted_is_the_difference_and_not_the_quantity(plant: Plant) -> None:
    plant.record(counted(60))
    plant.record(moved(MaterialIssued, 10, to_location="L1"))

    plant.record(decided("C1", "accept"))

    assert plant.standing() == {("available", "DOCK"): 50, ("line_side", "L1"): 10}
    assert verify(plant.conn) == []


def test_a_waived_count_leaves_the_books(plant: Plant) -> None:
    plant.record(counted(60))

    answers = plant.record(decided("C1", "waive"))

    assert results(answers) == [("DiscrepancyResolved", "posted"), ("StockCounted", "refused")]
    assert reasons(answers) == ["Case C1: waive."]
    assert (plant.standing(), open_cases(plant.conn)) == ({("available", "DOCK"): 100}, [])


def test_a_recount_keeps_the_case_until_the_place_is_counted_again(plant: Plant) -> None:
    plant.record(counted(60))
    assert results(plant.record(decided("C1", "recount"))) == [("DiscrepancyResolved", "posted")]
    assert open_cases(plant.conn) == [("C1", "D43", "waiting", 40, 100, 60)]

    answers = plant.record(counted(99, "2"))

    assert results(answers) == [("StockCounted", "posted"), ("StockCounted", "refused")]
    assert reasons(answers) == ["It was counted again, at DOCK."]
    closed = case(plant.conn, "C1")
    assert closed is not None
    assert (closed.status, closed.resolution) == ("closed", "recount")
    assert (plant.standing(), open_cases(plant.conn)) == ({("available", "DOCK"): 99}, [])
    assert verify(plant.conn) == []


def test_a_later_count_replaces_the_open_case_and_only_its_difference_is_posted(plant: Plant) -> None:
    plant.record(counted(60))

    answers = plant.record(counted(70, "2"))

    changed = [one for answer in answers for one in answer.outcomes if isinstance(one, CaseChanged | CaseOpened)]
    assert [(type(one).__name__, one.case) for one in changed] == [("CaseChanged", "C1"), ("CaseOpened", "C2")]
    assert open_cases(plant.conn) == [("C2", "D43", "open", 30, 100, 70)]
    assert reasons(plant.record(decided("C1", "accept"))) == ["Case C1 is closed already (recount)."]
    plant.record(decided("C2", "accept"))
    assert plant.standing() == {("available", "DOCK"): 70}
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


def test_an_accepted_loss_that_moved_on_is_asked_about_again(plant: Plant) -> None:
    plant.record(counted(10))
    plant.record(moved(MaterialIssued, 50, to_location="L1"))

    plant.record(decided("C1", "accept"))

    assert [one[:3] for one in open_cases(plant.conn)] == [("C2", "D43", "open")]
    assert plant.standing() == {("available", "DOCK"): 50, ("line_side", "L1"): 50}
    assert verify(plant.conn) == []


# --- who decides ----------------------------------------------------------------------------------------------

REFUSALS: list[tuple[DiscrepancyResolved, str]] = [
    (decided("C1", "accept", EVA), "Case C1 is decided by: inventory_manager."),
    (decided("C1", "accept", None), "Case C1 is decided by: inventory_manager."),
    (decided("C1", "accept", Actor(kind="system", id="erp", roles=("inventory_manager",))),
     "Case C1 is decided by: inventory_manager."),
    (decided("C1", "waive", EVA), "Case C1 is decided by: inventory_manager."),
    (decided("C1", "accept", MAX), "max asked for it: case C1 is decided by somebody else."),
    (decided("C1", "accept", msgspec.structs.replace(TOM, sites=("P2",))), "tom does not work for site P1."),
    (decided("C1", "accept", TOM, quantity=Decimal(1)), "Case C1 is decided as a whole: leave the quantity out."),
    (decided("C1", "scrap", TOM), "Case C1 is decided by accept, waive, recount, not by scrap."),
]  # fmt: skip


@pytest.mark.parametrize(("decision", "reason"), REFUSALS, ids=[reason[:50] for _, reason in REFUSALS])
@pytest.mark.parametrize("event", [counted(60, actor=MAX), adjusted(-40, "AB", actor=MAX)], ids=["count", "adjust"])
def test_nobody_approves_what_is_not_theirs_to_approve(
    plant: Plant, event: Event, decision: DiscrepancyResolved, reason: str
) -> None:
    plant.record(event)

    assert reasons(plant.record(decision)) == [reason]
    assert plant.standing() == {("available", "DOCK"): 100}
    assert [one.result for one in plant.record(decided("C1", "accept"))] == ["posted", "posted"]
    assert plant.standing() == {("available", "DOCK"): 60}


def test_request_and_approval_in_one_batch_do_the_same(plant: Plant) -> None:
    own, other = decided("C1", "accept", MAX), decided("C1", "accept", TOM)

    answers = plant.record(counted(60, actor=MAX), own, other)

    assert [one.result for one in answers] == ["waiting", "refused", "posted", "posted"]
    assert plant.standing() == {("available", "DOCK"): 60}
    assert verify(plant.conn) == []


# --- the whole ------------------------------------------------------------------------------------------------


def test_the_variance_list_of_a_count_names_its_case(plant: Plant) -> None:
    (answer,) = plant.record(counted(60))

    found = variances(plant.conn, answer.seq)

    assert found is not None
    assert (found.verdicts, found.variances) == (
        {"case": 1},
        (
            Variance(
                line="PLATE|||DOCK", segment=0, part="PLATE", location="DOCK", expected=Decimal(100),
                said=Decimal(60), difference=Decimal(-40), unit="EA", verdict="case", rule="default",
                explained_by=0, case="C1",
            ),
        ),
    )  # fmt: skip


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
