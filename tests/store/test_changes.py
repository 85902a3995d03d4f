"""Engineering changes over the real books: when they ask about old stock, what may be used, what is put aside."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import rebuild, verify
from ledger.events import (
    Actor,
    ChangedPart,
    EngineeringChangeReleased,
    MaterialConsumed,
    StockObsoleted,
)
from ledger.outcomes import CaseOpened, Recorded
from ledger.queries import case, engineering_changes, obsolete
from tests.store.test_revisions import ENA, IDA, TODAY, Plant, decided, issued, moved, reasons, received, results
from tests.store.test_values import priced

PLA = Actor(kind="user", id="pla", roles=("planner",))


@pytest.fixture
def plant(conn: Connection) -> Plant:
    """A hundred plates of revision A and fifty of B, of a part whose revisions nobody else limits."""
    plant = Plant(conn, revision_policy="accept", revisions=())
    plant.record(received("R1", "", "A", 100), received("R2", "", "B", 50))
    plant.record(decided("C1", "accept", None), decided("C2", "accept", None))
    return plant


def changed(number: str = "EC1", actor: Actor | None = ENA, sites: tuple[str, ...] = (), **said: Any) -> Any:
    about: dict[str, Any] = {"part": "PLATE", "old_revisions": ("A",), "new_revision": "B"} | said
    return EngineeringChangeReleased(
        number=number, partner="plm", actor=actor, sites=sites, parts=(ChangedPart(**about),)
    )


def opened(answers: list[Recorded]) -> list[tuple[str, str, int]]:
    found = [one for answer in answers for one in answer.outcomes if isinstance(one, CaseOpened)]
    return [(one.case, one.code, int(one.quantity)) for one in found]


def test_a_change_in_force_asks_at_once_about_all_beyond_the_use_up_quantity(plant: Plant) -> None:
    answers = plant.record(changed(effective_from=TODAY, use_up=Decimal(30)))

    assert opened(answers) == [("C3", "D45", 70)]
    shown = case(plant.conn, "C3")
    assert shown is not None
    assert (int(shown.actual), int(shown.expected), shown.site) == (100, 30, "P1")
    assert plant.standing() == {("A", "available"): 100, ("B", "available"): 50}
    assert verify(plant.conn) == []


def test_what_a_change_leaves_is_proposed_with_its_value_until_it_is_decided(plant: Plant) -> None:
    plant.record(priced("PO9", "2.5", currency="EUR"), changed(effective_from=TODAY, use_up=Decimal(30)))

    (one,) = obsolete(plant.conn).proposed
    assert (one.change, one.case, one.site, int(one.quantity), one.price, one.value) == (
        "EC1", "C3", "P1", 70, "2.5 EUR", Decimal("175.00"),
    )  # fmt: skip
    plant.record(decided("C3", "accept", PLA))
    found = obsolete(plant.conn)
    assert (found.proposed, [int(row.quantity) for row in found.rows]) == ((), [70])


def test_a_change_of_a_later_day_asks_on_that_day(plant: Plant) -> None:
    answers = plant.record(changed(effective_from=TODAY + timedelta(days=2)))
    assert (opened(answers), opened(plant.tick(hours=24))) == ([], [])

    assert opened(plant.tick(hours=24)) == [("C3", "D45", 100)]
    assert plant.tick(hours=24) == []
    assert verify(plant.conn) == []


def test_a_change_by_cumulative_asks_when_so_many_are_built_in(plant: Plant) -> None:
    plant.record(changed(cum_from=Decimal(20), sites=("P1",)), issued(30, "1"))

    first = plant.record(moved(MaterialConsumed, 19, "c1"))
    second = plant.record(moved(MaterialConsumed, 1, "c2"))

    assert (opened(first), opened(second)) == ([], [("C3", "D45", 70)])
    assert results(plant.record(moved(MaterialConsumed, 10, "c3"), issued(50, "2"))) == ["refused", "posted"]
    assert verify(plant.conn) == []


def test_a_change_by_serial_asks_when_the_first_such_vehicle_is_built(plant: Plant) -> None:
    plant.record(changed(serial_from="KP042788"), issued(2, "1"), issued(1, "2", part_revision="B"))

    first = plant.record(moved(MaterialConsumed, 1, "c1", vin="WVWZZZ1JZKP042787"))
    second = plant.record(moved(MaterialConsumed, 1, "c2", vin="1M8GDM9AXKP042788"))

    assert (results(first[:1]), results(second[:1])) == (["posted"], ["posted"])
    assert (opened(first), opened(second)) == ([], [("C3", "D45", 98)])
    assert plant.standing() == {("A", "available"): 98, ("A", "line_side"): 1, ("B", "available"): 49}


def test_what_may_be_used_up_is_used_and_no_more(plant: Plant) -> None:
    plant.record(changed(effective_from=TODAY, use_up=Decimal(30)))

    answers = plant.record(issued(81, "1"), issued(80, "2"), issued(1, "3"))

    assert results(answers) == ["refused", "posted", "refused"]
    assert plant.standing() == {("A", "available"): 70, ("A", "line_side"): 30, ("B", "line_side"): 50}


@pytest.mark.parametrize("actor", [ENA, PLA])
def test_an_accepted_case_puts_the_stock_aside(plant: Plant, actor: Actor) -> None:
    plant.record(changed(effective_from=TODAY, use_up=Decimal(30)))

    answers = plant.record(decided("C3", "accept", actor))

    assert results(answers) == ["posted"]
    assert plant.standing() == {("A", "available"): 30, ("A", "obsolete"): 70, ("B", "available"): 50}
    assert plant.open_cases() == []
    assert verify(plant.conn) == []


@pytest.mark.parametrize("actor", [IDA, None])
def test_nobody_else_puts_it_aside(plant: Plant, actor: Actor | None) -> None:
    plant.record(changed(effective_from=TODAY))

    answers = plant.record(decided("C3", "accept", actor))

    assert reasons(answers) == ["Case C3 is decided by: allocator, engineer, planner."]
    assert plant.standing() == {("A", "available"): 100, ("B", "available"): 50}


def test_a_waived_case_leaves_it(plant: Plant) -> None:
    plant.record(changed(effective_from=TODAY))

    plant.record(decided("C3", "waive", PLA))

    assert (plant.standing(), plant.open_cases()) == ({("A", "available"): 100, ("B", "available"): 50}, [])


def test_stock_put_aside_by_an_event_of_its_own_is_no_longer_asked_about(plant: Plant) -> None:
    plant.record(changed(effective_from=TODAY))

    plant.record(moved(StockObsoleted, 60, "1", part_revision="A", reference="EC1", actor=PLA))
    assert plant.open_cases() == [("C3", "D45", 40)]
    plant.record(moved(StockObsoleted, 40, "2", part_revision="A", reference="EC1", actor=ENA))

    assert (plant.standing(), plant.open_cases()) == ({("A", "obsolete"): 100, ("B", "available"): 50}, [])
    assert verify(plant.conn) == []


def test_goods_that_moved_on_are_not_put_aside(plant: Plant) -> None:
    plant.record(changed(effective_from=TODAY, use_up=Decimal(30)), issued(80, "1"))

    assert results(plant.record(decided("C3", "accept"))) == ["posted"]
    assert plant.standing() == {("A", "obsolete"): 70, ("A", "line_side"): 30, ("B", "line_side"): 50}


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ({}, "PLATE: say from where on it changes, by `effective_from`, `serial_from` or `cum_from`"),
        ({"cum_from": Decimal(5)}, "PLATE: a cumulative is counted at one site, name it in `sites`"),
        ({"effective_from": TODAY, "new_revision": "A"}, "PLATE needs old revisions and another, new one"),
        ({"effective_from": TODAY, "use_up": Decimal(-1)}, "PLATE: a use-up quantity of -1 cannot be used"),
        ({"effective_from": TODAY, "actor": IDA},
         "ida may not rule on it: that is decided by engineer, quality_manager"),
    ],
)  # fmt: skip
def test_a_mistaken_change_is_refused_with_what_to_do(plant: Plant, said: dict[str, Any], reason: str) -> None:
    assert reasons(plant.record(changed(**said))) == [reason]


def test_the_same_change_again_asks_nothing_again_and_another_content_does(plant: Plant) -> None:
    plant.record(changed(effective_from=TODAY))

    again = plant.record(changed(effective_from=TODAY))
    other = plant.record(changed(effective_from=TODAY, use_up=Decimal(10)))

    assert (results(again), results(other[:1])) == (["repeated"], ["posted"])
    assert plant.open_cases() == [("C3", "D45", 90)]


def test_rebuilding_gives_the_same_changes(plant: Plant) -> None:
    plant.record(changed(effective_from=TODAY + timedelta(days=1), use_up=Decimal(30)), issued(10, "1"))
    plant.tick(hours=24)
    plant.record(issued(50, "2"), decided("C3", "accept"))

    assert rebuild(plant.conn).differences == ()
    assert verify(plant.conn) == []


def test_the_list_of_changes_says_where_old_stock_stands_and_what_was_used_up(plant: Plant) -> None:
    plant.record(changed(effective_from=TODAY, use_up=Decimal(30)))
    plant.record(issued(60, "1"), moved(MaterialConsumed, 60, "2"))
    plant.record(changed("EC2", effective_from=TODAY + timedelta(days=1), old_revisions=("B",), new_revision="C"))

    first, second = engineering_changes(plant.conn)

    (part,) = first.parts
    assert (first.number, part.waits, part.used_up, part.cases) == ("EC1", False, {"P1": Decimal(10)}, ("C3",))
    assert [(row.location, row.state, row.quantity) for row in part.stock] == [("DOCK", "available", Decimal(90))]
    assert [(one.number, one.parts[0].waits, one.parts[0].cases) for one in (second,)] == [("EC2", True, ())]
    assert engineering_changes(plant.conn, number="EC2") == [second]
