"""Roles and approvals over the real books, by the rules that come with the ledger."""

from __future__ import annotations

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import rebuild, verify
from ledger.events import (
    Actor,
    Event,
    HoldPlaced,
    HoldReleased,
    MaterialIssued,
    PutAwayCompleted,
    StockObsoleted,
    StockReactivated,
    StockScrapped,
)
from ledger.policy import HOUSE, SEGMENTS, Policy, SegmentRules, TransitionRules
from ledger.queries import cases
from tests.store.governed import (
    CLERK,
    CONTROLLER,
    INSPECTOR,
    MANAGER,
    ORACLE,
    PLANNER,
    by,
    held,
    outcome,
    segments,
    user,
)
from tests.store.plant import Plant, adjusted, counted, decided, moved, reasons, results
from tests.store.world import receipt


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return Plant(conn, HOUSE)


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
