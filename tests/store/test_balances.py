"""Balances by any dimension, page by page, rolled up, as of any time: all of them agree with the movements."""

from __future__ import annotations

import importlib
from datetime import timedelta
from decimal import Decimal
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book.saving import sealing
from ledger.events import (
    AllocationMade,
    Event,
    HoldPlaced,
    LocationDefined,
    MaterialIssued,
    PutAwayCompleted,
    SiteDefined,
    StockLine,
)
from ledger.queries import DIMENSIONS, Balance
from tests.store.world import NOW, Books, notice, order, receipt


def located(location: str, parent: str = "", site: str = "P1") -> LocationDefined:
    return LocationDefined(number=f"{site}/{location}", site=site, location=location, parent=parent)


def moved(kind: type[Event], quantity: int, number: str, **named: Any) -> Event:
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", **named)
    return kind(number=number, partner="wms", place="P1", lines=(line,))  # type: ignore[call-arg]


def fill(books: Books) -> Books:
    """Thirty plates and eight bolts of a warehouse with two bins, some held, some allocated, some at the line."""
    books.record(located("WH1"), located("Z1", "WH1"), located("B1", "Z1"), located("B2", "Z1"))
    books.record(SiteDefined(number="P2"))
    books.record(order("PO1", {"PLATE": 40, "BOLT": 9}), notice("S1", "PO1", {"PLATE": 40, "BOLT": 9}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 30, "BOLT": 8}))
    for event in (
        moved(PutAwayCompleted, 12, "1", location="DOCK", to_location="B1"),
        moved(PutAwayCompleted, 9, "2", location="DOCK", to_location="B2"),
        moved(AllocationMade, 5, "3", location="B1", demand="WO7"),
        moved(AllocationMade, 2, "4", location="B2", demand="WO8"),
        moved(MaterialIssued, 3, "5", location="B1", demand="WO7", to_location="LINE"),
        moved(HoldPlaced, 4, "6", location="B2", state="available", hold_reason="scratches"),
    ):
        (recorded,) = books.record(event)
        assert recorded.result == "posted", recorded
    return books


@pytest.fixture
def books(conn: Connection) -> Books:
    return fill(Books(conn, run_size=8))


def summed(rows: list[Balance], by: tuple[str, ...]) -> dict[tuple[str, ...], Decimal]:
    sums: dict[tuple[str, ...], Decimal] = {}
    for row in rows:
        key = tuple(getattr(row, name) for name in by)
        sums[key] = sums.get(key, Decimal(0)) + row.quantity
    return {key: quantity for key, quantity in sums.items() if quantity}


def test_every_set_of_dimensions_sums_to_the_same(conn: Connection, books: Books) -> None:
    finest = queries.balances(conn, by=DIMENSIONS, external=True)
    sets = [by for size in range(4) for by in combinations(DIMENSIONS, size)]

    for by in sets:
        named = tuple(name for name in DIMENSIONS if name in {*by, "part"})
        found = queries.balances(conn, by=by, external=True)
        assert summed(found, named) == summed(finest, named)
        assert len(found) == len(summed(found, named))

    assert len(sets) == 378
    assert len(finest) > 10


def test_filters_keep_what_fits_and_absent_what_has_none(conn: Connection, books: Books) -> None:
    by = ("location", "state", "demand")
    assert [(b.state, b.demand, int(b.quantity)) for b in queries.balances(conn, by=by, location="B1")] == [
        ("allocated", "WO7", 2), ("available", "", 7),
    ]  # fmt: skip
    assert {b.demand for b in queries.balances(conn, by=by, part="PLATE", absent=["demand"])} == {""}
    assert [int(b.quantity) for b in queries.balances(conn, by=(), part="PLATE", absent=["location"])] == [10]
    with pytest.raises(ValueError, match="demand cannot be absent and have a value"):
        queries.balances(conn, demand="WO7", absent=["demand"])


@pytest.mark.parametrize("by", [("state",), ("location", "state", "demand"), DIMENSIONS])
@pytest.mark.parametrize("asked", [{}, {"event": 17}, {"zero": True}, {"level": "warehouse"}])
def test_pages_make_up_the_whole_without_a_gap(
    conn: Connection, books: Books, by: tuple[str, ...], asked: dict[str, object]
) -> None:
    whole = queries.balances(conn, by=by, external=True, **asked)  # type: ignore[arg-type]
    seen: list[Balance] = []
    after = ""
    while True:
        page = queries.balance_page(conn, by=by, external=True, after=after, limit=2, **asked)  # type: ignore[arg-type]
        seen += page.rows
        if not page.after:
            break
        after = page.after

    assert seen == whole
    assert len(whole) > 2


def test_a_cursor_of_another_question_is_refused(conn: Connection, books: Books) -> None:
    after = queries.balance_page(conn, by=("state",), limit=1).after

    with pytest.raises(ValueError, match="the cursor belongs to another list"):
        queries.balance_page(conn, by=DIMENSIONS, limit=1, after=after)


def test_zero_shows_what_was_ever_there(conn: Connection, books: Books) -> None:
    books.record(receipt("R2", "S1", "PO1", {"BOLT": 1}))

    whole = queries.balances(conn, by=DIMENSIONS, part="BOLT", zero=True)
    assert [(b.state, int(b.quantity)) for b in whole] == [("in_transit", 0), ("available", 9)]
    assert [b.state for b in queries.balances(conn, by=DIMENSIONS, part="BOLT")] == ["available"]
    assert [b.state for b in queries.balances(conn, by=("state",), part="BOLT", zero=True)] == [
        "available", "in_transit",
    ]  # fmt: skip


def test_locations_roll_up_to_any_level(conn: Connection, books: Books) -> None:
    def standing(level: queries.Level) -> list[tuple[str, str, int]]:
        found = queries.balances(conn, by=("site", "location"), part="PLATE", level=level)
        return [(b.site, b.location, int(b.quantity)) for b in found]

    assert standing("enterprise") == [("", "", 40)]
    assert standing("site") == [("P1", "", 40)]
    assert standing("warehouse") == [("P1", "", 10), ("P1", "DOCK", 9), ("P1", "LINE", 3), ("P1", "WH1", 18)]
    assert standing("zone") == [("P1", "", 10), ("P1", "DOCK", 9), ("P1", "LINE", 3), ("P1", "Z1", 18)]
    assert standing("bin") == [
        ("P1", "", 10), ("P1", "B1", 9), ("P1", "B2", 9), ("P1", "DOCK", 9), ("P1", "LINE", 3),
    ]  # fmt: skip


def test_within_is_a_location_with_all_below_it(conn: Connection, books: Books) -> None:
    def within(location: str, site: str = "") -> int:
        return int(sum(b.quantity for b in queries.balances(conn, part="PLATE", within=location, site=site)))

    assert [within(location) for location in ("WH1", "Z1", "B2", "DOCK", "NOWHERE")] == [18, 18, 9, 9, 0]
    assert (within("WH1", "P1"), within("WH1", "P2")) == (18, 0)


@pytest.mark.parametrize("seals", [False, True])
def test_what_stood_once_an_event_was_recorded_is_what_was_shown_then(conn: Connection, seals: bool) -> None:
    books = Books(conn, run_size=4)
    shown: dict[int, list[Balance]] = {}

    def keep() -> None:
        shown[queries.head(conn).seq] = queries.balances(conn, by=DIMENSIONS, external=True)

    books.record(order("PO1", {"PLATE": 40}), notice("S1", "PO1", {"PLATE": 40}))
    for n, quantity in enumerate((5, 9, 2, 7)):
        books.record(receipt(f"R{n}", "S1", "PO1", {"PLATE": quantity}))
        keep()
        books.record(moved(PutAwayCompleted, quantity - 1, f"P{n}", location="DOCK", to_location=f"B{n}"))
        keep()
    if seals:
        assert sealing.seal(conn) == 2

    for seq, then in shown.items():
        assert queries.balances(conn, by=DIMENSIONS, external=True, event=seq) == then
        by_state = queries.balances(conn, by=("state",), event=seq, external=True)
        assert summed(by_state, ("state",)) == summed(then, ("state",))
        for one in then:
            assert queries.balance_of(conn, one.bucket, event=seq) == one
    assert queries.balances(conn, by=DIMENSIONS, event=0, external=True) == []


def test_as_of_now_is_now(conn: Connection, books: Books) -> None:
    for by in (DIMENSIONS, ("state",), ("site", "location")):
        now = queries.balances(conn, by=by, external=True)
        assert queries.balances(conn, by=by, external=True, as_of=books.now) == now
        assert queries.balances(conn, by=by, external=True, event=queries.head(conn).seq) == now
    with pytest.raises(ValueError, match="both say when"):
        queries.balances(conn, as_of=NOW, event=3)


@pytest.mark.parametrize("seals", [False, True])
def test_every_balance_resolves_to_its_movements(conn: Connection, books: Books, seals: bool) -> None:
    if seals:
        assert sealing.seal(conn) > 0
    for by in (DIMENSIONS, ("state",), ("location", "demand"), ("site",)):
        for found in queries.balances(conn, by=by, external=True):
            named = {name: getattr(found, name) for name in DIMENSIONS if name in {*by, "part"}}
            equal = {name: value for name, value in named.items() if value}
            absent = [name for name, value in named.items() if not value]
            made = queries.movements(conn, absent=absent, **equal)
            entered = sum(m.quantity for m in made if fits(m.target, m.site, named))
            left = sum(m.quantity for m in made if fits(m.source, m.site, named))
            assert entered - left == found.quantity
            if found.bucket:
                assert queries.movements(conn, bucket=found.bucket) == made


def fits(end: queries.End, site: str, named: dict[str, str]) -> bool:
    own = {name: getattr(end, name) for name in DIMENSIONS if name not in ("part", "site")} | {"site": site}
    return all(own[name] == value for name, value in named.items() if name != "part")


def test_movements_are_found_by_what_they_touch_and_when(conn: Connection, books: Books) -> None:
    def numbers(**asked: object) -> list[int]:
        return [made.number for made in queries.movements(conn, **asked)]  # type: ignore[arg-type]

    whole = queries.movements(conn)
    assert numbers(part="BOLT") == [m.number for m in whole if m.part == "BOLT"]
    assert numbers(demand="WO7") == [m.number for m in whole if "WO7" in (m.source.demand, m.target.demand)]
    assert numbers(kind="PutAwayCompleted") == [m.number for m in whole if m.kind == "PutAwayCompleted"]
    put_away = queries.events(conn, kind="PutAwayCompleted")[0]
    assert numbers(event=put_away.seq) == [m.number for m in whole if m.event == put_away.seq]
    since, until = whole[3].recorded_at, whole[-1].recorded_at
    assert numbers(since=since, until=until) == [m.number for m in whole if since <= m.recorded_at < until]
    assert numbers(after=2, to=4) == [3, 4]
    assert numbers(since=until + timedelta(seconds=1)) == []
    assert numbers(lot="NONE") == []
    assert {m.document for m in whole if m.kind == "GoodsReceived"} == {"m_R1.1"}


@pytest.mark.parametrize("many", [1_000, 2])
def test_movements_page_alike_bucket_by_bucket_and_walked(
    conn: Connection, books: Books, many: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("ledger.queries.stock.movements"), "BUCKETS_MAX", many)
    sealing.seal(conn)
    seen: list[int] = []
    while page := queries.movements(conn, part="PLATE", after=seen[-1] if seen else 0, limit=3):
        seen += [made.number for made in page]

    assert seen == [m.number for m in queries.movements(conn) if m.part == "PLATE"]
    assert len(seen) > 6
