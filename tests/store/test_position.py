"""The position of a part: usable and where, committed to what, what comes and when; no more rows than asked for."""

from __future__ import annotations

import importlib
from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.events import AllocationMade, CustomerReturnReceived, InspectionPassed, ServiceReserved
from ledger.queries import Commitment, Inbound, Position
from tests.store.test_balances import fill, moved
from tests.store.world import NOW, Books, notice, order, receipt

FRIDAY, MONDAY = NOW + timedelta(days=2), NOW + timedelta(days=5)


@pytest.fixture
def books(conn: Connection) -> Books:
    return fill(Books(conn))


def position(conn: Connection, part: str = "PLATE", **asked: object) -> Position:
    found = queries.position(conn, part, **asked)  # type: ignore[arg-type]
    assert found is not None
    return found


def whole(*quantities: Decimal) -> list[int]:
    return [int(quantity) for quantity in quantities]


def test_what_stands_is_told_by_site_location_revision_and_state(conn: Connection, books: Books) -> None:
    found = position(conn)

    assert [(b.site, b.location, b.state, int(b.quantity)) for b in found.where] == [
        ("P1", "", "in_transit", 10), ("P1", "B1", "allocated", 2), ("P1", "B1", "available", 7),
        ("P1", "B2", "allocated", 2), ("P1", "B2", "available", 3), ("P1", "B2", "quality_hold", 4),
        ("P1", "DOCK", "available", 9), ("P1", "LINE", "line_side", 3),
    ]  # fmt: skip
    assert whole(found.usable, found.on_hand, found.in_transit, found.committed) == [19, 30, 10, 7]
    assert found.states == {
        "available": 19, "allocated": 4, "in_transit": 10, "quality_hold": 4, "quarantine": 0, "consigned": 0,
        "line_side": 3, "service_reserved": 0, "obsolete": 0,
    }  # fmt: skip


def test_what_is_committed_names_its_demand(conn: Connection, books: Books) -> None:
    books.record(moved(ServiceReserved, 1, "9", location="DOCK"))

    assert position(conn).commitments == (
        Commitment(site="P1", state="allocated", demand="WO7", quantity=Decimal(2)),
        Commitment(site="P1", state="allocated", demand="WO8", quantity=Decimal(2)),
        Commitment(site="P1", state="line_side", demand="", quantity=Decimal(3)),
        Commitment(site="P1", state="service_reserved", demand="", quantity=Decimal(1)),
    )


def test_what_comes_counts_each_piece_once_by_the_paper_that_is_nearest(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 40}, due_at=MONDAY), order("PO2", {"PLATE": 5}))
    books.record(notice("S1", "PO1", {"PLATE": 10}, expected_at=FRIDAY), notice("S2", "PO1", {"PLATE": 6}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 4}))

    found = position(conn)

    assert [(one.kind, one.number, int(one.quantity), one.expected_at) for one in found.inbound] == [
        ("notice", "S1", 6, FRIDAY), ("order", "PO1", 24, MONDAY), ("notice", "S2", 6, None),
        ("order", "PO2", 5, None),
    ]  # fmt: skip
    assert [(one.order_number, int(one.open), one.due_at) for one in found.orders] == [
        ("PO1", 36, MONDAY), ("PO2", 5, None),
    ]  # fmt: skip
    assert found.on_order == sum((one.quantity for one in found.inbound), Decimal(0))
    assert found.replenish is not None
    assert (found.replenish.at, whole(found.replenish.quantity, found.overdue)) == (FRIDAY, [6, 0])


def test_a_date_that_is_over_is_overdue_and_the_next_one_counts(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 40}, due_at=MONDAY))
    books.record(notice("S1", "PO1", {"PLATE": 10}, expected_at=FRIDAY))
    books.record(notice("S2", "PO1", {"PLATE": 3}, expected_at=MONDAY + timedelta(hours=1)))

    late = position(conn, now=FRIDAY + timedelta(seconds=1))
    gone = position(conn, now=MONDAY + timedelta(days=1))

    assert late.replenish is not None
    assert (late.replenish.at, whole(late.replenish.quantity, late.overdue)) == (MONDAY, [30, 10])
    assert (gone.replenish, whole(gone.overdue)) == (None, [40])


def test_what_comes_names_its_notice(conn: Connection, books: Books) -> None:
    (coming,) = [one for one in position(conn).inbound if one.kind == "notice"]

    assert coming == Inbound(
        kind="notice", site="P1", supplier="acme", number="S1", line=coming.line, quantity=Decimal(10),
        expected_at=None,
    )  # fmt: skip


def test_details_are_cut_and_totals_are_not(conn: Connection, books: Books) -> None:
    uncut, cut = position(conn), position(conn, limit=2)

    assert (len(cut.where), cut.where_cut, len(cut.commitments), cut.commitments_cut) == (2, True, 2, True)
    assert (uncut.where_cut, uncut.commitments_cut) == (False, False)
    assert cut.where == uncut.where[:2]
    assert (cut.states, cut.committed, cut.usable) == (uncut.states, uncut.committed, uncut.usable)


def test_more_dimensions_are_shown_where_asked(conn: Connection, books: Books) -> None:
    books.record(moved(AllocationMade, 1, "8", location="DOCK", demand="WO9"))

    shown = position(conn, by=("demand",)).where

    assert {(b.location, b.demand, int(b.quantity)) for b in shown if b.state == "allocated"} == {
        ("B1", "WO7", 2), ("B2", "WO8", 2), ("DOCK", "WO9", 1),
    }  # fmt: skip
    with pytest.raises(ValueError, match="no such dimension: colour"):
        queries.position(conn, "PLATE", by=("colour",))


def test_a_part_in_too_many_places_is_summed_otherwise_and_the_same(
    conn: Connection, books: Books, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = position(conn)
    monkeypatch.setattr(importlib.import_module("ledger.queries.stock.position"), "_GROUPS_MAX", 2)

    assert position(conn) == usual


def test_position_balances_and_movements_agree(conn: Connection, books: Books) -> None:
    for part in ("PLATE", "BOLT", "PAINT"):
        found = position(conn, part)
        by_state = {b.state: b.quantity for b in queries.balances(conn, by=("state",), part=part)}
        moves = queries.movements(conn, part=part, limit=1_000)
        flows = {
            state: sum((m.quantity for m in moves if m.target.state == state), Decimal(0))
            - sum((m.quantity for m in moves if m.source.state == state), Decimal(0))
            for state in found.states
        }

        assert {state: quantity for state, quantity in found.states.items() if quantity} == by_state
        assert flows == found.states
        assert sum(b.quantity for b in found.where) == found.on_hand + found.in_transit
        assert sum(one.quantity for one in found.commitments) == found.committed


def test_a_site_is_asked_alone(conn: Connection, books: Books) -> None:
    assert position(conn, site="P1") == position(conn)
    assert (whole(position(conn, site="P2").on_hand), position(conn, site="P2").inbound) == ([0], ())


@pytest.mark.parametrize("site", ["", "P1", "P2"])
@pytest.mark.parametrize(
    ("many", "seeks", "known"), [(0, 100, 2_000), (0, 1, 2_000), (0, 100, 1), (0, 1, 1), (100, 100, 1)]
)
def test_serials_are_summed_the_same_whether_they_are_sought_or_walked(
    conn: Connection, books: Books, monkeypatch: pytest.MonkeyPatch, many: int, seeks: int, known: int, site: str
) -> None:
    for event in (
        moved(CustomerReturnReceived, 4, "20", location="B1", stock_segment="raw", serials=("A1", "A2", "A3", "A4")),
        moved(CustomerReturnReceived, 2, "21", location="B2", stock_segment="raw", serials=("A5", "A6")),
        moved(InspectionPassed, 3, "22", location="B1", serials=("A1", "A2", "A3")),
        moved(AllocationMade, 1, "23", location="B1", serials=("A1",), demand="WO9"),
    ):
        (recorded,) = books.record(event)
        assert recorded.result == "posted", recorded
    as_usual = position(conn, site=site)
    standing = importlib.import_module("ledger.queries.stock.standing")
    for name, value in (("_MANY", many), ("_SEEKS_MAX", seeks), ("_KNOWN_MAX", known)):
        monkeypatch.setattr(standing, name, value)

    found = position(conn, site=site)

    assert found == as_usual
    if site != "P2":
        at_b1 = {(one.state, int(one.quantity)) for one in found.where if one.location == "B1"}
        assert at_b1 == {("allocated", 3), ("available", 9), ("quality_hold", 1)}
