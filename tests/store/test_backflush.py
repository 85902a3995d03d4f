"""Backflush: what the line tells is built in, vehicle by vehicle, and a count there that differs is its own case."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import LocationDefined, MaterialConsumed, MaterialIssued, StockLine
from ledger.outcomes import Refused
from ledger.policy import Policy, Tolerance, ToleranceRule
from ledger.queries import trace
from tests.store.plant import TOM, Plant, counted, decided, moved, open_cases, results

VIN = "1M8GDM9AXKP042788"


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return at_line(Plant(conn))


def at_line(plant: Plant) -> Plant:
    """A hundred plates at the line L1, forty of them built in."""
    plant.record(LocationDefined(number="P1/L1", site="P1", location="L1", location_kind="line_side"))
    plant.record(moved(MaterialIssued, 100, "i", to_location="L1"), moved(MaterialConsumed, 40, "c", vin=VIN))
    return plant


def test_what_the_line_tells_is_built_into_its_vehicle_once(plant: Plant) -> None:
    lines = tuple(
        StockLine(part_number="PLATE", quantity=Decimal(n), unit="EA", vin=VIN, line=str(n)) for n in (1, 2)
    )
    event = MaterialConsumed(number="MES-7", partner="mes", place="P1", bom_revision="17", lines=lines)

    answers = plant.record(event) + plant.record(event)

    assert [(one.result, one.movements) for one in answers] == [("posted", 2), ("repeated", 0)]
    assert plant.standing() == {("line_side", "L1"): 57}
    assert [step.quantity for step in trace(plant.conn, "vin", VIN).steps if step.vin] == [40, 1, 2]


def test_a_wrong_vin_is_refused_and_nothing_moves(plant: Plant) -> None:
    (answer,) = plant.record(moved(MaterialConsumed, 1, "d", vin="1M8GDM9A1KP042788"))

    (refused,) = [one for one in answer.outcomes if isinstance(one, Refused)]
    assert refused.reason == (
        "1M8GDM9A1KP042788 is no VIN: its ninth character is 1, the others give X; read it again."
    )
    assert plant.standing() == {("line_side", "L1"): 60}


@pytest.mark.parametrize("quantity", [58, 62, 0])
def test_a_count_at_the_line_that_differs_is_a_backflush_variance(plant: Plant, quantity: int) -> None:
    plant.record(counted(quantity, location="L1"))

    assert open_cases(plant.conn) == [("C1", "D40", "open", abs(60 - quantity), 60, quantity)]
    assert results(plant.record(decided("C1", "accept", TOM))) == [
        ("DiscrepancyResolved", "posted"), ("StockCounted", "posted"),
    ]  # fmt: skip
    assert plant.standing() == ({("line_side", "L1"): quantity} if quantity else {})
    assert verify(plant.conn) == []


def test_a_count_at_an_empty_line_is_one_too(plant: Plant) -> None:
    plant.record(moved(MaterialConsumed, 60, "d"))

    plant.record(counted(5, location="L1"))

    assert [one[1] for one in open_cases(plant.conn)] == ["D40"]


def test_a_count_elsewhere_is_a_count_variance_as_ever(conn: Connection) -> None:
    plant = Plant(conn)

    plant.record(counted(60))

    assert [one[1] for one in open_cases(plant.conn)] == ["D43"]


@pytest.mark.parametrize(("percent", "cases"), [("0.5", 1), ("4", 0)])
def test_the_line_has_a_tolerance_of_its_own(conn: Connection, percent: str, cases: int) -> None:
    rule = ToleranceRule(code="D40", tolerance=Tolerance(percent=Decimal(percent)))
    plant = at_line(Plant(conn, Policy(tolerances=(rule,))))

    plant.record(counted(58, location="L1"))

    assert len(open_cases(plant.conn)) == cases


def test_a_second_count_of_the_line_takes_the_place_of_the_first(plant: Plant) -> None:
    plant.record(counted(50, "1", location="L1"), counted(55, "2", location="L1"))

    assert open_cases(plant.conn) == [("C2", "D40", "open", 5, 60, 55)]
