"""Key figures over the real books, each against what was computed by hand, edge cases included."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection

from ledger import queries
from ledger.events import (
    AcknowledgedLine,
    AllocationMade,
    ConsumptionReversed,
    MaterialConsumed,
    MaterialIssued,
    OrderAcknowledged,
    OrderPlaced,
    PutAwayCompleted,
    ServiceReserved,
)
from ledger.queries import Kpi
from tests.store.plant import Plant, adjusted, counted, moved
from tests.store.world import NOW, POLICY, Books, order, receipt

OVER = NOW + timedelta(days=30)
DECEMBER = datetime(2026, 12, 31, 23, tzinfo=NOW.tzinfo)


def asked(conn: Connection, name: str, month: str = "2026-11", now: datetime = OVER) -> Kpi:
    (found,) = queries.kpis(conn, month=month, now=now, policy=POLICY, name=name)
    return found


def value(conn: Connection, name: str, month: str = "2026-11", now: datetime = OVER) -> float | None:
    return asked(conn, name, month, now).measure.value


def entries(conn: Connection, name: str) -> list[tuple[str, Decimal, Decimal]]:
    return [(one.text, one.achieved, one.possible) for one in asked(conn, name).measure.deductions]


@pytest.fixture
def plant(conn: Connection) -> Plant:
    """A hundred plates on the dock since NOW."""
    return Plant(conn)


def test_nothing_happened_is_no_figure_and_not_zero(conn: Connection) -> None:
    Books(conn)

    assert {name: value(conn, name) for name in queries.KPIS} == dict.fromkeys(queries.KPIS)


def test_only_the_figure_that_is_asked_for_by_name_tells_its_entries(plant: Plant) -> None:
    plant.record(counted(90))

    listed = queries.kpis(plant.conn, month="2026-11", now=OVER, policy=POLICY)

    assert [one.measure.deductions for one in listed] == [()] * len(queries.KPIS)
    assert len(asked(plant.conn, "stock_accuracy").measure.deductions) == 1


def test_counts_are_measured_as_by_hand(plant: Plant) -> None:
    plant.record(counted(100, "1"))
    plant.record(counted(90, "2"))
    plant.record(counted(4, "3", location="EMPTY"))

    # Of three counts one is right; 10 and 4 off, of 100, 100 and 0 booked.
    assert value(plant.conn, "stock_accuracy") == 33.33
    assert value(plant.conn, "count_variance") == 7
    assert entries(plant.conn, "count_variance") == [
        ("part PLATE at DOCK: 100 counted, 100 booked", 0, 100),
        ("part PLATE at DOCK: 90 counted, 100 booked", 10, 100),
        ("part PLATE at EMPTY: 4 counted, 0 booked", 4, 0),
    ]  # fmt: skip
    assert value(plant.conn, "stock_accuracy", "2026-12") is None


def priced(plant: Plant, number: str, part: str, price: str, currency: str = "USD") -> None:
    placed = order(number, {part: 1}, currency=currency)
    assert isinstance(placed, OrderPlaced)
    plant.record(replace(placed, lines=(replace(placed.lines[0], price=Decimal(price)),)))


def test_counts_are_valued_at_the_price_last_ordered_at_each_currency_by_itself(plant: Plant) -> None:
    plant.record(adjusted(10, "AA", "bolts", part_number="BOLT"))
    plant.record(adjusted(10, "AA", "paint", part_number="PAINT", unit="KGM"))
    plant.record(counted(90, "1"), counted(8, "2", part_number="BOLT"))
    plant.record(counted(9, "3", part_number="PAINT", unit="KGM"))
    priced(plant, "PO7", "PLATE", "4")
    priced(plant, "PO8", "PLATE", "5")
    priced(plant, "PO9", "BOLT", "0.25", "EUR")

    found = asked(plant.conn, "count_variance_value").measure

    # 10 of 100 plates at 5 USD, 2 of 10 bolts at 0.25 EUR; nobody knows a price of paint.
    assert [(one.unit, one.achieved, one.possible) for one in found.sums] == [
        ("EUR", Decimal("0.5"), Decimal("2.5")), ("USD", 50, 500),
    ]  # fmt: skip
    assert (found.value, found.details) == (15, {"without_price": 1})
    assert [one.text for one in found.deductions] == [
        "part BOLT at DOCK: 8 counted, 10 booked, at 0.25 EUR",
        "part PLATE at DOCK: 90 counted, 100 booked, at 5 USD",
    ]
    assert value(plant.conn, "count_variance_value", "2026-12") is None


def test_the_course_of_the_figures_ends_with_the_month_shown(plant: Plant) -> None:
    plant.record(counted(90))

    trend = queries.kpi_trend(plant.conn, month="2026-12", now=DECEMBER, policy=POLICY, name="stock_accuracy")

    assert [(one.month, one.measure.value) for (one,) in trend[-3:]] == [
        ("2026-10", None), ("2026-11", 0), ("2026-12", None),
    ]  # fmt: skip
    assert len(trend) == POLICY.scores.rolling_months
    assert all(one.measure.deductions == () for (one,) in trend)


def test_what_was_found_where_nothing_was_booked_has_no_percentage(plant: Plant) -> None:
    plant.record(counted(4, location="EMPTY"))

    found = asked(plant.conn, "count_variance").measure

    assert (found.value, [(one.achieved, one.possible) for one in found.sums]) == (None, [(4, 0)])
    assert value(plant.conn, "stock_accuracy") == 0


def test_turns_are_twelve_times_what_was_used_of_the_mean_stock(plant: Plant) -> None:
    issued = moved(MaterialIssued, 40, location="DOCK", to_location="LINE")
    plant.record(issued, moved(MaterialConsumed, 30, location="LINE"))
    plant.record(moved(ConsumptionReversed, 10, location="LINE"))

    # 20 used; 0 in the beginning, 80 in the end: 12 x 20 / 40
    assert value(plant.conn, "inventory_turns") == 6
    # Nothing was used of the 80 in December.
    assert value(plant.conn, "inventory_turns", "2026-12", DECEMBER + timedelta(days=1)) == 0
    assert value(plant.conn, "inventory_turns", "2026-10") is None


def test_a_month_that_runs_stands_for_the_whole_of_it_at_its_pace(plant: Plant) -> None:
    plant.record(moved(MaterialIssued, 40, location="DOCK", to_location="LINE"))
    plant.record(moved(MaterialConsumed, 20, location="LINE"))
    half = datetime(2026, 11, 16, tzinfo=NOW.tzinfo)

    # After 15 of 30 days: as much again is expected.
    assert value(plant.conn, "inventory_turns", now=half) == 2 * (value(plant.conn, "inventory_turns") or 0) == 12


def test_the_fill_rate_counts_lines_that_posted_at_once(plant: Plant) -> None:
    plant.record(moved(AllocationMade, 60, "A1", location="DOCK", demand="W1"))
    plant.record(moved(AllocationMade, 60, "A2", location="DOCK", demand="W2"))
    plant.record(moved(ServiceReserved, 40, "R1", location="DOCK", demand="S1"))
    # What comes later fills the second, and not at once.
    plant.record(adjusted(60, "AA", "later"))

    assert value(plant.conn, "service_fill_rate") == 66.67
    assert [(one[0].split(",")[0], one[1]) for one in entries(plant.conn, "service_fill_rate")] == [
        ("AllocationMade A1", 1), ("AllocationMade A2", 0), ("ServiceReserved R1", 1),
    ]  # fmt: skip


def away(quantity: int, hours: float, number: str, part: str = "PLATE") -> PutAwayCompleted:
    at = NOW + timedelta(hours=hours)
    return moved(  # type: ignore[return-value]
        PutAwayCompleted, quantity, number, at, location="DOCK", to_location="STORE"
    )


def test_dock_to_stock_takes_the_oldest_receipt_first(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 500}))
    for number, quantity, hours in (("R1", 10, 0), ("R2", 20, 2), ("R3", 30, 4)):
        came = receipt(number, "", "PO1", {"PLATE": quantity}, occurred_at=NOW + timedelta(hours=hours))
        books.record(came)
    books.now = NOW + timedelta(hours=12)
    books.record(away(6, 1, "P1"))
    books.record(away(14, 5, "P2"))
    books.record(away(12, 8, "P3"))

    # R1: 6 after 1 hour, the rest after 5; R2: 10 after 5 - 2 hours, the rest after 8 - 2; of R3 only 2 are away.
    assert entries(conn, "dock_to_stock") == [
        ("part PLATE of goods receipt R1: put away after 5 hours", 5, 1),
        ("part PLATE of goods receipt R2: put away after 6 hours", 6, 1),
    ]
    found = asked(conn, "dock_to_stock").measure
    assert (found.value, found.details) == (5.5, {"median": 5, "p90": 6})


def test_what_came_the_month_before_takes_its_own_put_away(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 500}))
    books.record(receipt("R1", "", "PO1", {"PLATE": 10}, occurred_at=NOW - timedelta(days=25)))
    books.record(receipt("R2", "", "PO1", {"PLATE": 10}))
    books.now = NOW + timedelta(hours=9)
    books.record(away(10, 1, "P1"))
    books.record(away(10, 3, "P2"))

    assert entries(conn, "dock_to_stock") == [("part PLATE of goods receipt R2: put away after 3 hours", 3, 1)]


def test_a_put_away_before_the_receipt_is_of_other_goods(plant: Plant) -> None:
    plant.now = NOW + timedelta(hours=9)
    plant.record(away(100, -1, "P1"))

    assert value(plant.conn, "dock_to_stock") is None


def test_suppliers_are_measured_by_request_and_by_what_they_confirmed(conn: Connection) -> None:
    books = Books(conn)
    due, later = NOW, NOW + timedelta(days=2)
    books.record(order("PO1", {"PLATE": 10}, due_at=due), order("PO2", {"PLATE": 10}, due_at=due))
    line = AcknowledgedLine(part_number="PLATE", order_line="1", status="changed", quantity=Decimal(10), unit="EA",
                            promised_at=later)  # fmt: skip
    books.record(
        OrderAcknowledged(number="PO2", partner="acme", supplier="92:A123", acknowledged_at=NOW, lines=(line,))
    )
    books.record(receipt("R1", "", "PO1", {"PLATE": 10}))
    books.now = later
    books.record(receipt("R2", "", "PO2", {"PLATE": 10}, occurred_at=later))

    found = asked(conn, "supplier_on_time").measure

    # PO2 came two days after what was asked for, and on the day that was promised.
    assert (found.value, found.details) == (100, {"confirmed": 100, "requested": 50})
    assert [(one.text, one.order_number) for one in found.deductions] == [
        ("acme, part PLATE: 10 of 10 EA in time", "PO1"), ("acme, part PLATE: 10 of 10 EA in time", "PO2"),
    ]  # fmt: skip
