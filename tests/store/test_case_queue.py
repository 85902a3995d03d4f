"""The queue of cases over the real books: how grave each is as things stand, whose it is, how old and how late."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    CaseAssigned,
    CaseDisputed,
    CaseTaskSet,
    Event,
    MaterialConsumed,
    MaterialIssued,
    OrderPlaced,
    PartDefined,
    Requirement,
    ScheduleLine,
    ScheduleReleased,
    ServiceReserved,
    StockLine,
)
from ledger.policy import CaseRules, Policy, Tolerance
from ledger.policy.terms import Terms
from ledger.queries import CaseQueue, QueuePlace, case_queue
from tests.store.test_casework import ACME, EVA, Desk
from tests.store.world import Books, notice, order, receipt

ECU = PartDefined(number="ECU", base_unit="EA", serial_controlled=True)


@pytest.fixture
def desk(conn: Connection) -> Desk:
    return Desk(conn)


def queue(books: Books, **asked: Any) -> CaseQueue:
    return case_queue(books.conn, now=books.now, policy=books.policy, **asked)


def moved(kind: type[Event], quantity: int, **named: Any) -> Event:
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", **named)
    return kind(number=f"{kind.__name__}{quantity}", partner="mes", place="P1", lines=(line,))  # type: ignore[call-arg]


def called(books: Books, hours: float, quantity: int) -> Event:
    due = Requirement(quantity=Decimal(quantity), due_at=books.now + timedelta(hours=hours))
    line = ScheduleLine(part_number="PLATE", unit="EA", requirements=(due,))
    return ScheduleReleased(
        number="SCH1", partner="erp", supplier="92:A123", ship_to="92:PLT07", schedule="planning", lines=(line,),
        issued_at=books.now, release="1",
    )  # fmt: skip


def test_nobody_knows_a_need_and_a_price_so_the_case_is_low(desk: Desk) -> None:
    (one,) = queue(desk).cases

    assert (one.severity, one.coverage_hours, one.value, one.service) == ("low", None, None, 0)
    assert (one.age, one.overdue, one.roles) == ("0-4 h", False, ("receiving", "procurement"))


@pytest.mark.parametrize(
    ("hours", "needed", "severity", "covered"),
    [(3, 9, "critical", "3.0"), (20, 9, "high", "20.0"), (48, 9, "normal", "48.0"), (3, 8, "low", None)],
)
def test_a_case_is_as_grave_as_the_hours_until_what_stands_is_short(
    desk: Desk, hours: float, needed: int, severity: str, covered: str | None
) -> None:
    desk.record(called(desk, hours + 1 / 60, needed))

    (one,) = queue(desk).cases

    assert (one.severity, one.coverage_hours) == (severity, None if covered is None else Decimal(covered))


def test_what_was_built_in_lately_tells_how_long_the_rest_lasts(desk: Desk) -> None:
    desk.record(moved(MaterialIssued, 7, to_location="L1"), moved(MaterialConsumed, 7))

    (one,) = queue(desk).cases
    desk.now += timedelta(days=8)
    (later,) = queue(desk).cases

    # One is left, and seven were used in the seven days that count.
    assert (one.coverage_hours, one.severity) == (Decimal("24.0"), "normal")
    assert (later.coverage_hours, later.age, later.overdue) == (None, ">7 d", True)


def test_goods_promised_to_service_make_a_case_high(desk: Desk) -> None:
    desk.record(moved(ServiceReserved, 2))

    (one,) = queue(desk).cases

    assert (one.severity, one.service) == ("high", 2)


@pytest.mark.parametrize(("price", "severity"), [("5000", "high"), ("250", "normal"), ("249", "low")])
def test_value_decides_where_no_line_and_no_service_waits(conn: Connection, price: str, severity: str) -> None:
    books = Desk(conn)
    placed = order("PO2", {"PLATE": 1}, currency="USD")
    assert isinstance(placed, OrderPlaced)
    line = msgspec.structs.replace(placed.lines[0], price=Decimal(price))
    books.record(msgspec.structs.replace(placed, lines=(line,)))

    (one,) = queue(books).cases

    assert one.value is not None
    assert (one.value.amount, one.value.currency, one.severity) == (Decimal(price) * 2, "USD", severity)


def test_the_gravest_come_first_and_each_role_sees_its_own(desk: Desk) -> None:
    desk.record(receipt("R5", "S5", "PO1", {"BOLT": 5}))
    desk.record(called(desk, 2, 100))
    desk.say(CaseTaskSet, EVA, task="pay", role="finance")

    everybody = queue(desk)

    assert [(one.id, one.severity) for one in everybody.cases] == [("C1", "critical"), ("C2", "low")]
    assert everybody.severities == {"critical": 1, "high": 0, "normal": 0, "low": 1}
    assert everybody.ages == {"0-4 h": 2, "4-24 h": 0, "1-3 d": 0, "3-7 d": 0, ">7 d": 0}
    assert [(one.id, one.tasks) for one in queue(desk, role="finance").cases] == [("C1", ("pay",))]
    assert queue(desk, role="quality").cases == ()
    assert [one.id for one in queue(desk, limit=1).cases] == ["C1"]
    assert queue(desk, limit=1).cut


def test_a_person_sees_what_they_have_and_a_closed_case_stays_while_it_is_disputed(desk: Desk) -> None:
    desk.say(CaseAssigned, EVA, assignee="eva")
    mine = [one.id for one in queue(desk, assignee="eva").cases]
    desk.decide()
    closed = queue(desk).cases
    desk.say(CaseDisputed, ACME, comment="ten were shipped")

    assert (mine, closed) == (["C1"], ())
    assert [(one.id, one.status, one.dispute) for one in queue(desk).cases] == [("C1", "closed", "open")]


@pytest.mark.parametrize("held", [True, False])
def test_more_of_a_serialised_part_than_advised_is_held_whatever_the_tolerance(conn: Connection, held: bool) -> None:
    books = Books(conn)
    books.policy = Policy(
        casework=CaseRules(hold_serialised_over=held),
        default_terms=Terms(tolerances={"D17": Tolerance(percent=Decimal(50))}),
    )
    books.record(ECU, order("PO1", {"PLATE": 100, "ECU": 100}))
    books.record(notice("S1", "PO1", {"PLATE": 10, "ECU": 2}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 11, "ECU": 3}))

    found = [one.code for one in queue(books).cases if one.code == "D17"]

    assert found == (["D17"] if held else [])
    assert verify(conn) == []


@pytest.mark.parametrize("size", [1, 2, 3, 7])
def test_pages_are_the_queue_whatever_happens_between_them(conn: Connection, size: int) -> None:
    """All pages are of the time of the first: cases of one rank and moment stand in the order of their numbers."""
    desk = Desk(conn)
    desk.record(
        *(receipt(f"R{n}", f"S{n}", "PO1", {part: n}) for n in range(5, 8) for part in ("BOLT", "PLATE")),
    )
    desk.record(called(desk, 2, 100))
    whole = queue(desk)

    paged, after = [], None
    while True:
        page = queue(desk, after=after, limit=size)
        paged += page.cases
        if not page.cut:
            break
        after = QueuePlace.of(page.cases[-1], page.now)
        desk.now += timedelta(hours=5)

    assert len(whole.cases) > 3
    assert tuple(paged) == whole.cases
    assert (page.ages, page.severities) == (whole.ages, whole.severities)
