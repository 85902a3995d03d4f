"""Cases of counts over the real books: what becomes of a count that waits for approval, and who approves it."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    Actor,
    Event,
    MaterialIssued,
)
from ledger.events.decisions import DiscrepancyResolved
from ledger.outcomes import CaseChanged, CaseOpened
from ledger.queries import Variance, case, movements, variances
from tests.store.plant import (
    EVA,
    MAX,
    TOM,
    Plant,
    adjusted,
    counted,
    decided,
    moved,
    open_cases,
    reasons,
    results,
)


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return Plant(conn)


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


def test_an_accepted_loss_that_moved_on_is_asked_about_again(plant: Plant) -> None:
    plant.record(counted(10))
    plant.record(moved(MaterialIssued, 50, to_location="L1"))

    plant.record(decided("C1", "accept"))

    assert [one[:3] for one in open_cases(plant.conn)] == [("C2", "D43", "open")]
    assert plant.standing() == {("available", "DOCK"): 50, ("line_side", "L1"): 50}
    assert verify(plant.conn) == []


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
