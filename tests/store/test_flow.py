"""What is on its way and what waits: in transit with ETA, the backlog of receiving, dock-to-stock times."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.events import LocationDefined, PutAwayCompleted, ReceiptLine, StatusReport
from ledger.policy import Policy, Terms
from ledger.queries import UnderWay
from tests.store.test_balances import moved
from tests.store.test_containments import opened
from tests.store.test_papers import report
from tests.store.world import NOW, Books, notice, order, receipt

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
POLICY = Policy(terms={"acme": Terms(overdue_hours=2)})


@pytest.fixture
def books(conn: Connection) -> Books:
    """Three shipments of plates: S1 half here, S2 all under way, S3 all here."""
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 60}))
    for number, hours in (("S1", 6), ("S2", 8), ("S3", 1)):
        books.record(notice(number, "PO1", {"PLATE": 20}, expected_at=NOW + hours * HOUR))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 12}), receipt("R3", "S3", "PO1", {"PLATE": 20}))
    return books


def under_way(conn: Connection, **asked: object) -> list[UnderWay]:
    said = {"now": NOW + DAY, "policy": POLICY} | asked
    return queries.in_transit(conn, **said).rows  # type: ignore[arg-type]


def test_each_line_says_what_came_and_what_is_still_to_come(conn: Connection, books: Books) -> None:
    first, second = under_way(conn, now=NOW + 3 * HOUR)

    assert (first.shipment_id, int(first.shipped), int(first.received), int(first.remaining)) == ("S1", 20, 12, 8)
    assert (second.shipment_id, int(second.shipped), int(second.received), int(second.remaining)) == ("S2", 20, 0, 20)
    assert (first.expected_at, first.expected_by, first.age_hours, first.overdue) == (
        NOW + 6 * HOUR, "notice", Decimal("3.0"), False,
    )  # fmt: skip
    assert (first.document, first.segment, first.order_number) == ("m_S1.1", 10, "PO1")
    by_line = queries.balances(conn, by=("asn_line",), state="in_transit")
    assert {b.asn_line: b.quantity for b in by_line} == {one.asn_line: one.remaining for one in (first, second)}


def test_the_carrier_s_last_word_goes_before_the_notice(conn: Connection, books: Books) -> None:
    later = StatusReport(status="delayed", occurred_at=NOW + HOUR, expected_at=NOW + 2 * DAY)
    books.record(report("L1", later, shipment_id="S2"))

    (found,) = under_way(conn, shipment_id="S2")

    assert (found.expected_at, found.expected_by, found.status, found.overdue) == (
        NOW + 2 * DAY, "carrier", "delayed", False,
    )  # fmt: skip


@pytest.mark.parametrize(("hours", "overdue"), [(7, []), (8, []), (9, ["S1"]), (11, ["S1", "S2"])])
def test_what_should_have_come_is_overdue_after_the_agreed_grace(
    conn: Connection, books: Books, hours: int, overdue: list[str]
) -> None:
    found = under_way(conn, now=NOW + hours * HOUR, overdue=True)

    assert [one.shipment_id for one in found] == overdue


def test_lines_page_without_a_gap(conn: Connection, books: Books) -> None:
    page = queries.in_transit(conn, now=NOW + DAY, policy=POLICY, limit=1)
    rest = queries.in_transit(conn, now=NOW + DAY, policy=POLICY, limit=1, after=page.after)

    assert page.rows + rest.rows == under_way(conn)
    assert (bool(page.after), rest.after) == (True, "")
    assert [one.shipment_id for one in under_way(conn, supplier="acme", part="PLATE", site="P1")] == ["S1", "S2"]
    assert under_way(conn, supplier="bravo") == []


def test_what_arrived_and_is_not_received_is_backlog_and_not_overdue(conn: Connection, books: Books) -> None:
    arrived = StatusReport(status="arrived", occurred_at=NOW + 2 * HOUR)
    books.record(report("L1", arrived, shipment_id="S2"))

    found = queries.backlog(conn, now=NOW + DAY, policy=POLICY)

    assert [(one.shipment_id, int(one.quantity), one.age_hours) for one in found.arrived] == [
        ("S2", 20, Decimal("22.0"))
    ]
    assert [one.shipment_id for one in under_way(conn, overdue=True)] == ["S1"]
    assert found.sites[0].arrived_oldest_hours == Decimal("22.0")


def test_goods_at_the_dock_are_as_old_as_the_first_that_is_still_there(conn: Connection, books: Books) -> None:
    books.record(receipt("R4", "S2", "PO1", {"PLATE": 5}, occurred_at=NOW + 5 * HOUR))
    books.record(moved(PutAwayCompleted, 32, "1", location="DOCK", to_location="RACK"))
    books.now = NOW + DAY

    found = queries.backlog(conn, now=NOW + DAY, policy=POLICY)

    (docked,) = found.docked
    recorded = queries.movements(conn, bucket=docked.bucket)[2].recorded_at
    assert (docked.location, int(docked.quantity), docked.since) == ("DOCK", 5, recorded)
    (site,) = found.sites
    assert (site.site, site.docked, site.put_away) == ("P1", 1, 2)


def test_dock_to_stock_time_is_the_mean_by_quantity(conn: Connection) -> None:
    books = Books(conn)
    books.record(
        order("PO1", {"PLATE": 60}), LocationDefined(number="P1/QUAY", location="QUAY", location_kind="dock")
    )
    books.record(notice("S1", "PO1", {"PLATE": 40}))
    books.now = NOW + 10 * HOUR
    for n, (quantity, hours) in enumerate(((30, 4), (10, 8)), 1):
        came = receipt(f"R{n}", "S1", "PO1", {"PLATE": quantity}, occurred_at=NOW + hours * HOUR)
        (line,) = came.lines
        assert isinstance(line, ReceiptLine)
        books.record(msgspec.structs.replace(came, lines=(msgspec.structs.replace(line, location="QUAY"),)))
    event = moved(PutAwayCompleted, 40, "1", location="QUAY", to_location="RACK")
    books.record(msgspec.structs.replace(event, occurred_at=NOW + 9 * HOUR))

    (site,) = queries.backlog(conn, now=NOW + DAY, policy=POLICY).sites
    (none,) = queries.backlog(conn, now=NOW + DAY, policy=POLICY, since=NOW + 12 * HOUR).sites

    assert (site.put_away, site.dock_to_stock_hours, site.dock_to_stock_p90_hours) == (
        2, Decimal("4.0"), Decimal("5.0"),
    )  # fmt: skip
    assert (none.put_away, none.dock_to_stock_hours, none.docked) == (0, None, 0)


def test_contained_goods_under_way_are_held_and_the_rest_is_not(conn: Connection, books: Books) -> None:
    books.record(opened(supplier="acme", parts=("PLATE",)))

    found = queries.position(conn, "PLATE")

    assert found is not None
    assert {(one.number, bool(one.held)) for one in found.inbound if one.kind == "notice"} == {
        ("S1", True), ("S2", True),
    }  # fmt: skip
