"""What customers say of goods that we shipped (D49): beside the shipment, whichever came first."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import (
    ControlTotals,
    CustomerReceiptLine,
    CustomerReceiptReported,
    DiscrepancyResolved,
    GoodsShipped,
    OpeningBalanceLoaded,
    OpeningLine,
    StockLine,
)
from ledger.events.answers import CustomerVariance
from ledger.outcomes import Recorded
from tests.store.plant import EVA
from tests.store.world import NOW, Books, source

OPENING = OpeningBalanceLoaded(
    number="OB1", partner="desk", place="P1", control=ControlTotals(lines=1, quantity=Decimal(100)),
    lines=(OpeningLine(part_number="PLATE", quantity=Decimal(100), unit="EA", location="IN", state="available"),),
)  # fmt: skip


def shipped(quantity: int) -> GoodsShipped:
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA")
    return GoodsShipped(number="SHP1", partner="wms", place="P1", customer="92:OEM", lines=(line,))


def answered(quantity: int, *questioned: tuple[int, str], advice: str = "OR1") -> CustomerReceiptReported:
    """As the gateway hands it over while the shipment is not in the books: it says nothing of what was shipped."""
    variances = tuple(CustomerVariance(quantity=Decimal(some), condition=code) for some, code in questioned)
    line = CustomerReceiptLine(
        line=f"{advice}/1", segment=7, part_number="PLATE", quantity=Decimal(quantity), unit="EA", variances=variances
    )
    return CustomerReceiptReported(
        number="SHP1", partner="oem", customer="oem", advice=advice, received_at=NOW, lines=(line,),
        source=source(advice),
    )  # fmt: skip


def told(answers: list[Recorded]) -> list[tuple[str, str]]:
    return [(one.kind, one.result) for one in answers]


def found(conn: Connection) -> list[tuple[str, str, Decimal, Decimal, Decimal, str]]:
    return [
        (one.code, one.site, one.quantity, one.expected, one.actual, one.status)
        for one in queries.cases(conn)
        if one.code == "D49"
    ]


def test_what_a_customer_says_waits_for_the_shipment(conn: Connection) -> None:
    books = Books(conn)
    books.record(OPENING)

    first = books.record(answered(56, (4, "02")))
    then = books.record(shipped(60))

    assert told(first) == [("CustomerReceiptReported", "waiting")]
    assert told(then) == [("GoodsShipped", "posted"), ("CustomerReceiptReported", "posted")]
    assert found(conn) == [("D49", "P1", Decimal(4), Decimal(60), Decimal(56), "open")]
    assert verify(conn) == []
    assert rebuild(conn).differences == ()


def test_what_was_never_shipped_is_a_case_after_a_day(conn: Connection) -> None:
    books = Books(conn)
    books.record(answered(56))

    early, late = books.tick(hours=23), books.tick(hours=2)

    assert early == []
    assert ("CustomerReceiptReported", "posted") in told(late)
    assert found(conn) == [("D49", "", Decimal(56), Decimal(0), Decimal(56), "open")]


def test_goods_that_leave_later_than_said_release_what_waits_once_they_do(conn: Connection) -> None:
    books = Books(conn)

    waits = [told(books.record(event)) for event in (answered(60), shipped(60))]
    released = told(books.record(OPENING))

    assert waits == [[("CustomerReceiptReported", "waiting")], [("GoodsShipped", "waiting")]]
    assert set(released) == {
        ("OpeningBalanceLoaded", "posted"), ("GoodsShipped", "posted"), ("CustomerReceiptReported", "posted"),
    }  # fmt: skip
    assert found(conn) == []


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sent=st.integers(1, 100), came=st.integers(0, 100),
    questioned=st.lists(st.tuples(st.integers(1, 20), st.sampled_from(("01", "02", "03", "08"))), max_size=2),
)  # fmt: skip
def test_either_order_finds_what_was_questioned_or_came_beyond(
    conn: Connection, sent: int, came: int, questioned: list[tuple[int, str]]
) -> None:
    """Less than was shipped, with nothing said of it, may be the first of several receipts: that finds nothing."""
    documents = (shipped(sent), answered(came, *questioned))
    wrong = sum(quantity for quantity, _ in questioned) or max(0, came - sent)
    expected = [("D49", "P1", Decimal(wrong), Decimal(sent), Decimal(came), "open")] if wrong else []

    for arrived in permutations(documents):
        savepoint = conn.begin_nested()
        books = Books(conn)
        books.record(OPENING)
        for n, document in enumerate(arrived):
            books.now = NOW + timedelta(minutes=n)
            books.record(document)
        assert found(conn) == expected, [type(one).__name__ for one in arrived]
        savepoint.rollback()


@pytest.mark.parametrize("last", ["OR1", "OR2"])
def test_the_advice_that_came_last_is_the_customers_word(conn: Connection, last: str) -> None:
    books = Books(conn)
    books.record(OPENING, shipped(60))
    short, whole = answered(56, (4, "02")), answered(60, advice="OR2")

    for document in (whole, short) if last == "OR1" else (short, whole):
        books.record(document)

    assert [(code, status) for code, *_, status in found(conn)] == [("D49", "open" if last == "OR1" else "closed")]


def part_shipped(quantity: int, by: str) -> GoodsShipped:
    """One of several loads that a warehouse tells under the number of one shipment."""
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", line=by)
    return GoodsShipped(number="SHP1", partner="wms", place="P1", customer="92:OEM", lines=(line,))


@pytest.mark.parametrize(
    ("came", "questioned", "expected"),
    [
        (60, (), []),
        (50, (), []),
        (70, (), [("D49", "P1", Decimal(10), Decimal(60), Decimal(70), "open")]),
        (56, ((4, "02"),), [("D49", "P1", Decimal(4), Decimal(60), Decimal(56), "open")]),
    ],
)
def test_a_shipment_that_leaves_in_parts_is_judged_by_the_whole(
    conn: Connection, came: int, questioned: tuple[tuple[int, str], ...], expected: list[object]
) -> None:
    documents = (part_shipped(40, "1"), part_shipped(20, "2"), answered(came, *questioned))

    for arrived in permutations(documents):
        savepoint = conn.begin_nested()
        books = Books(conn)
        books.record(OPENING)
        for document in arrived:
            books.record(document)
        still = [one for one in found(conn) if one[-1] == "open"]
        assert still == expected, [type(one).__name__ for one in arrived]
        assert verify(conn) == []
        assert rebuild(conn).differences == ()
        savepoint.rollback()
    together = Books(conn)
    together.record(OPENING)
    together.record(answered(came, *questioned), part_shipped(40, "1"), part_shipped(20, "2"))
    assert [one for one in found(conn) if one[-1] == "open"] == expected


def test_a_decided_answer_is_not_asked_about_again_when_more_leaves(conn: Connection) -> None:
    books = Books(conn)
    books.record(OPENING, part_shipped(40, "1"), answered(60))
    (case,) = queries.cases(conn)
    books.record(DiscrepancyResolved(number=case.id, resolution="accept", partner="desk", actor=EVA))

    books.record(part_shipped(20, "2"))

    assert [one[-1] for one in found(conn)] == ["closed"]
