"""Under arbitrary traffic every question tells the same goods: positions, balances by any dimensions, movements,
promises and what is on its way."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import queries
from ledger.book.saving import sealing
from ledger.book.storage import tables
from ledger.events import AllocationMade, Event, HoldPlaced, PutAwayCompleted, StockCounted
from ledger.queries import DIMENSIONS
from tests.properties.test_ledger_laws import any_event
from tests.store.plant import counted
from tests.store.sqlite import memory_engine
from tests.store.test_balances import moved
from tests.store.world import POLICY, Books

PARTS = ("PLATE", "BOLT")


@st.composite
def any_handling(draw: st.DrawFn) -> Event:
    """Something done to plates in the house, possible or not."""
    n, quantity = draw(st.integers(0, 5)), draw(st.integers(1, 6))
    kind = draw(st.sampled_from((PutAwayCompleted, AllocationMade, HoldPlaced, StockCounted)))
    if kind is StockCounted:
        return counted(quantity, f"{n}")
    named = {
        PutAwayCompleted: {"location": "DOCK", "to_location": "RACK"},
        AllocationMade: {"demand": f"WO{n % 2}"},
        HoldPlaced: {"hold_reason": "scratch", "state": "available"},
    }[kind]  # type: ignore[index]
    return moved(kind, quantity, f"{n}", **named)


def quantities(rows: list[queries.Balance], by: tuple[str, ...]) -> dict[tuple[str, ...], Decimal]:
    sums: dict[tuple[str, ...], Decimal] = defaultdict(Decimal)
    for row in rows:
        sums[tuple(getattr(row, name) for name in by)] += row.quantity
    return {key: quantity for key, quantity in sums.items() if quantity}


def check_sums(conn: Connection, by: tuple[str, ...]) -> None:
    """Any set of dimensions sums to the finest one, now and as of now."""
    finest = queries.balances(conn, by=DIMENSIONS, external=True)
    named = tuple(name for name in DIMENSIONS if name in {*by, "part"})
    now = queries.balances(conn, by=by, external=True)
    assert quantities(now, named) == quantities(finest, named)
    assert queries.balances(conn, by=by, external=True, event=queries.head(conn).seq) == now


def check_part(conn: Connection, books: Books, part: str) -> None:
    position = queries.position(conn, part)
    promise = queries.available_to_promise(conn, part, policy=POLICY, now=books.now)
    assert position is not None
    assert promise is not None
    by_state = {row.state: row.quantity for row in queries.balances(conn, by=("state",), part=part)}
    assert {state: quantity for state, quantity in position.states.items() if quantity} == by_state
    assert promise.on_hand == position.on_hand
    assert promise.promise + promise.left_out == promise.on_hand
    assert 0 <= promise.promise <= position.usable + position.states["consigned"]
    flows: dict[str, Decimal] = defaultdict(Decimal)
    for move in queries.movements(conn, part=part, limit=10_000):
        flows[move.target.state] += move.quantity
        flows[move.source.state] -= move.quantity
    assert {state: flows[state] for state in by_state} == by_state
    under_way = queries.in_transit(conn, now=books.now, policy=POLICY, part=part, limit=1_000).rows
    assert sum((one.remaining for one in under_way), Decimal(0)) == position.in_transit
    by_notice = [one.quantity for one in position.inbound if one.kind == "notice"]
    assert sum(by_notice, Decimal(0)) == position.in_transit


@given(
    st.lists(st.one_of(any_event(), any_event(), any_handling()), min_size=4, max_size=16),
    st.sets(st.sampled_from(DIMENSIONS), max_size=5),
    st.booleans(),
)
@settings(max_examples=max(15, settings().max_examples // 10))
def test_all_questions_tell_the_same_goods(events: list[Event], by: set[str], seals: bool) -> None:
    engine = memory_engine()
    with engine.connect() as conn:
        tables.metadata.create_all(conn)
        books = Books(conn, run_size=8)
        for event in events:
            books.record(event)
        if seals:
            sealing.seal(conn)
        check_sums(conn, tuple(sorted(by)))
        for part in PARTS:
            check_part(conn, books, part)
        docked = queries.backlog(conn, now=books.now, policy=POLICY, limit=1_000).docked
        at_dock = queries.balances(conn, by=("location",), location="DOCK")
        assert sum((one.quantity for one in docked), Decimal(0)) == sum((one.quantity for one in at_dock), Decimal(0))
    engine.dispose()
