"""Adjustments over the real books: reasons, limits, and who may make them alone."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    Actor,
    Event,
    InventoryAdjusted,
    PutAwayCompleted,
)
from ledger.handling.adjusting import REASONS
from ledger.policy import SEGMENTS, CountLimits, CountRules, Policy, SegmentRules, Tolerance, ToleranceRule
from ledger.queries import cases
from ledger.stock.transitions import LEGAL
from tests.store.plant import EVA, Plant, Standing, adjusted, counted, decided, moved, open_cases, reasons, results


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return Plant(conn)


# --- adjustments ----------------------------------------------------------------------------------------------


def test_an_adjustment_up_to_the_limit_posts_and_above_it_waits(plant: Plant) -> None:
    answers = plant.record(adjusted(-10, "06", "1"), adjusted(10, "56", "2"), adjusted(-11, "06", "3"))

    assert [one.result for one in answers] == ["posted", "posted", "waiting"]
    assert open_cases(plant.conn) == [("C1", "D44", "open", 11, 0, -11)]
    assert plant.standing() == {("available", "DOCK"): 100}
    plant.record(decided("C1", "accept"))
    assert plant.standing(external=True) == {
        ("available", "DOCK"): 89, ("adjustment", ""): 11, ("supplier", ""): -100
    }  # fmt: skip
    assert verify(plant.conn) == []


def test_a_waived_adjustment_moves_nothing(plant: Plant) -> None:
    plant.record(adjusted(-40, "AB"))

    assert results(plant.record(decided("C1", "waive")))[1:] == [("InventoryAdjusted", "refused")]
    assert plant.standing() == {("available", "DOCK"): 100}


def test_a_role_may_adjust_more_alone(conn: Connection) -> None:
    rules = CountRules(usual=CountLimits(limits={"controller": Decimal(50)}))
    plant = Plant(conn, Policy(counts=rules))
    ann = Actor(kind="user", id="ann", roles=("controller",))

    answers = plant.record(adjusted(-50, "AB", "1", ann), adjusted(-50, "AB", "2", EVA))

    assert [one.result for one in answers] == ["posted", "waiting"]


def test_the_same_adjustment_posts_in_one_segment_and_waits_in_another(conn: Connection) -> None:
    strict = CountLimits(limit=Decimal(0), tolerance=Tolerance(), approvers=("reman_manager",))
    plant = Plant(conn, Policy(segments=SEGMENTS | {"reman": SegmentRules(counts=strict)}))
    chief = Actor(kind="user", id="kim", roles=("reman_manager",))

    answers = plant.record(
        adjusted(5, "AB", "1", stock_segment="raw", location="A-01"),
        adjusted(5, "AB", "2", stock_segment="reman", location="A-02"),
    )

    assert [one.result for one in answers] == ["posted", "waiting"]
    assert reasons(plant.record(decided("C1", "accept"))) == ["Case C1 is decided by: reman_manager."]
    assert [one.result for one in plant.record(decided("C1", "accept", chief))] == ["posted", "posted"]
    counts = plant.record(
        counted(4, "1", location="A-01", stock_segment="raw"), counted(4, "2", location="A-02", stock_segment="reman")
    )
    assert [one.result for one in counts] == ["posted", "waiting"]


def test_the_cascade_names_a_tolerance_for_counts(conn: Connection) -> None:
    rule = ToleranceRule(code="D43", part="PLATE", tolerance=Tolerance(percent=Decimal(5)))
    plant = Plant(conn, Policy(tolerances=(rule,)))

    answers = plant.record(counted(95), counted(89, "2"))

    assert [one.result for one in answers] == ["posted", "waiting"]
    assert [one.rule for one in cases(conn)] == ["part:PLATE"]


STATE_CHANGES: list[tuple[list[Event], Event, Standing]] = [
    ([], adjusted(-5, "05"), {("available", "DOCK"): 95, ("quality_hold", "DOCK"): 5}),
    ([], adjusted(5, "AW"), {("available", "DOCK"): 95, ("quality_hold", "DOCK"): 5}),
    ([adjusted(50, "05")],
     InventoryAdjusted(number="2", partner="wms", place="P1", lines=adjusted(-20, "55").lines),
     {("available", "DOCK"): 70, ("quality_hold", "DOCK"): 30}),
    ([], adjusted(-5, "AU"), {("available", "DOCK"): 95, ("quarantine", "DOCK"): 5}),
    ([], adjusted(-5, "AV"), {("available", "DOCK"): 95, ("quarantine", "DOCK"): 5}),
    ([], InventoryAdjusted(number="2", partner="wms", place="P1", lines=adjusted(-5, "AX").lines),
     {("available", "DOCK"): 95, ("obsolete", "DOCK"): 5}),
    ([], InventoryAdjusted(number="2", partner="wms", place="P1", lines=adjusted(5, "PC").lines),
     {("available", "DOCK"): 95, ("service_reserved", "DOCK"): 5}),
    ([], adjusted(5, "CO"), {("available", "DOCK"): 95, ("consigned", "DOCK"): 5}),
]  # fmt: skip


@pytest.mark.parametrize(("before", "event", "expected"), STATE_CHANGES)
def test_reasons_about_the_state_of_goods_move_them_whatever_the_sign(
    plant: Plant, before: list[Event], event: Event, expected: Standing
) -> None:
    plant.record(*before)

    assert [one.result for one in plant.record(event)] == ["posted"]
    assert plant.standing() == expected


def test_a_hold_is_taken_off_by_an_adjustment_only_by_whom_it_may_be(plant: Plant) -> None:
    plant.record(adjusted(5, "05"))

    assert reasons(plant.record(adjusted(5, "55", "2", EVA))) == [
        "InventoryAdjusted of goods in quality_hold is decided by: inspector, quality_manager."
    ]


def test_every_reason_that_moves_goods_between_states_goes_a_legal_way() -> None:
    rules = [reason.rule for reason in REASONS.values() if reason.rule is not None]

    assert [(s, t) for rule in rules for s in rule.sources for t in rule.targets if t not in LEGAL[s]] == []


ADJUSTMENT_MISTAKES: list[tuple[InventoryAdjusted, str]] = [
    (adjusted(5, "06"), "06 (Book adjustment decrease) means less, and 5 says the opposite."),
    (adjusted(0, "AB"), "The books cannot be wrong by 0."),
    (adjusted(5, "AG"), "AG (Ownership change) is no adjustment: send a change of owner."),
    (adjusted(5, "AB", location=""), "Goods that are found need `location`; send the line again with it."),
    (adjusted(-3, "AB", serials=("A", "B")), "2 serials are named, and a quantity of -3."),
]


@pytest.mark.parametrize(("event", "reason"), ADJUSTMENT_MISTAKES, ids=[r[:40] for _, r in ADJUSTMENT_MISTAKES])
def test_a_mistaken_adjustment_is_refused_with_what_to_do(
    plant: Plant, event: InventoryAdjusted, reason: str
) -> None:
    assert reasons(plant.record(event)) == [reason]
    assert plant.standing() == {("available", "DOCK"): 100}


def test_a_loss_of_goods_that_are_not_there_waits_for_them(plant: Plant) -> None:
    assert [one.result for one in plant.record(adjusted(-5, "AB", location="A-01"))] == ["waiting"]

    answers = plant.record(moved(PutAwayCompleted, 20, to_location="A-01"))

    assert results(answers)[1:] == [("InventoryAdjusted", "posted")]
    assert plant.standing() == {("available", "DOCK"): 80, ("available", "A-01"): 15}


def test_a_serial_is_not_found_twice(plant: Plant) -> None:
    plant.record(adjusted(1, "AB", "1", serials=("A",), location="X-1"))

    assert reasons(plant.record(adjusted(1, "AB", "2", serials=("A",), location="X-2"))) == [
        "Serial A stands at X-1 already."
    ]


def test_a_serial_that_was_not_told_apart_is_lost_from_such_goods(plant: Plant) -> None:
    assert [one.result for one in plant.record(adjusted(-2, "06", serials=("A", "B")))] == ["posted"]
    assert plant.standing() == {("available", "DOCK"): 98}
    assert verify(plant.conn) == []
