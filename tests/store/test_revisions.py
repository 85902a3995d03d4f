"""Revisions over the real books: what comes in, what may be used, and what engineering and quality let pass."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    Actor,
    DeviationApproved,
    Event,
    GoodsReceived,
    HoldReleased,
    InspectionFailed,
    InspectionPassed,
    MaterialIssued,
    PartDefined,
    PartRevision,
    ShipmentNotified,
    StockLine,
)
from ledger.events.decisions import DiscrepancyResolved, Resolution
from ledger.outcomes import Recorded, Refused
from ledger.queries import balances, cases
from tests.store.world import NOW, Books, notice, order, receipt

TODAY = NOW.date()
ENA = Actor(kind="user", id="ena", roles=("engineer",))
QUI = Actor(kind="user", id="qui", roles=("quality_manager",))
IDA = Actor(kind="user", id="ida", roles=("inspector",))

Standing = dict[tuple[str, str], int]
"""(revision, state) -> quantity of plates."""


class Plant(Books):
    """Plates whose revision A ends today but one, and B goes on from today."""

    def __init__(self, conn: Connection, **part: Any) -> None:
        super().__init__(conn)
        said: dict[str, Any] = {
            "revision_policy": "current",
            "revisions": (
                PartRevision(revision="A", effective_to=TODAY - timedelta(days=1)),
                PartRevision(revision="B", effective_from=TODAY),
            ),
        } | part
        self.record(PartDefined(number="PLATE", base_unit="EA", **said), order("PO1", {"PLATE": 1000}))

    def standing(self) -> Standing:
        rows = balances(self.conn, by=("revision", "state"), part="PLATE")
        return {(row.revision, row.state): int(row.quantity) for row in rows if row.state != "in_transit"}

    def open_cases(self) -> list[tuple[str, str, int]]:
        return [(one.id, one.code, int(one.quantity)) for one in cases(self.conn) if one.status != "closed"]


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return Plant(conn)


def advised(number: str, revision: str, quantity: int = 100) -> ShipmentNotified:
    event = notice(number, "PO1", {"PLATE": quantity})
    return msgspec.structs.replace(event, lines=_with_revision(event.lines, revision))


def received(number: str, shipment: str, revision: str, quantity: int = 100, **line: Any) -> GoodsReceived:
    event = receipt(number, shipment, "PO1", {"PLATE": quantity})
    lines = tuple(msgspec.structs.replace(one, **line) for one in _with_revision(event.lines, revision))
    return msgspec.structs.replace(event, lines=lines)


def _with_revision(lines: Any, revision: str) -> Any:
    return tuple(msgspec.structs.replace(line, part_revision=revision) for line in lines)


def deviation(revision: str = "A", number: str = "DV1", actor: Actor | None = ENA, **said: Any) -> DeviationApproved:
    about: dict[str, Any] = {"part": "PLATE", "approver_role": "engineer"} | said
    return DeviationApproved(number=number, part_revision=revision, partner="plm", actor=actor, **about)


def moved(kind: type[Event], quantity: int, number: str = "m", **named: Any) -> Event:
    actor = named.pop("actor", None)
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", **named)
    return kind(**{"number": number, "partner": "mes", "place": "P1", "lines": (line,), "actor": actor})  # type: ignore[arg-type]


def issued(quantity: int, number: str = "i", **named: Any) -> Event:
    return moved(MaterialIssued, quantity, number, **{"to_location": "L1", "demand": "WO1"} | named)


def decided(case: str, how: Resolution, actor: Actor | None = ENA) -> DiscrepancyResolved:
    return DiscrepancyResolved(number=case, resolution=how, partner="desk", actor=actor)


def results(answers: list[Recorded]) -> list[str]:
    return [one.result for one in answers]


def reasons(answers: list[Recorded]) -> list[str]:
    return [one.reason for answer in answers for one in answer.outcomes if isinstance(one, Refused)]


# --- on arrival -----------------------------------------------------------------------------------------------


def test_an_effective_revision_reaches_available(plant: Plant) -> None:
    plant.record(advised("S1", "B"), received("R1", "S1", "B"))

    assert (plant.standing(), plant.open_cases()) == ({("B", "available"): 100}, [])
    assert verify(plant.conn) == []


ARRIVALS: dict[str, list[Event]] = {
    "advised and received": [advised("S1", "A"), received("R1", "S1", "A")],
    "advised, received without a revision": [advised("S1", "A"), received("R1", "S1", "")],
    "received first": [received("R1", "S1", "A"), advised("S1", "A")],
    "received first without a revision": [received("R1", "S1", ""), advised("S1", "A")],
}


@pytest.mark.parametrize("how", ARRIVALS)
def test_goods_of_a_revision_not_in_force_are_held_under_one_case_whatever_came_first(plant: Plant, how: str) -> None:
    for event in ARRIVALS[how]:
        plant.record(event)

    assert plant.standing() == {("A", "quality_hold"): 100}
    assert [(code, quantity) for _, code, quantity in plant.open_cases()] == [("D05", 100)]
    assert verify(plant.conn) == []


def test_a_receipt_that_names_another_revision_than_its_notice_is_judged_by_itself(plant: Plant) -> None:
    plant.record(advised("S1", "B"), received("R1", "S1", "A", 60))
    assert plant.standing() == {("A", "quality_hold"): 60}
    assert plant.open_cases() == [("C1", "D05", 60)]

    plant.record(received("R2", "S1", "B", 40))

    assert plant.standing() == {("A", "quality_hold"): 60, ("B", "available"): 40}
    assert verify(plant.conn) == []


def test_goods_without_a_notice_are_judged_by_the_day_they_came(plant: Plant) -> None:
    yesterday = NOW - timedelta(days=1)
    late = msgspec.structs.replace(received("R1", "", "A", 10), occurred_at=yesterday)

    plant.record(late, received("R2", "", "A", 7))

    assert plant.standing() == {("A", "available"): 10, ("A", "quality_hold"): 7}
    assert [(code, quantity) for _, code, quantity in plant.open_cases()] == [("D14", 10), ("D05", 7), ("D14", 7)]


def test_the_supplier_is_told_of_a_wrong_revision_that_the_dock_found(plant: Plant) -> None:
    plant.record(advised("S1", "B"))

    (answer,) = plant.record(received("R1", "S1", "A", 100))

    advices: list[Any] = [one.advice for one in answer.outcomes if hasattr(one, "advice")]
    told = [
        (line.part_revision, one.condition, one.quantity)
        for a in advices
        for line in a.lines
        for one in line.variances
    ]
    assert told == [("A", "05", Decimal(100))]


@pytest.mark.parametrize(
    ("policy", "revision", "state"),
    [
        ("accept", "Z", "available"), ("accept", "", "available"),
        ("current", "B", "available"), ("current", "Z", "quality_hold"), ("current", "", "available"),
        ("required", "B", "available"), ("required", "Z", "quality_hold"), ("required", "", "quality_hold"),
    ],
)  # fmt: skip
def test_what_a_part_asks_of_revisions_decides_where_they_go(
    conn: Connection, policy: str, revision: str, state: str
) -> None:
    plant = Plant(conn, revision_policy=policy)

    plant.record(received("R1", "", revision, 5))

    assert plant.standing() == {(revision, state): 5}


@pytest.mark.parametrize(
    ("serials", "state"),
    [(("SN00500",), "available"), (("SN00599",), "available"), (("SN00499",), "quality_hold"),
     (("SN00600",), "quality_hold"), (("XX00500",), "quality_hold"), (("SN00500", "SN00600"), "quality_hold"),
     ((), "available")],
)  # fmt: skip
def test_a_revision_holds_for_a_range_of_serials(conn: Connection, serials: tuple[str, ...], state: str) -> None:
    plant = Plant(conn, revisions=(PartRevision(revision="B", serial_from="SN00500", serial_to="SN00599"),))

    plant.record(received("R1", "", "B", max(1, len(serials)), serials=serials))

    assert plant.standing() == {("B", state): max(1, len(serials))}


def test_a_revision_holds_from_so_many_received_on(conn: Connection) -> None:
    plant = Plant(
        conn,
        revisions=(
            PartRevision(revision="A", cum_to=Decimal(100)),
            PartRevision(revision="B", cum_from=Decimal(100)),
        ),
    )

    plant.record(received("R1", "", "B", 5), received("R2", "", "A", 95), received("R3", "", "B", 5))
    plant.record(received("R4", "", "A", 1))

    assert plant.standing() == {
        ("B", "quality_hold"): 5, ("A", "available"): 95, ("B", "available"): 5, ("A", "quality_hold"): 1,
    }  # fmt: skip
    assert verify(plant.conn) == []


# --- out of hold ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "events", [ARRIVALS["advised and received"], [received("R1", "", "A")]], ids=["with a notice", "without one"]
)
def test_an_approved_case_lets_the_goods_into_stock_and_what_comes_later_too(
    plant: Plant, events: list[Event]
) -> None:
    for event in events:
        plant.record(event)
    (case,) = [name for name, code, _ in plant.open_cases() if code == "D05"]

    assert reasons(plant.record(decided(case, "accept", IDA))) == [
        f"Case {case} is decided by: engineer, quality_manager."
    ]
    assert results(plant.record(decided(case, "accept"))) == ["posted"]

    assert plant.standing() == {("A", "available"): 100}
    assert "D05" not in [code for _, code, _ in plant.open_cases()]
    assert verify(plant.conn) == []


def test_a_case_approved_before_the_goods_come_lets_them_in(plant: Plant) -> None:
    plant.record(advised("S1", "A"))
    plant.record(decided("C1", "accept", QUI))

    plant.record(received("R1", "S1", "A"))

    assert (plant.standing(), plant.open_cases()) == ({("A", "available"): 100}, [])


@pytest.mark.parametrize(("how", "left"), [("return", {}), ("scrap", {}), ("rework", {("A", "quality_hold"): 100})])
def test_a_case_may_send_the_goods_away(plant: Plant, how: Resolution, left: Standing) -> None:
    plant.record(received("R1", "", "A"))

    assert results(plant.record(decided("C1", how, None))) == ["posted"]

    assert plant.standing() == left
    assert verify(plant.conn) == []


@pytest.mark.parametrize("kind", [InspectionPassed, HoldReleased])
def test_nobody_releases_held_revisions_without_a_deviation(plant: Plant, kind: type[Event]) -> None:
    plant.record(received("R1", "", "A"))

    refused = plant.record(moved(kind, 40, "1", actor=IDA))
    plant.record(deviation(quantity=Decimal(50)))
    posted = plant.record(moved(kind, 40, "2", actor=IDA), moved(kind, 11, "3", actor=IDA), moved(kind, 10, "4"))

    assert (results(refused), results(posted)) == (["refused"], ["posted", "refused", "posted"])
    assert plant.standing() == {("A", "quality_hold"): 50, ("A", "available"): 50}
    assert reasons(refused) == [
        "Revision A of PLATE came in while not in force: accept its case, or have a deviation approved for 40 EA "
        "(0 are left of those in force)."
    ]


def test_quarantine_is_no_way_around_the_approval(plant: Plant) -> None:
    plant.record(received("R1", "", "A"))
    plant.record(moved(InspectionFailed, 100, "1", actor=IDA, reason="scratched"))

    answers = plant.record(moved(HoldReleased, 100, "2", actor=QUI, reason="use as is"))

    assert (results(answers), plant.standing()) == (["refused"], {("A", "quarantine"): 100})
