"""Promises, carriers' reports and short confirmations: filed as said, joined whenever their documents come."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import (
    AcknowledgedLine,
    Event,
    OrderAcknowledged,
    OrderChanged,
    OrderLine,
    ReceiptShortConfirmed,
    ShipmentCancelled,
    ShipmentStatusReported,
    ShortLine,
    StatusReport,
)
from ledger.outcomes import CaseOpened, Refused
from tests.store.world import NOW, Books, notice, order, receipt, source

DAY = timedelta(days=1)


def answer(number: str, status: str = "accepted", quantity: int = 0, **named: Any) -> AcknowledgedLine:
    said: dict[str, Any] = {"part_number": "PLATE", "order_line": number, "unit": "EA"} | named
    return AcknowledgedLine(status=status, quantity=Decimal(quantity), **said)  # type: ignore[arg-type]


def acknowledged(*lines: AcknowledgedLine, number: str = "PO1", **named: Any) -> OrderAcknowledged:
    said: dict[str, Any] = {
        "partner": "acme", "supplier": "92:A123", "ship_to": "92:PLT07", "acknowledged_at": NOW,
        "source": source("A"),
    } | named  # fmt: skip
    return OrderAcknowledged(number=number, lines=lines, **said)


def promised(conn: Connection) -> list[tuple[str, str | None, datetime | None]]:
    (found,) = queries.orders(conn)
    return [
        (line.line, None if line.promised_quantity is None else str(line.promised_quantity), line.promised_at)
        for line in found.lines
    ]


def report(number: str, *statuses: StatusReport, **named: Any) -> ShipmentStatusReported:
    return ShipmentStatusReported(number=number, partner="haul", statuses=statuses, **named)


def short(number: str, shipment: str = "S1", **named: Any) -> ReceiptShortConfirmed:
    line = ShortLine(part_number="PLATE", shipment_id=shipment, **named)
    return ReceiptShortConfirmed(number=number, partner="threepl", ship_to="92:PLT07", lines=(line,))


def standing(conn: Connection) -> dict[str, int]:
    return {row.state: int(row.quantity) for row in queries.balances(conn, by=("state",), external=True)}


def open_cases(conn: Connection) -> list[tuple[str, int, int, int]]:
    return [
        (one.code, int(one.quantity), int(one.expected), int(one.actual))
        for one in queries.cases(conn)
        if one.status != "closed"
    ]


def test_an_acknowledgment_promises_dates_and_quantities_and_leaves_the_order_as_it_is(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100, "BOLT": 5}))

    books.record(
        acknowledged(
            answer("1", "changed", 60, promised_at=NOW + DAY, code="IQ"),
            answer("1", "backordered", 40, code="IB"),
            answer("2", "rejected", part_number="BOLT"),
        )
    )

    (found,) = queries.orders(conn)
    first, second = found.lines
    assert [(one.status, one.quantity, one.promised_at) for one in first.promises] == [
        ("backordered", Decimal(40), None), ("changed", Decimal(60), NOW + DAY),
    ]  # fmt: skip
    assert (first.quantity, first.promised_quantity, first.promised_at) == (Decimal(100), Decimal(60), NOW + DAY)
    assert (second.promised_quantity, second.promised_at) == (Decimal(0), None)
    assert verify(conn) == []


@pytest.mark.parametrize("arrival", list(permutations(range(3))))
def test_the_acknowledgment_made_last_counts_whichever_came_last(conn: Connection, arrival: tuple[int, ...]) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}))
    said = [
        acknowledged(answer("1", promised_at=NOW + DAY), acknowledgment="A9"),
        acknowledged(answer("1", promised_at=NOW + 3 * DAY), acknowledgment="A10"),
        acknowledged(answer("1", promised_at=NOW + 2 * DAY), acknowledgment="A11", acknowledged_at=NOW - DAY),
    ]

    for n in arrival:
        books.record(said[n])

    assert promised(conn) == [("1", "100", NOW + 3 * DAY)]


def test_the_same_answer_given_again_later_is_in_force_again(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}))
    books.record(acknowledged(answer("1", promised_at=NOW + DAY), acknowledgment="A1"))
    books.record(acknowledged(answer("1", promised_at=NOW + 2 * DAY), acknowledgment="A2"))

    books.record(acknowledged(answer("1", promised_at=NOW + DAY), acknowledgment="A3"))
    (again,) = books.record(acknowledged(answer("1", promised_at=NOW + DAY), acknowledgment="A3"))

    assert promised(conn) == [("1", "100", NOW + DAY)]
    assert again.result == "repeated"


def test_an_acknowledgment_without_a_place_waits_for_its_order_and_stands_where_that_does(conn: Connection) -> None:
    books = Books(conn)
    (waits,) = books.record(acknowledged(answer("1", promised_at=NOW + DAY), ship_to=""))

    answers = books.record(order("PO1", {"PLATE": 100}))

    assert waits.result == "waiting"
    assert [(one.kind, one.site, one.result) for one in answers] == [
        ("OrderPlaced", "P1", "posted"), ("OrderAcknowledged", "P1", "posted"),
    ]  # fmt: skip
    assert promised(conn) == [("1", "100", NOW + DAY)]
    assert verify(conn) == []


def test_an_order_and_its_acknowledgment_without_a_place_come_in_one_batch(conn: Connection) -> None:
    books = Books(conn)

    answers = books.record(order("PO1", {"PLATE": 100}), acknowledged(answer("1"), ship_to=""))

    assert [(one.kind, one.site, one.result) for one in answers] == [
        ("OrderPlaced", "P1", "posted"), ("OrderAcknowledged", "P1", "posted"),
    ]  # fmt: skip


def test_an_acknowledgment_whose_order_never_comes_is_refused_after_the_grace_time(conn: Connection) -> None:
    books = Books(conn)
    books.record(acknowledged(answer("1")))

    refused = [one for one in books.tick(minutes=20) if one.kind == "OrderAcknowledged"]

    assert [(one.result, [type(found) for found in one.outcomes][:2]) for one in refused] == [
        ("refused", [Refused, CaseOpened])
    ]
    assert open_cases(conn) == [("D02", 0, 0, 0)]


def test_an_answer_to_a_change_may_overtake_the_change(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100}))
    (waits,) = books.record(acknowledged(answer("2", "accepted", 7, part_number="BOLT", promised_at=NOW + DAY)))
    line = OrderLine(part_number="BOLT", order_line="2", quantity=Decimal(7), unit="EA", change="add", segment=9)

    books.record(OrderChanged(number="PO1", partner="erp", supplier="92:A123", ship_to="92:PLT07", lines=(line,)))

    assert waits.result == "waiting"
    assert promised(conn) == [("1", None, None), ("2", "7", NOW + DAY)]


def test_a_whole_order_may_be_accepted_without_naming_a_line(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 100, "BOLT": 5}))

    books.record(acknowledged(answer("2", "rejected", part_number="BOLT"), status="accepted"))

    assert promised(conn) == [("1", "100", None), ("2", "0", None)]


# --- carriers -----------------------------------------------------------------------------------------------

LEFT = report(
    "H1", StatusReport(status="under_way", code="AF", occurred_at=NOW, expected_at=NOW + DAY), pro_number="PRO1"
)
LATE = report(
    "H1",
    StatusReport(status="delayed", code="SD", occurred_at=NOW + DAY, expected_at=NOW + 3 * DAY),
    pro_number="PRO1",
)
THERE = report(
    "H2", StatusReport(status="arrived", code="X1", occurred_at=NOW + 2 * DAY), bill_of_lading="BOL1", carrier="HAUL"
)
GOES = notice("S1", "PO1", {"PLATE": 5}, pro_number="PRO1", bill_of_lading="BOL1", expected_at=NOW + 2 * DAY)


@pytest.mark.parametrize(
    "arrival", list(permutations((LATE, LEFT, GOES))), ids=lambda said: "".join(one.number for one in said)
)
def test_reports_join_their_shipment_in_any_order_and_the_last_that_happened_counts(
    conn: Connection, arrival: tuple[Event, ...]
) -> None:
    books = Books(conn)
    books.record(THERE, order("PO1", {"PLATE": 5}))

    for event in arrival:
        books.record(event)

    (found,) = queries.shipments(conn)
    assert (found.expected_at, found.eta, found.arrived_at) == (NOW + 2 * DAY, NOW + 3 * DAY, NOW + 2 * DAY)
    assert (found.carriage.status, found.carriage.code, found.carriage.pro_number) == ("arrived", "X1", "PRO1")
    assert [line.in_transit for line in found.lines] == [Decimal(5)]


def test_a_report_of_another_carrier_supplier_or_year_is_not_about_the_shipment(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 5}))
    books.record(notice("S1", "PO1", {"PLATE": 5}, pro_number="PRO1", carrier="HAUL"))
    said = StatusReport(status="arrived", occurred_at=NOW)
    long_ago = StatusReport(status="arrived", occurred_at=NOW - 400 * DAY)

    books.record(
        report("H1", said, pro_number="PRO1", carrier="OTHR"),
        report("H2", said, shipment_id="S1", supplier="92:B456"),
        report("H3", long_ago, shipment_id="S1"),
    )

    (found,) = queries.shipments(conn)
    assert (found.eta, found.arrived_at, found.carriage.status) == (None, None, "")


def test_a_report_that_names_no_shipment_is_refused_saying_what_to_give(conn: Connection) -> None:
    books = Books(conn)

    (told,) = books.record(report("H1", StatusReport(status="arrived")))

    assert (told.result, [one.reason for one in told.outcomes if isinstance(one, Refused)]) == (
        "refused",
        ["Report H1 names no shipment: give `shipment_id`, `bill_of_lading` or `pro_number`."],
    )


# --- short confirmed ----------------------------------------------------------------------------------------


def test_a_confirmed_short_goes_to_clearing_at_once(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 10}), notice("S1", "PO1", {"PLATE": 10}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 7}))
    before = standing(conn), open_cases(conn)

    books.record(short("K1"))

    assert before == ({"available": 7, "in_transit": 3, "supplier": -10}, [])
    assert standing(conn) == {"available": 7, "clearing": 3, "supplier": -10}
    assert open_cases(conn) == [("D16", 3, 10, 7)]
    assert verify(conn) == []


def test_goods_found_after_their_short_was_confirmed_leave_clearing(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 10}), notice("S1", "PO1", {"PLATE": 10}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 7}))
    books.record(short("K1"))

    books.record(receipt("R2", "S1", "PO1", {"PLATE": 3}))

    assert standing(conn) == {"available": 10, "supplier": -10}
    assert open_cases(conn) == []
    assert verify(conn) == []


@pytest.mark.parametrize("arrival", [(0, 1, 2, 3, 4), (4, 3, 2, 1, 0), (2, 4, 0, 1, 3), (1, 4, 2, 0, 3)])
def test_a_short_is_confirmed_alike_in_any_order_of_arrival(conn: Connection, arrival: tuple[int, ...]) -> None:
    books = Books(conn)
    events = (
        order("PO1", {"PLATE": 10}), notice("S1", "PO1", {"PLATE": 10}), short("K1"),
        receipt("R1", "S1", "PO1", {"PLATE": 4}, supplier="92:A123"),
        receipt("R2", "S1", "PO1", {"PLATE": 2}, supplier="92:A123"),
    )  # fmt: skip

    for n in arrival:
        books.record(events[n])

    assert standing(conn) == {"available": 6, "clearing": 4, "supplier": -10}
    assert open_cases(conn) == [("D16", 4, 10, 6)]
    assert verify(conn) == []


def test_a_notice_cannot_be_withdrawn_once_the_dock_confirmed_a_short(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 10}), notice("S1", "PO1", {"PLATE": 10}))
    books.record(short("K1"))

    (told,) = books.record(ShipmentCancelled(number="S1", partner="acme", supplier="92:A123", ship_to="92:PLT07"))

    assert told.result == "refused"
    assert open_cases(conn) == [("D16", 10, 10, 0), ("D42", 0, 0, 0)]
    assert verify(conn) == []


def test_a_part_that_the_shipment_does_not_have_cannot_be_short(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"BOLT": 10}), notice("S1", "PO1", {"BOLT": 10}))

    (told,) = books.record(short("K1"))

    assert [one.reason for one in told.outcomes if isinstance(one, Refused)] == [
        "Shipment S1 advised no PLATE that could be short."
    ]


def test_a_rebuild_makes_all_papers_again(conn: Connection) -> None:
    books = Books(conn)
    books.record(acknowledged(answer("1", promised_at=NOW + DAY), status="accepted", ship_to=""), LEFT)
    books.record(order("PO1", {"PLATE": 100}), GOES)
    books.record(LATE, THERE, short("K1"))

    assert rebuild(conn).differences == ()
