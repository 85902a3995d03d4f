"""The revision that a demand needs: what may be set apart, issued and built in, and what a deviation allows."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import rebuild, verify
from ledger.book.storage import tables
from ledger.events import Actor, AllocationMade, MaterialConsumed, PartRevision
from tests.store.test_revisions import (
    ENA,
    IDA,
    QUI,
    TODAY,
    Plant,
    advised,
    decided,
    deviation,
    issued,
    moved,
    reasons,
    received,
    results,
)
from tests.store.world import NOW


@pytest.fixture
def plant(conn: Connection) -> Plant:
    """Sixty plates of the old revision, let in by an engineer, and forty of the one in force."""
    plant = Plant(conn)
    plant.record(advised("S1", "A", 60), received("R1", "S1", "A", 60), decided("C1", "accept"))
    plant.record(advised("S2", "B", 40), received("R2", "S2", "B", 40))
    return plant


def uses(conn: Connection) -> list[tuple[str, str, str, str, int]]:
    table = tables.ruling_use.c
    rows = conn.execute(tables.ruling_use.select().order_by(table.seq, table.line, table.revision)).fetchall()
    return [(row.number, row.stage, row.revision, row.demand, row.quantity // 1_000_000) for row in rows]


def test_the_revision_in_force_is_issued_and_built_in_and_nothing_is_counted(plant: Plant) -> None:
    answers = plant.record(issued(40), moved(MaterialConsumed, 40, "c", demand="WO1"))

    assert (results(answers), uses(plant.conn)) == (["posted", "posted"], [])
    assert plant.standing() == {("A", "available"): 60}
    assert verify(plant.conn) == []


def test_a_wrong_revision_is_not_issued(plant: Plant) -> None:
    answers = plant.record(issued(41))

    assert reasons(answers) == [
        "Not enough of the right revision: PLATE stands there in revision A, and WO1 needs B. Use that one, or "
        "have a deviation approved."
    ]
    assert plant.standing() == {("A", "available"): 60, ("B", "available"): 40}


def test_a_wrong_revision_is_not_set_apart(plant: Plant) -> None:
    answers = plant.record(moved(AllocationMade, 41, "1", demand="WO1"), moved(AllocationMade, 40, "2", demand="WO1"))

    assert results(answers) == ["refused", "posted"]
    assert plant.standing() == {("A", "available"): 60, ("B", "allocated"): 40}


def test_goods_that_are_not_there_at_all_are_waited_for(plant: Plant) -> None:
    (answer,) = plant.record(issued(101))

    assert answer.result == "waiting"


def test_a_line_that_names_a_revision_gets_that_one_only(plant: Plant) -> None:
    plant.record(deviation("A", demand="WO2"))

    answers = plant.record(
        issued(1, "1", part_revision="A"), issued(1, "2", part_revision="A", demand="WO2"),
        issued(41, "3", part_revision="B"), issued(40, "4", part_revision="B"),
    )  # fmt: skip

    assert results(answers) == ["refused", "posted", "refused", "posted"]


def test_the_revision_is_that_of_the_day_of_use(plant: Plant) -> None:
    yesterday, today = (
        msgspec.structs.replace(issued(60, name), occurred_at=at)
        for name, at in (("1", NOW - timedelta(days=1)), ("2", NOW))
    )

    assert results(plant.record(today, yesterday)) == ["refused", "posted"]


def test_the_revision_is_that_of_the_units_built_so_far(conn: Connection) -> None:
    plant = Plant(
        conn,
        revisions=(
            PartRevision(revision="A", cum_to=Decimal(30)),
            PartRevision(revision="B", cum_from=Decimal(30)),
        ),
    )
    plant.record(received("R1", "", "A", 30), received("R2", "", "B", 30), issued(10, "1", part_revision="B"))
    answers = plant.record(
        issued(31, "2"), issued(30, "3"), moved(MaterialConsumed, 31, "c1"), moved(MaterialConsumed, 30, "c2"),
        issued(5, "4", part_revision="A"), issued(5, "5"), moved(MaterialConsumed, 5, "c3"),
    )  # fmt: skip

    assert results(answers) == ["refused", "posted", "waiting", "posted", "refused", "posted", "posted"]
    assert plant.standing() == {("B", "available"): 25}
    assert verify(plant.conn) == []


@pytest.mark.parametrize(
    ("vin", "result"),
    [("1M8GDM9AXKP042788", "posted"), ("WVWZZZ1JZKP042787", "refused"), ("WVWZZZ1JZXW386752", "refused")],
)
def test_the_revision_is_that_of_the_vehicle(conn: Connection, vin: str, result: str) -> None:
    plant = Plant(conn, revisions=(PartRevision(revision="B", serial_from="KP042788"),))
    plant.record(received("R1", "", "B", 1))

    (answer,) = plant.record(issued(1, demand="", vin=vin))

    assert answer.result == result


# --- deviations -----------------------------------------------------------------------------------------------


def test_a_deviation_lets_as_many_pass_as_it_says_after_all_that_are_right(plant: Plant) -> None:
    plant.record(deviation(quantity=Decimal(10)))

    answers = plant.record(issued(45, "1"), issued(6, "2"), issued(5, "3"), issued(1, "4"))

    assert results(answers) == ["posted", "refused", "posted", "refused"]
    assert uses(plant.conn) == [("DV1", "issue", "A", "WO1", 5), ("DV1", "issue", "A", "WO1", 5)]
    assert plant.standing() == {("A", "available"): 50, ("A", "line_side"): 10, ("B", "line_side"): 40}
    assert reasons(answers)[0].endswith("or have a deviation approved (DV1 has 5 left).")
    assert verify(plant.conn) == []


def test_what_was_issued_under_a_deviation_may_be_built_in_under_it(plant: Plant) -> None:
    plant.record(deviation(quantity=Decimal(10)), issued(50, "1"))

    answers = plant.record(moved(MaterialConsumed, 50, "c", demand="WO1"), moved(MaterialConsumed, 1, "d"))

    assert results(answers) == ["posted", "waiting"]
    assert uses(plant.conn) == [("DV1", "issue", "A", "WO1", 10), ("DV1", "consumption", "A", "WO1", 10)]


@pytest.mark.parametrize(
    ("said", "result"),
    [
        ({}, "posted"), ({"demand": "WO1"}, "posted"), ({"demand": "WO2"}, "refused"),
        ({"sites": ("P1",)}, "posted"), ({"sites": ("P2",)}, "refused"),
        ({"valid_from": TODAY, "valid_to": TODAY}, "posted"),
        ({"valid_from": TODAY + timedelta(days=1)}, "refused"), ({"valid_to": TODAY - timedelta(days=1)}, "refused"),
        ({"part": "BOLT"}, "refused"), ({"quantity": Decimal("0.5")}, "refused"),
    ],
)  # fmt: skip
def test_a_deviation_allows_what_it_says_and_nothing_else(plant: Plant, said: dict[str, object], result: str) -> None:
    plant.record(deviation(**said))

    (answer,) = plant.record(issued(41))

    assert answer.result == result


def test_the_same_number_again_takes_the_place_of_a_deviation_and_its_uses_count(plant: Plant) -> None:
    plant.record(deviation(quantity=Decimal(10)), issued(48, "1"))

    plant.record(deviation(quantity=Decimal(9)))

    assert results(plant.record(issued(2, "2"), issued(1, "3"))) == ["refused", "posted"]


@pytest.mark.parametrize(
    ("actor", "role", "result"),
    [(ENA, "engineer", "posted"), (QUI, "quality_manager", "posted"), (QUI, "engineer", "refused"),
     (IDA, "engineer", "refused"), (None, "engineer", "posted")],
)  # fmt: skip
def test_people_rule_by_their_role(plant: Plant, actor: object, role: str, result: str) -> None:
    (answer,) = plant.record(deviation(actor=actor, approver_role=role))  # type: ignore[arg-type]

    assert answer.result == result


def test_no_model_rules(plant: Plant) -> None:
    model = Actor(kind="model", id="gpt", roles=("engineer", "quality_manager"))

    (answer,) = plant.record(deviation(actor=model))

    assert reasons([answer]) == ["gpt is a model: it may recommend, people decide"]
    assert results(plant.record(issued(41))) == ["refused"]


def test_a_notice_under_a_deviation_comes_in_as_if_it_were_right(plant: Plant) -> None:
    plant.record(deviation(quantity=Decimal(10)))

    plant.record(
        advised("S3", "A", 10), received("R3", "S3", "A", 10), advised("S4", "A", 1), received("R4", "S4", "A", 1)
    )

    assert plant.standing() == {("A", "available"): 70, ("A", "quality_hold"): 1, ("B", "available"): 40}
    assert plant.open_cases() == [("C2", "D05", 1)]
    assert uses(plant.conn) == [("DV1", "notice", "A", "", 10)]
    assert verify(plant.conn) == []


def test_a_receipt_under_a_deviation_comes_in_as_if_it_were_right(plant: Plant) -> None:
    plant.record(deviation(quantity=Decimal(10)))

    plant.record(received("R3", "", "A", 10), received("R4", "", "A", 1))

    assert plant.standing() == {("A", "available"): 70, ("A", "quality_hold"): 1, ("B", "available"): 40}
    assert uses(plant.conn) == [("DV1", "receipt", "A", "", 10)]


def test_any_splitting_into_batches_counts_the_same(conn: Connection) -> None:
    plant = Plant(conn)
    plant.record(
        deviation(quantity=Decimal(3)), received("R1", "", "A", 3), received("R2", "", "A", 1),
        issued(2, "1"), issued(2, "2"), issued(1, "3"),
    )  # fmt: skip

    assert uses(conn) == [
        ("DV1", "receipt", "A", "", 3), ("DV1", "issue", "A", "WO1", 2), ("DV1", "issue", "A", "WO1", 1),
    ]  # fmt: skip
    rebuilt = rebuild(conn)
    assert rebuilt.differences == ()
