"""Balances as of any time equal a recomputation from the movements, sealed or not."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal

import pytest
from sqlalchemy import Connection, func, select

from ledger import queries
from ledger.book import gather, put_slice, verify
from ledger.book.bringing.history import position_at, quantities_at, quantity_at
from ledger.book.saving import sealing
from ledger.book.storage import tables
from tests.store.sqlite import read_rows
from tests.store.world import Books, notice, order, receipt


def busy_books(conn: Connection, *, run_size: int) -> tuple[Books, list[datetime]]:
    """Eight orders advised and received, and the time after each recording."""
    books = Books(conn, run_size=run_size)
    times = []
    for n in range(8):
        for event in (
            order(f"PO{n}", {"PLATE": 10 + n, "BOLT": 5}),
            notice(f"S{n}", f"PO{n}", {"PLATE": 10 + n, "BOLT": 5}),
            receipt(f"R{n}", f"S{n}", f"PO{n}", {"PLATE": 10 + n, "BOLT": 5}),
        ):
            times.append(books.now)
            books.record(event)
    return books, times


def recomputed(conn: Connection, number: int) -> dict[tuple[str, int], int]:
    """Sum of the first `number` movements per bucket."""
    sums: dict[tuple[str, int], int] = defaultdict(int)
    for row in conn.execute(select(tables.movement).where(tables.movement.c.number <= number)):
        sums[row.site, row.source] -= row.quantity
        sums[row.site, row.target] += row.quantity
    return dict(sums)


@pytest.mark.parametrize("seals", [False, True])
def test_as_of_any_movement_equals_recomputation(conn: Connection, seals: bool) -> None:
    _books, _ = busy_books(conn, run_size=4)
    runs = sealing.seal(conn) if seals else 0
    last = queries.head(conn).movements

    for number in range(last + 1):
        wanted = {key: quantity for key, quantity in recomputed(conn, number).items() if quantity}
        for forwards in (True, False):
            read_rows(conn, forwards=forwards)
            found = {key: quantity for key, quantity in quantities_at(conn, "live", number).items() if quantity}
            assert found == wanted
            assert all(quantity_at(conn, "live", *key, number) == quantity for key, quantity in wanted.items())

    assert runs == (last // 4 if seals else 0)
    assert verify(conn) == []


def test_balances_as_of_a_time_are_those_that_were_shown_then(conn: Connection) -> None:
    books = Books(conn)
    shown = []
    for event in (
        order("PO1", {"PLATE": 5}),
        notice("S1", "PO1", {"PLATE": 5}),
        receipt("R1", "S1", "PO1", {"PLATE": 5}),
    ):
        at = books.now
        books.record(event)
        shown.append((at, queries.balances(conn, external=True)))

    assert [queries.balances(conn, as_of=at, external=True) for at, _ in shown] == [found for _, found in shown]


def test_a_bucket_that_was_made_later_is_not_shown_as_an_empty_one(conn: Connection) -> None:
    books, shown = Books(conn, run_size=64), []
    for event in (
        order("PO1", {"PLATE": 5}),
        notice("S1", "PO1", {"PLATE": 5}),
        receipt("R1", "S1", "PO1", {"PLATE": 5}),
        notice("S2", "PO1", {"PLATE": 5}),
    ):
        at = books.now
        books.record(event)
        shown.append((at, queries.balances(conn, zero=True), queries.balances(conn)))

    assert [queries.balances(conn, as_of=at, zero=True) for at, _, _ in shown] == [found for _, found, _ in shown]
    assert [queries.balances(conn, as_of=at) for at, _, _ in shown] == [found for _, _, found in shown]


def test_before_the_first_event_nothing_stood_anywhere(conn: Connection) -> None:
    _books, times = busy_books(conn, run_size=4)

    assert position_at(conn, "live", times[0].replace(year=2020)) == 0
    assert queries.balances(conn, as_of=times[0].replace(year=2020)) == []


def test_a_run_is_used_once_its_last_slice_is_written(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    busy_books(conn, run_size=8)
    monkeypatch.setattr(sealing, "SLICE_ROWS", 5)
    monkeypatch.setattr(sealing, "CLOSING_ROWS", 2)
    run = gather(conn, "live")
    assert run is not None

    states = []
    while put_slice(conn, run):
        states.append(queries.head(conn).sealed_runs)

    assert len(states) == run.slices - 1
    assert set(states) == {0}
    assert queries.head(conn).sealed_runs == 1
    assert verify(conn, deep=False) == []


def test_slices_go_on_where_a_crash_left_them(conn: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    busy_books(conn, run_size=8)
    monkeypatch.setattr(sealing, "SLICE_ROWS", 5)
    monkeypatch.setattr(sealing, "CLOSING_ROWS", 2)
    first = gather(conn, "live")
    assert first is not None
    put_slice(conn, first)

    again = gather(conn, "live")
    assert again == first
    while put_slice(conn, again):
        pass

    count = conn.execute(select(func.count()).select_from(tables.history)).scalar_one()
    assert count == 2 * 8
    assert put_slice(conn, again) is False


def test_a_run_begun_in_larger_slices_is_finished_in_smaller_ones(
    conn: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    busy_books(conn, run_size=8)
    run = gather(conn, "live")
    assert run is not None
    assert put_slice(conn, run)
    monkeypatch.setattr(sealing, "SLICE_ROWS", 3)
    monkeypatch.setattr(sealing, "CLOSING_ROWS", 2)

    while put_slice(conn, run):
        pass

    assert queries.head(conn).sealed_runs == 1
    assert verify(conn, deep=False) == []


def test_movements_page_by_their_number_and_name_their_segment(conn: Connection) -> None:
    _books, _ = busy_books(conn, run_size=4)

    first = queries.movements(conn, part="PLATE", limit=1)
    rest = queries.movements(conn, part="PLATE", after=first[0].number)

    assert (first[0].kind, first[0].segment, first[0].document) == ("ShipmentNotified", 10, "m_S0.1")
    assert (first[0].source.state, first[0].target.state, first[0].quantity) == (
        "supplier",
        "in_transit",
        Decimal(10),
    )
    assert [made.number for made in rest] == sorted(made.number for made in rest)
    assert len(rest) == 15
    assert {made.part for made in rest} == {"PLATE"}
