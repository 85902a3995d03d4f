"""Opening balances: they post when they add up, once per place, and not otherwise."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import ControlTotals, OpeningBalanceLoaded, OpeningLine, PartDefined
from ledger.outcomes import Refused
from ledger.queries import balances
from tests.store.world import Books


def line(quantity: str = "10", **named: Any) -> OpeningLine:
    said: dict[str, Any] = {"part_number": "PLATE", "unit": "EA", "location": "A-01"} | named
    return OpeningLine(quantity=Decimal(quantity), **said)


def load(*lines: OpeningLine, number: str = "O1", count: int | None = None, total: str = "") -> OpeningBalanceLoaded:
    control = ControlTotals(
        lines=len(lines) if count is None else count,
        quantity=Decimal(total) if total else sum((one.quantity for one in lines), Decimal(0)),
    )
    return OpeningBalanceLoaded(number=number, partner="erp", place="92:PLT07", control=control, lines=lines)


@pytest.fixture
def books(conn: Connection) -> Books:
    return Books(conn)


def standing(books: Books, part: str = "PLATE") -> dict[tuple[str, ...], int]:
    by = ("state", "location", "lot", "serial", "owner", "segment", "hold_reason", "demand")
    rows = balances(books.conn, by=by, part=part, external=True)
    return {
        tuple(value for name in by if (value := getattr(row, name))): int(row.quantity) for row in rows
    }  # fmt: skip


def refusals(books: Books, event: OpeningBalanceLoaded) -> list[str]:
    (answer,) = books.record(event)
    return [one.reason for one in answer.outcomes if isinstance(one, Refused)]


def test_every_dimension_of_what_stood_there_is_loaded(books: Books) -> None:
    (answer,) = books.record(load(
        line("10", lot="L1"),
        line("5", state="consigned", owner="acme"),
        line("2", state="quality_hold", hold_reason="recall"),
        line("3", state="allocated", demand="WO-1"),
        line("2", serials=("S1", "S2"), location="B-01", stock_segment="service"),
        line("1", part_number="BOLT", unit="XBX"),
    ))  # fmt: skip

    assert answer.result == "posted"
    assert standing(books) == {
        ("available", "A-01", "L1"): 10,
        ("consigned", "A-01", "acme"): 5,
        ("quality_hold", "A-01", "recall"): 2,
        ("allocated", "A-01", "WO-1"): 3,
        ("available", "B-01", "S1", "service"): 1,
        ("available", "B-01", "S2", "service"): 1,
        ("opening",): -22,
    }
    assert standing(books, "BOLT") == {("available", "A-01"): 250, ("opening",): -250}
    assert verify(books.conn) == []


@pytest.mark.parametrize(
    ("event", "reason"),
    [
        (load(line(), count=2), "The control total says 2 lines, and there are 1; nothing was posted."),
        (
            load(line(), total="11"),
            "The control total says 11 in all, and the lines add up to 10; nothing was posted.",
        ),
        (load(line(location="")), "An opening balance needs `location`; send the line again with it."),
        (load(line("0")), "A quantity of 0 cannot be loaded."),
        (load(line("-1")), "A quantity of -1 cannot be loaded."),
        (load(line("2", serials=("A", "A"))), "2 serials are named, and a quantity of 2."),
        (load(line("3", serials=("A", "B"))), "2 serials are named, and a quantity of 3."),
        (load(line(state="allocated")), "Goods in allocated need `demand`; send the line again with it."),
        (load(line(state="quarantine")), "Goods in quarantine need `hold_reason`; send the line again with it."),
    ],
)
def test_a_load_that_is_wrong_is_refused_with_both_figures(
    books: Books, event: OpeningBalanceLoaded, reason: str
) -> None:
    assert refusals(books, event) == [reason]
    assert standing(books) == {}


def test_totals_that_disagree_stop_every_line(books: Books) -> None:
    assert len(refusals(books, load(line(), line(location="A-02"), count=3))) == 2
    assert standing(books) == {}


def test_a_place_that_has_goods_is_not_loaded_again(books: Books) -> None:
    books.record(load(line(), line("4", lot="L2")))  # two lines of one load may share a place

    again = refusals(books, load(line(), number="O2"))
    elsewhere = books.record(load(line(location="A-02"), number="O3"))

    assert again == ["PLATE at A-01 has goods in the books already; count the place instead."]
    assert [one.result for one in elsewhere] == ["posted"]
    assert sum(quantity for quantity in standing(books).values() if quantity > 0) == 24


def test_the_same_load_again_changes_nothing(books: Books) -> None:
    books.record(load(line()))
    before = standing(books)

    assert [one.result for one in books.record(load(line()))] == ["repeated"]
    assert standing(books) == before


def test_a_line_of_an_unknown_part_posts_when_it_is_defined(books: Books) -> None:
    (answer,) = books.record(load(line(), line("7", part_number="HINGE")))
    assert answer.result == "partly"

    books.record(PartDefined(number="HINGE", base_unit="EA"))

    assert standing(books, "HINGE") == {("available", "A-01"): 7, ("opening",): -7}
