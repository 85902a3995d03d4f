"""Segments over the real books: their counts, their safety stock, and what each allows."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    AllocationMade,
    Event,
    HoldPlaced,
    HoldReleased,
    MaterialIssued,
)
from ledger.policy import HOUSE, SEGMENTS, CountLimits, Policy, SegmentRules
from ledger.queries import cases
from tests.store.governed import (
    INSPECTOR,
    by,
    outcome,
    segments,
    user,
)
from tests.store.plant import Plant, adjusted, counted, decided, moved


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return Plant(conn, HOUSE)


# --- R6: the same adjustment in two segments ------------------------------------------------------------------


def test_the_same_adjustment_posts_for_raw_and_asks_for_reman(plant: Plant) -> None:
    answers = plant.record(
        adjusted(5, "AB", "1", stock_segment="raw", location="A-01"),
        adjusted(5, "AB", "2", stock_segment="reman", location="A-02"),
    )

    assert [one.result for one in answers] == ["posted", "waiting"]
    assert segments(plant) == {("", "available", "DOCK"): 100, ("raw", "available", "A-01"): 5}
    assert [(one.code, one.rule, one.decided_by) for one in cases(plant.conn, policy=HOUSE)] == [
        ("D44", "segment:reman", ("inventory_manager",))
    ]
    assert [one.result for one in plant.record(decided("C1", "accept"))] == ["posted", "posted"]
    assert segments(plant)["reman", "available", "A-02"] == 5
    assert verify(plant.conn) == []


def test_goods_on_hold_are_of_the_segment_hold_whatever_else_they_are(plant: Plant) -> None:
    plant.record(moved(HoldPlaced, 10, hold_reason="crack"))

    assert [one.result for one in plant.record(adjusted(-1, "AB", state="quality_hold"))] == ["waiting"]
    assert [(one.rule, one.decided_by) for one in cases(plant.conn, policy=HOUSE)] == [
        ("segment:hold", ("inventory_manager", "quality_manager"))
    ]


def test_goods_of_another_owner_are_consigned(plant: Plant) -> None:
    answers = plant.record(adjusted(5, "AB", location="V-1", owner="acme"))

    assert [one.result for one in answers] == ["waiting"]
    assert [one.rule for one in cases(plant.conn)] == ["segment:consigned"]


def test_of_several_segments_the_strictest_word_holds(conn: Connection) -> None:
    rules = SEGMENTS | {
        "raw": SegmentRules(counts=CountLimits(limit=Decimal(3))),
        "wip": SegmentRules(counts=CountLimits(limit=Decimal(1))),
    }
    plant = Plant(conn, Policy(segments=rules))
    plant.record(
        adjusted(1, "AB", "1", stock_segment="raw", location="A-01"),
        adjusted(1, "AB", "2", stock_segment="wip", location="A-01"),
    )

    answers = plant.record(adjusted(2, "AB", "3", location="A-01"))

    assert [one.result for one in answers] == ["waiting"]
    assert [one.rule for one in cases(conn)] == ["segment:wip"]


@pytest.mark.parametrize(
    "event",
    [
        adjusted(5, "AB", stock_segment="remann", location="A-01"),
        counted(5, stock_segment="remann"),
        moved(HoldPlaced, 5, stock_segment="remann", hold_reason="crack"),
    ],
    ids=["adjusted", "counted", "held"],
)
def test_a_segment_that_there_is_not_is_refused(plant: Plant, event: Event) -> None:
    assert outcome(plant, event) == ("refused", ['There is no segment "remann": did you mean "reman"?'])


def test_goods_whose_segment_was_taken_out_are_under_the_usual_rules_and_may_be_named(conn: Connection) -> None:
    plant = Plant(conn, Policy(segments=SEGMENTS | {"kits": SegmentRules(counts=CountLimits(limit=Decimal(0)))}))
    plant.record(adjusted(5, "AB", "1", stock_segment="kits", location="A-01"), decided("C1", "accept"))
    plant.policy = HOUSE

    assert outcome(plant, adjusted(-1, "AB", "2", stock_segment="kits", location="A-01")) == ("posted", [])
    assert segments(plant)["kits", "available", "A-01"] == 4


# --- safety stock ---------------------------------------------------------------------------------------------


@pytest.fixture
def guarded(plant: Plant) -> Plant:
    """90 plates on the dock, 10 more kept as safety stock."""
    plant.record(adjusted(-10, "06", "1"), adjusted(10, "56", "2", stock_segment="safety", location="S-01"))
    return plant


USES: list[tuple[str, dict[str, Any], str]] = [
    ("plain", {}, "waiting"),
    ("where it stands", {"location": "S-01"}, "waiting"),
    ("named", {"stock_segment": "safety"}, "posted"),
]


@pytest.mark.parametrize(("how", "named", "expected"), USES, ids=[how for how, _, _ in USES])
def test_safety_stock_is_used_only_where_it_is_named(
    guarded: Plant, how: str, named: dict[str, Any], expected: str
) -> None:
    quantity = 95 if how == "plain" else 5

    assert outcome(guarded, moved(MaterialIssued, quantity, to_location="L-1", **named))[0] == expected


def test_other_goods_are_taken_though_safety_stock_stands_beside_them(guarded: Plant) -> None:
    guarded.record(moved(MaterialIssued, 90, to_location="L-1"))

    assert segments(guarded) == {("", "line_side", "L-1"): 90, ("safety", "available", "S-01"): 10}


def test_safety_stock_set_apart_by_name_is_issued_for_its_demand(guarded: Plant) -> None:
    guarded.record(moved(AllocationMade, 5, "1", demand="WO1", stock_segment="safety"))

    assert outcome(guarded, moved(MaterialIssued, 5, "2", to_location="L-1", demand="WO1")) == ("posted", [])
    assert segments(guarded)["safety", "line_side", "L-1"] == 5


def test_a_hold_reaches_safety_stock_too(guarded: Plant) -> None:
    guarded.record(moved(HoldPlaced, 100, hold_reason="recall"))

    assert segments(guarded)["safety", "quality_hold", "S-01"] == 10


def test_a_line_that_waited_in_vain_says_that_stock_was_kept_back(guarded: Plant) -> None:
    guarded.record(moved(MaterialIssued, 95, to_location="L-1"))
    guarded.now = guarded.now.replace(day=guarded.now.day + 2)
    guarded.ledger.tick(guarded.conn, guarded.policy, guarded.now)
    from ledger.queries import events

    (late,) = [one for one in events(guarded.conn) if one.kind == "MaterialIssued"]
    assert [getattr(one, "reason", "") for one in late.outcomes][-1] == (
        "95 EA of PLATE did not come within 24 hours. "
        "Goods of segment safety, warranty, service, reman are taken only where `stock_segment` names it."
    ).replace("safety, warranty, service, reman", "reman, safety, service, warranty")


# --- what a segment allows ------------------------------------------------------------------------------------


def test_a_segment_names_kinds_states_and_roles_of_its_own(conn: Connection) -> None:
    rules = SEGMENTS | {
        "core": SegmentRules(
            never=("MaterialIssued",),
            states=("available", "quality_hold"),
            roles={"HoldReleased": ("reman_manager",)},
        )
    }
    plant = Plant(conn, msgspec.structs.replace(HOUSE, segments=rules))
    plant.record(adjusted(10, "56", stock_segment="core", location="C-1"))

    assert outcome(plant, moved(MaterialIssued, 1, "1", to_location="L", stock_segment="core"))[1] == [
        "Goods of segment core are never moved by MaterialIssued."
    ]
    away = moved(HoldPlaced, 1, "2", hold_reason="crack", stock_segment="core", to_state="quarantine")
    assert outcome(plant, away)[1] == ["Goods of segment core come to available, quality_hold, not to quarantine."]
    held = moved(HoldPlaced, 1, "3", hold_reason="crack", stock_segment="core")
    assert outcome(plant, held) == ("posted", [])
    freed = moved(HoldReleased, 1, "4", stock_segment="core")
    assert outcome(plant, by(INSPECTOR, freed))[1] == [
        "HoldReleased of goods of segment core is decided by: reman_manager."
    ]
    freed = msgspec.structs.replace(freed, number="5")
    assert outcome(plant, by(user("rex", "inspector", "reman_manager"), freed)) == ("posted", [])
