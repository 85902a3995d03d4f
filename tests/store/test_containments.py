"""Containments over the real books: what is held where, and what frees it again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    Actor,
    AllocationMade,
    ContainmentClosed,
    ContainmentOpened,
    Event,
    HoldPlaced,
    HoldReleased,
    InspectionFailed,
    InspectionPassed,
    MaterialIssued,
    NoticeLine,
    PutAwayCompleted,
    ReceiptLine,
    ServiceReserved,
    SiteDefined,
    StockLine,
)
from ledger.outcomes import Contained, Refused
from ledger.queries import balances, containment, containments
from tests.store.world import NOW, Books, notice, order, receipt, source

Where = dict[tuple[str, str, str, str], int]
"""(part, lot, state, hold reason) -> quantity."""

QUALITY = Actor(kind="user", id="ida", roles=("quality_manager",))
CLERK = Actor(kind="user", id="tom", roles=("receiver",))


def opened(number: str = "Q1", **named: Any) -> ContainmentOpened:
    said: dict[str, Any] = {"number": number, "partner": "desk", "occurred_at": NOW, "actor": QUALITY}
    return ContainmentOpened(**(said | named))


def closed(number: str = "Q1", disposition: str = "leave", **named: Any) -> ContainmentClosed:
    said: dict[str, Any] = {"number": number, "partner": "desk", "actor": QUALITY, "disposition": disposition}
    return ContainmentClosed(**(said | named))


def moved(kind: type[Event], quantity: int, number: str = "1", **named: Any) -> Event:
    line = StockLine(part_number=named.pop("part", "PLATE"), quantity=Decimal(quantity), unit="EA", **named)
    return kind(**{"number": number, "partner": "wms", "place": "P1", "lines": (line,)})  # type: ignore[arg-type]


def noticed(lot: str, quantity: int, number: str = "S1", **named: Any) -> Event:
    line = NoticeLine(part_number="PLATE", order_number="PO1", quantity=Decimal(quantity), unit="EA", lot=lot)
    return notice(number, "PO1", {}, lines=(line,), **named)


def came(quantity: int, number: str = "R1", event: dict[str, Any] | None = None, **named: Any) -> Event:
    said: dict[str, Any] = {
        "part_number": "PLATE", "shipment_id": "S1", "order_number": "PO1", "quantity": Decimal(quantity),
        "unit": "EA", "receipt_line": "1",
    }  # fmt: skip
    return receipt(number, "S1", "PO1", {}, lines=(ReceiptLine(**(said | named)),), **(event or {}))


def where(conn: Connection) -> Where:
    rows = balances(conn, by=("part", "lot", "state", "hold_reason"))
    return {(row.part, row.lot, row.state, row.hold_reason): int(row.quantity) for row in rows}


def told(books: Books, event: Event) -> list[tuple[str, str, str, int, int]]:
    (answer, *_) = books.record(event)
    return [
        (one.state, one.asn_line, one.demand, int(one.quantity), int(one.certain))
        for one in answer.outcomes
        if isinstance(one, Contained)
    ]


def reasons(books: Books, *events: Event) -> list[str]:
    return [one.reason for answer in books.record(*events) for one in answer.outcomes if isinstance(one, Refused)]


ORDERED = order("PO1", {"PLATE": 500})
MANY = order("PO2", {"PLATE": 500}, supplier="92:B456")
NOTICED = noticed("L1", 90)
FROM_BOTH: tuple[Event, ...] = (
    NOTICED, came(90, supplier="92:A123", lot="L1"),
    came(50, "R2", supplier="92:B456", shipment_id="", order_number="PO2", lot="L1"),
)  # fmt: skip
EARLIER, LATER = NOW - timedelta(days=1), NOW + timedelta(hours=1)


@pytest.fixture
def books(conn: Connection) -> Books:
    """Forty plates of lot L1 and sixty of L2 on the dock, twenty more of L1 under way."""
    one = Books(conn)
    one.record(order("PO1", {"PLATE": 500}), noticed("", 100), noticed("L1", 20, "S9"))
    one.record(came(40, lot="L1"), came(60, "R2", lot="L2"))
    return one


def test_a_lot_is_held_in_every_state_that_it_can_be_used_in(books: Books) -> None:
    books.record(
        moved(AllocationMade, 10, lot="L1", demand="JOB-7"), moved(MaterialIssued, 5, lot="L1", to_location="L-04"),
        moved(ServiceReserved, 3, lot="L1"), moved(HoldPlaced, 2, lot="L1", hold_reason="scratch"),
    )  # fmt: skip

    found = told(books, opened(parts=("PLATE",), lots=("L1",)))

    assert found == [
        ("allocated", "", "JOB-7", 10, 10), ("available", "", "", 20, 20),
        ("in_transit", "acme/S9/PO1|||PLATE||L1", "", 20, 20),
        ("line_side", "", "", 5, 5), ("quality_hold", "", "", 2, 2), ("service_reserved", "", "", 3, 3),
    ]  # fmt: skip
    assert where(books.conn) == {
        ("PLATE", "L1", "in_transit", ""): 20,
        ("PLATE", "L1", "quality_hold", "containment:Q1"): 38,
        ("PLATE", "L1", "quality_hold", "scratch"): 2,
        ("PLATE", "L2", "available", ""): 60,
    }
    assert verify(books.conn) == []


def test_what_is_in_transit_is_held_on_arrival_until_the_containment_is_closed(books: Books) -> None:
    books.record(opened(lots=("L1",)))
    assert told(books, came(12, "R3", shipment_id="S9")) == [("in_transit", "acme/S9/PO1|||PLATE||L1", "", 12, 12)]
    books.record(closed())
    books.record(came(8, "R4", shipment_id="S9"))

    assert where(books.conn) == {
        ("PLATE", "L1", "quality_hold", "containment:Q1"): 52,
        ("PLATE", "L1", "available", ""): 8,
        ("PLATE", "L2", "available", ""): 60,
    }
    assert verify(books.conn) == []


def test_closing_releases_nothing_unless_it_says_so(books: Books) -> None:
    books.record(opened("Q1", lots=("L1",)), opened("Q2", lots=("L2",)))
    before = where(books.conn)

    books.record(closed("Q1"))
    assert where(books.conn) == before
    books.record(closed("Q2", "release"))

    assert where(books.conn) == {
        ("PLATE", "L1", "in_transit", ""): 20,
        ("PLATE", "L1", "quality_hold", "containment:Q1"): 40,
        ("PLATE", "L2", "available", ""): 60,
    }


def test_what_two_containments_mean_is_released_by_both_only(books: Books) -> None:
    books.record(opened("Q1", lots=("L1",)), opened("Q2", parts=("PLATE",)), closed("Q1", "release"))
    assert where(books.conn)["PLATE", "L1", "quality_hold", "containment:Q2"] == 40

    books.record(closed("Q2", "release"))
    assert where(books.conn)["PLATE", "L1", "available", ""] == 40


def test_contained_goods_are_freed_by_the_name_of_the_containment_only(books: Books) -> None:
    books.record(opened(lots=("L1",)))
    assert reasons(books, moved(InspectionPassed, 5, lot="L1")) == [
        'Goods of PLATE are contained: to release them by the piece, name `hold_reason` "containment:Q1".'
    ]
    freed = moved(HoldReleased, 5, "2", lot="L1", hold_reason="containment:Q1")
    assert [one.result for one in books.record(freed, moved(PutAwayCompleted, 5, lot="L1", to_location="A-1"))] == [
        "posted", "posted",
    ]  # fmt: skip
    assert where(books.conn)["PLATE", "L1", "available", ""] == 5
    assert where(books.conn)["PLATE", "L1", "quality_hold", "containment:Q1"] == 35


def test_goods_held_for_another_reason_come_into_containment_when_they_would_be_free(books: Books) -> None:
    books.record(moved(HoldPlaced, 10, lot="L1", hold_reason="scratch"), opened(lots=("L1",)))
    books.record(moved(InspectionPassed, 10, lot="L1", hold_reason="scratch"))

    assert where(books.conn)["PLATE", "L1", "quality_hold", "containment:Q1"] == 40
    assert ("PLATE", "L1", "available", "") not in where(books.conn)


def test_contained_goods_that_fail_stay_the_containments(books: Books) -> None:
    books.record(opened(lots=("L1",)), moved(InspectionFailed, 4, lot="L1", reason="crack"))

    assert where(books.conn)["PLATE", "L1", "quarantine", "containment:Q1"] == 4
    assert verify(books.conn) == []


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (opened(), "It names nothing: say at least one of supplier, parts, lots, serials, since and until."),
        (opened(lots=("L1",), since=NOW, until=NOW), "`since` is not before `until`."),
        (opened(lots=("L1",), actor=CLERK), "ContainmentOpened is decided by: inspector, quality_manager."),
        (opened(lots=("L1",), actor=Actor(kind="user", id="ida", roles=("inspector",), sites=("P2",))),
         "ida does not work for every site; name sites of your own."),
        (closed(actor=CLERK), "ContainmentClosed is decided by: quality_manager."),
        (moved(HoldPlaced, 1, hold_reason="containment:Q7"),
         "No containment Q7 is open; open it, or name another hold reason."),
    ],
)  # fmt: skip
def test_what_may_not_be_is_refused_and_changes_nothing(books: Books, event: Event, reason: str) -> None:
    if isinstance(event, ContainmentClosed):
        books.record(opened(lots=("L1",)))
    before = where(books.conn)

    assert reasons(books, event) == [reason]
    assert where(books.conn) == before


def test_the_same_containment_again_changes_nothing_and_another_under_its_number_is_a_conflict(books: Books) -> None:
    first = opened(lots=("L1",))
    results = [books.record(event)[0].result for event in (first, first, opened(lots=("L2",)), opened(partner="x"))]

    assert results == ["posted", "repeated", "conflict", "conflict"]
    assert where(books.conn)["PLATE", "L2", "available", ""] == 60


def test_a_containment_waits_for_what_it_names_and_a_closing_for_its_containment(books: Books) -> None:
    answers = books.record(closed(disposition="release"), opened(sites=("92:PLT09",), lots=("L1",)))
    assert [one.result for one in answers] == ["waiting", "waiting"]

    books.record(SiteDefined(number="P9", identifiers=("92:PLT09",)))
    books.record(order("PO9", {"PLATE": 5}, ship_to="92:PLT09"))
    books.record(came(5, "R7", lot="L1", order_number="PO9", event={"ship_to": "92:PLT09"}))
    assert where(books.conn)["PLATE", "L1", "available", ""] == 45
    assert verify(books.conn) == []


def test_it_holds_at_the_sites_that_it_names_and_without_any_at_all_of_them(books: Books) -> None:
    books.record(SiteDefined(number="P9", identifiers=("92:PLT09",)))
    books.record(order("PO9", {"PLATE": 5}, ship_to="92:PLT09"))
    books.record(came(5, "R7", lot="L1", order_number="PO9", event={"ship_to": "92:PLT09"}))
    books.record(opened("Q1", lots=("L1",), sites=("92:PLT09",)))

    def held() -> dict[str, int]:
        rows = balances(books.conn, by=("site", "state"), lot="L1", state="quality_hold")
        return {row.site: int(row.quantity) for row in rows}

    assert held() == {"P9": 5}
    books.record(opened("Q2", lots=("L1",)))
    assert held() == {"P1": 40, "P9": 5}
    assert verify(books.conn) == []


def test_the_report_says_how_many_units_stand_where_and_whose_demands_lost_theirs(books: Books) -> None:
    books.record(
        moved(AllocationMade, 10, lot="L1", demand="JOB-7"), moved(HoldPlaced, 2, lot="L1", hold_reason="scratch"),
    )  # fmt: skip
    books.record(opened(parts=("PLATE",), lots=("L1",)), came(5, "R3", shipment_id="S9"))

    found = containment(books.conn, "Q1")
    assert found is not None
    assert [
        (at.state, at.held, at.hold_reason, at.asn_line, int(at.quantity), int(at.certain)) for at in found.affected
    ] == [
        ("in_transit", False, "", "acme/S9/PO1|||PLATE||L1", 15, 15),
        ("quality_hold", True, "containment:Q1", "", 43, 43),
        ("quality_hold", False, "scratch", "", 2, 2),
    ]
    assert [int(one) for one in (found.held, found.in_transit, found.otherwise)] == [43, 15, 2]
    assert [(hit.demand, int(hit.quantity)) for hit in found.demands] == [("JOB-7", 10)]
    assert [(one.number, one.status, int(one.held)) for one in containments(books.conn)] == [("Q1", "open", 43)]

    books.record(closed(disposition="release"))
    done = containment(books.conn, "Q1")
    assert done is not None
    assert (done.containment.status, done.affected) == ("closed", ())
    assert containments(books.conn, status="open") == []


def test_goods_of_two_suppliers_in_one_bin_are_held_as_far_as_they_could_be_meant(conn: Connection) -> None:
    books = Books(conn)
    books.record(ORDERED, MANY, *FROM_BOTH)  # 90 of acme's, 50 of bravo's on the dock
    books.record(moved(PutAwayCompleted, 120, to_location="A-1"))

    found = told(books, opened(supplier="92:B456", parts=("PLATE",)))

    # All of bravo's may stand in either place: at least 30 of those in the bin are, none of those left need be.
    assert found == [("available", "", "", 70, 30)]
    rows = balances(conn, by=("location", "state"))
    assert {(row.location, row.state): int(row.quantity) for row in rows} == {
        ("A-1", "available"): 70, ("A-1", "quality_hold"): 50, ("DOCK", "quality_hold"): 20,
    }  # fmt: skip
    assert verify(conn) == []


def test_what_somebody_was_not_to_close_is_closed_by_who_may(books: Books) -> None:
    books.record(opened(parts=("PLATE",)))

    def told(name: str, actor: Actor) -> list[str]:
        return [one.result for one in books.record(closed(actor=actor, source=source(name)))]

    assert told("first", CLERK) == ["refused"]
    assert told("first", CLERK) == ["repeated"]
    assert told("second", QUALITY) == ["posted"]
    assert verify(books.conn) == []


def test_a_closing_that_waited_and_was_refused_then_may_be_said_by_who_may(books: Books) -> None:
    assert [one.result for one in books.record(closed(actor=CLERK, source=source("first")))] == ["waiting"]
    answers = books.record(opened(parts=("PLATE",)))
    assert [(one.kind, one.result) for one in answers] == [
        ("ContainmentOpened", "posted"), ("ContainmentClosed", "refused"),
    ]  # fmt: skip

    assert [one.result for one in books.record(closed(actor=QUALITY, source=source("second")))] == ["posted"]
    assert verify(books.conn) == []


@pytest.mark.parametrize("together", [False, True])
def test_a_closing_that_is_refused_beside_it_may_be_said_by_who_may(books: Books, together: bool) -> None:
    books.record(closed(actor=CLERK, source=source("C1")))
    batch = [opened(lots=("LOT1",)), closed(source=source("C2"))]

    told = books.record(*batch) if together else [one for event in batch for one in books.record(event)]

    assert sorted((one.kind, one.result) for one in told) == [
        ("ContainmentClosed", "posted"), ("ContainmentClosed", "refused"), ("ContainmentOpened", "posted"),
    ]  # fmt: skip


def test_goods_that_never_were_received_are_marked_in_transit(conn: Connection) -> None:
    """Nothing of the supplier's ever came: its notices say what of it is under way."""
    books = Books(conn)
    books.record(ORDERED, MANY, noticed("L1", 30), noticed("", 20, "S2"))
    books.record(came(5, supplier="92:B456", shipment_id="", order_number="PO2"))
    marks = {
        "Q1": ({"supplier": "92:A123"}, 50, 50),
        "Q2": ({"supplier": "92:B456"}, 0, 0),
        "Q3": ({"supplier": "92:A123", "lots": ("L1",)}, 50, 30),
        "Q4": ({"parts": ("PLATE",), "dates": "shipped", "until": LATER}, 50, 50),
        "Q5": ({"parts": ("PLATE",), "until": EARLIER}, 0, 0),
        "Q6": ({"parts": ("PLATE",), "since": EARLIER}, 50, 0),
    }
    for number, (named, most, sure) in marks.items():
        savepoint = conn.begin_nested()
        told = books.record(opened(number, **named))
        found = containment(conn, number)
        assert found is not None
        marked = [one for one in found.affected if one.state == "in_transit"]
        assert (sum(one.quantity for one in marked), sum(one.certain for one in marked)) == (most, sure), number
        said = [one for one in told[0].outcomes if isinstance(one, Contained) and one.state == "in_transit"]
        assert sum(one.quantity for one in said) == most
        assert verify(conn) == []
        savepoint.rollback()
