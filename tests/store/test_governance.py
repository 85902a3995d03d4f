"""Segments, reason codes, roles and approvals over the real books, by the rules that come with the ledger."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import rebuild, verify
from ledger.events import (
    Actor,
    AllocationMade,
    Event,
    GoodsReturned,
    HoldPlaced,
    HoldReleased,
    InspectionFailed,
    MaterialIssued,
    PutAwayCompleted,
    StockLine,
    StockObsoleted,
    StockReactivated,
    StockScrapped,
)
from ledger.policy import HOUSE, SEGMENTS, CountLimits, Policy, SegmentRules, Terms, TransitionRules
from ledger.queries import balances, cases
from tests.store.plant import Plant, adjusted, counted, decided, moved, reasons, results
from tests.store.world import receipt


def user(id: str, *roles: str, sites: tuple[str, ...] = ()) -> Actor:
    return Actor(kind="user", id=id, roles=roles, sites=sites)


CLERK, PLANNER, CONTROLLER = user("cleo"), user("pam", "planner"), user("fin", "finance")
INSPECTOR, MANAGER = user("ian", "inspector"), user("kim", "quality_manager")
ORACLE = Actor(kind="model", id="oracle")


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return Plant(conn, HOUSE)


def by(actor: Actor | None, event: Event) -> Event:
    return msgspec.structs.replace(event, actor=actor)


def segments(plant: Plant) -> dict[tuple[str, str, str], int]:
    rows = balances(plant.conn, by=("segment", "state", "location"), part="PLATE")
    return {(row.segment, row.state, row.location): int(row.quantity) for row in rows}


def outcome(plant: Plant, event: Event) -> tuple[str, list[str]]:
    recorded = plant.record(event)
    return recorded[0].result, reasons(recorded)


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


# --- approvals of changes (D46) -------------------------------------------------------------------------------


def test_obsolete_stock_comes_back_by_the_planner_and_finance(plant: Plant) -> None:
    plant.record(moved(StockObsoleted, 20, "1", reason="superseded"))

    assert outcome(plant, by(PLANNER, moved(StockReactivated, 5, "2", reason="service_need")))[0] == "waiting"
    assert [(one.code, one.rule, one.decided_by) for one in cases(plant.conn, policy=HOUSE)] == [
        ("D46", "approval:StockReactivated", ("finance",))
    ]
    assert segments(plant) == {("", "available", "DOCK"): 80, ("", "obsolete", "DOCK"): 20}
    assert reasons(plant.record(decided("C1", "accept", PLANNER))) == ["Case C1 is decided by: finance."]
    assert reasons(plant.record(decided("C1", "recount", CONTROLLER))) == [
        "Case C1 is decided by accept, waive, not by recount."
    ]
    assert results(plant.record(decided("C1", "accept", CONTROLLER))) == [
        ("DiscrepancyResolved", "posted"), ("StockReactivated", "posted")
    ]  # fmt: skip
    assert segments(plant) == {("", "available", "DOCK"): 85, ("", "obsolete", "DOCK"): 15}
    assert verify(plant.conn) == []


def test_a_change_that_is_waived_is_not_made(plant: Plant) -> None:
    plant.record(moved(StockObsoleted, 20, "1"), by(PLANNER, moved(StockReactivated, 5, "2", reason="service_need")))

    answers = plant.record(decided("C1", "waive", CONTROLLER))

    assert [(one.kind, one.result) for one in answers] == [
        ("DiscrepancyResolved", "posted"), ("StockReactivated", "refused")
    ]  # fmt: skip
    assert segments(plant) == {("", "available", "DOCK"): 80, ("", "obsolete", "DOCK"): 20}


def test_one_with_both_roles_approves_not_alone(plant: Plant) -> None:
    both = user("bob", "planner", "finance")
    plant.record(moved(StockObsoleted, 20, "1"), by(both, moved(StockReactivated, 5, "2", reason="service_need")))

    assert reasons(plant.record(decided("C1", "accept", both))) == [
        "bob asked for it: case C1 is decided by somebody else."
    ]


def test_a_segment_asks_for_approval_of_its_own(conn: Connection) -> None:
    rules = SEGMENTS | {"core": SegmentRules(approvals={"StockScrapped": ("reman_manager",)})}
    plant = Plant(conn, msgspec.structs.replace(HOUSE, segments=rules))
    plant.record(
        adjusted(10, "56", "1", stock_segment="core", location="C-1"),
        moved(HoldPlaced, 2, "2", hold_reason="crack", to_state="quarantine", stock_segment="core"),
        moved(HoldPlaced, 2, "3", hold_reason="crack", to_state="quarantine", location="DOCK"),
    )

    plain = by(CLERK, moved(StockScrapped, 2, "4", reason="crack", location="DOCK"))
    core = by(CLERK, moved(StockScrapped, 2, "5", reason="crack", stock_segment="core"))

    assert [outcome(plant, one)[0] for one in (plain, core)] == ["posted", "waiting"]
    assert [one.rule for one in cases(conn)] == ["approval:StockScrapped@core"]


# --- reason codes ---------------------------------------------------------------------------------------------


def held(plant: Plant, to_state: str) -> None:
    plant.record(moved(HoldPlaced, 10, "held", hold_reason="crack", to_state=to_state))


CODES: list[tuple[Event, str, str]] = [
    (moved(HoldPlaced, 1, hold_reason="crak"), "", 'HoldPlaced knows no reason "crak": did you mean "crack"?'),
    (moved(InspectionFailed, 1, reason="dimensions"), "quality_hold",
     'InspectionFailed knows no reason "dimensions": did you mean "dimension"?'),
    (moved(HoldReleased, 1, reason="usable"), "quarantine", 'HoldReleased knows no reason "usable": there are: '
     "conforms, containment_closed, deviation, documents_received, false_alarm, reworked, sorted, use_as_is"),
    (moved(StockScrapped, 1, reason="obselete"), "quarantine",
     'StockScrapped knows no reason "obselete": did you mean "obsolete"?'),
]  # fmt: skip


@pytest.mark.parametrize(("event", "state", "said"), CODES, ids=[type(event).__name__ for event, _, _ in CODES])
def test_a_reason_that_there_is_not_is_refused_with_what_was_meant(
    plant: Plant, event: Event, state: str, said: str
) -> None:
    if state:
        held(plant, state)
    assert outcome(plant, event) == ("refused", [said])


def by_tenth(code: str) -> Event:
    line = StockLine(part_number="PLATE", quantity=Decimal("0.1"), unit="EA", reason=code)
    return StockScrapped(number=code, partner="wms", place="P1", lines=(line,))


def test_every_code_of_the_list_is_taken(plant: Plant) -> None:
    held(plant, "quarantine")
    codes = sorted(HOUSE.transitions["StockScrapped"].codes)

    answers = [outcome(plant, by_tenth(code)) for code in codes]

    assert answers == [("posted", [])] * len(codes)


def test_partner_segment_and_house_add_codes_and_the_house_takes_some_away(conn: Connection) -> None:
    returns = TransitionRules(
        reasons=HOUSE.transitions["GoodsReturned"].reasons | {"mould": "Mould"}, without=("crack",)
    )
    policy = msgspec.structs.replace(
        HOUSE,
        terms={"wms": Terms(reasons={"GoodsReturned": {"Q7": "Their own"}})},
        transitions=HOUSE.transitions | {"GoodsReturned": returns},
        segments=SEGMENTS | {"raw": SegmentRules(reasons={"GoodsReturned": {"R1": "Raw only"}})},
    )
    plant = Plant(conn, policy)
    plant.record(adjusted(10, "56", stock_segment="raw", location="R-1"))

    def back(reason: str, number: str, **named: Any) -> str:
        return outcome(plant, moved(GoodsReturned, 1, number, reason=reason, **named))[0]

    assert [back(reason, reason, location="DOCK") for reason in ("Q7", "mould", "damaged", "crack", "R1")] == [
        "posted", "posted", "posted", "refused", "refused"
    ]  # fmt: skip
    assert back("R1", "raw", location="R-1") == "posted"


# --- people, systems and models -------------------------------------------------------------------------------


def test_quarantine_is_left_by_the_quality_managers_word_and_a_reason(plant: Plant) -> None:
    held(plant, "quarantine")

    def freed(number: str, actor: Actor, reason: str = "use_as_is") -> tuple[str, list[str]]:
        return outcome(plant, by(actor, moved(HoldReleased, 1, number, reason=reason)))

    refused = ["HoldReleased of goods in quarantine is decided by: quality_manager."]
    assert freed("1", CLERK) == ("refused", refused)
    assert freed("2", INSPECTOR) == ("refused", refused)
    assert freed("3", MANAGER, "")[1] == [
        "Goods leave quarantine only with a reason; send the line again with `reason`."
    ]
    assert freed("4", MANAGER) == ("posted", [])


def test_a_house_gives_a_kind_to_other_roles(conn: Connection) -> None:
    rules = HOUSE.transitions | {
        "MaterialIssued": TransitionRules(roles=("picker",)),
        "HoldReleased": TransitionRules(roles=("picker",), by_state={"quarantine": ("inspector",)}),
        "StockObsoleted": TransitionRules(roles=()),
    }
    plant = Plant(conn, msgspec.structs.replace(HOUSE, transitions=rules))
    held(plant, "quarantine")

    issue = moved(MaterialIssued, 1, "1", to_location="L-1")
    assert outcome(plant, by(CLERK, issue))[1] == ["MaterialIssued of goods in available is decided by: picker."]
    issue = msgspec.structs.replace(issue, number="2")
    assert outcome(plant, by(user("pit", "picker"), issue)) == ("posted", [])
    free = moved(HoldReleased, 1, "3", reason="use_as_is")
    assert outcome(plant, by(INSPECTOR, free)) == ("posted", [])
    assert outcome(plant, by(CLERK, moved(StockObsoleted, 1, "4"))) == ("posted", [])


def test_a_person_receives_goods_with_the_role_and_a_partner_by_its_agreement(plant: Plant) -> None:
    goods = receipt("R2", "", "PO1", {"PLATE": 1})

    assert outcome(plant, by(CLERK, msgspec.structs.replace(goods, number="R3")))[1] == [
        "GoodsReceived is handed in by: receiver, warehouse."
    ]
    assert outcome(plant, by(user("rob", "receiver", sites=("P2",)), msgspec.structs.replace(goods, number="R4")))[
        1
    ] == ["rob does not work for site P1."]
    assert plant.record(by(user("rob", "receiver"), goods))[0].result == "posted"
    third = msgspec.structs.replace(goods, number="R5")
    assert plant.record(by(Actor(kind="partner", id="threepl"), third))[0].result == "posted"


MODEL_SAYS: list[Event] = [
    moved(PutAwayCompleted, 1, to_location="A-1"),
    moved(HoldReleased, 1),
    counted(99),
    adjusted(-1, "06"),
    decided("C1", "accept"),
    receipt("R2", "", "PO1", {"PLATE": 1}),
]


@pytest.mark.parametrize("event", MODEL_SAYS, ids=[type(event).__name__ for event in MODEL_SAYS])
def test_what_a_model_says_is_kept_and_changes_nothing(plant: Plant, event: Event) -> None:
    plant.record(adjusted(-40, "06", "first"))
    before = plant.standing()

    kind = type(event).__name__
    assert outcome(plant, by(ORACLE, event)) == (
        "refused", [f"oracle is a model: its {kind} is kept as what it proposes; people decide, and hand it in."]
    )  # fmt: skip
    assert plant.standing() == before
    assert [one.status for one in cases(plant.conn)] == ["open"]


def test_a_rebuild_asks_for_what_was_asked_for_then(plant: Plant) -> None:
    plant.record(
        moved(StockObsoleted, 20, "1", reason="superseded"),
        by(PLANNER, moved(StockReactivated, 5, "2", reason="service_need")),
        moved(HoldPlaced, 1, "3", hold_reason="crak"),
    )
    plant.policy = Policy()
    plant.record(moved(HoldPlaced, 1, "4", hold_reason="anything"), decided("C1", "waive", MANAGER))
    plant.policy = HOUSE
    plant.record(decided("C1", "accept", CONTROLLER))
    before = segments(plant), [(one.id, one.status, one.rule) for one in cases(plant.conn)]

    assert verify(plant.conn) == []
    assert rebuild(plant.conn).differences == ()
    assert (segments(plant), [(one.id, one.status, one.rule) for one in cases(plant.conn)]) == before
