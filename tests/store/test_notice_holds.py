"""Goods of notices are held where a rule says `hold` of what is wrong with them, whichever document came first."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger import queries
from ledger.book import rebuild, verify
from ledger.events import DiscrepancyResolved, Event, Resolution
from ledger.policy import Policy, RequirementTerms, Terms, Tolerance, ToleranceRule
from tests.store.test_requirement_orders import BLANKET, noticed, received, released
from tests.store.world import NOW, Books

TERMS = Terms(
    requirements=RequirementTerms(due="shipment", checks=("ship_window",)),
    notice_requires=("reference", "bill_of_lading", "trailer"),
)


def policy(*holding: str) -> Policy:
    rules = tuple(ToleranceRule(code=code, tolerance=Tolerance(action="hold")) for code in holding)
    return Policy(terms={"acme": TERMS}, tolerances=rules)


WINDOW = released("7", 2, 100, (30, 18), reference="KB1")
IN_TIME = released("8", 3, 100, (30, NOW.day), reference="KB9")


def part_of(received_: Event) -> Event:
    """The goods receipt without its word that nothing more comes: the notice stays open."""
    (line,) = received_.lines  # type: ignore[attr-defined]
    named = {name: getattr(line, name) for name in line.__struct_fields__} | {"complete": False}
    said = {name: getattr(received_, name) for name in received_.__struct_fields__}
    return type(received_)(**(said | {"lines": (type(line)(**named),)}))


DOCUMENTS: tuple[Event, ...] = (BLANKET, noticed(10, reference="KB9"), part_of(received(4)))


def standing(conn: Connection) -> set[tuple[str, str, int]]:
    """State, reason and quantity of the goods that are here."""
    rows = queries.balances(conn, by=("state", "hold_reason"), part="PLATE")
    return {(row.state, row.hold_reason, int(row.quantity)) for row in rows if row.quantity}


def open_codes(conn: Connection) -> set[str]:
    return {one.code for one in queries.cases(conn) if one.status != "closed"} - {"D14"}


@pytest.mark.parametrize(
    ("holding", "more", "held", "codes"),
    [
        ((), (WINDOW,), {("available", "", 4)}, {"D13", "D33", "D36"}),
        (("D13",), (WINDOW,), {("quality_hold", "D13", 4)}, {"D13", "D33", "D36"}),
        (("D36",), (WINDOW,), {("quality_hold", "D36", 4)}, {"D13", "D33", "D36"}),
        (("D33",), (WINDOW,), {("quality_hold", "D33", 4)}, {"D13", "D33", "D36"}),
        # A newer release asks for it on that day and by that number: what held it no longer holds.
        (("D13", "D36"), (WINDOW, IN_TIME), {("available", "", 4)}, {"D33"}),
        (("D13", "D33"), (WINDOW, IN_TIME), {("quality_hold", "D33", 4)}, {"D33"}),
    ],
)
def test_every_order_of_arrival_holds_the_same_goods(
    conn: Connection, holding: tuple[str, ...], more: tuple[Event, ...], held: set[Any], codes: set[str]
) -> None:
    books = Books(conn)
    books.policy = policy(*holding)
    start, every = books.now, list(permutations((*DOCUMENTS, *more)))

    for arrived in every[:: 1 if conn.dialect.name == "sqlite" and len(more) == 1 else 7]:
        savepoint = conn.begin_nested()
        for n, document in enumerate(arrived):
            books.now = start + timedelta(minutes=n)
            books.record(document)
        here = {one for one in standing(conn) if one[0] not in ("in_transit", "supplier")}
        assert (here, open_codes(conn)) == (held, codes), [type(one).__name__ for one in arrived]
        assert verify(conn, deep=False) == []
        savepoint.rollback()


@pytest.mark.parametrize(
    ("resolution", "here"),
    [
        ("accept", {("available", "", 10)}),
        ("return", {("quality_hold", "D13", 6)}),
    ],
)
def test_the_decision_about_the_case_decides_its_goods(
    conn: Connection, resolution: Resolution, here: set[tuple[str, str, int]]
) -> None:
    """Let in, the rest is no longer held when it comes; sent back, it is held as well."""
    books = Books(conn)
    books.policy = policy("D13")
    books.record(WINDOW, *DOCUMENTS)
    (case,) = [one for one in queries.cases(conn) if one.code == "D13"]

    books.record(DiscrepancyResolved(number=case.id, partner="desk", resolution=resolution))
    (line,) = received(6).lines
    rest = {name: getattr(received(6), name) for name in received(6).__struct_fields__} | {"number": "R2"}
    books.record(type(received(6))(**rest))

    assert {one for one in standing(conn) if one[0] not in ("in_transit", "supplier")} == here
    assert line.quantity == Decimal(6)
    assert verify(conn) == []
    assert rebuild(conn).differences == ()


def test_a_case_about_a_whole_notice_lets_all_of_its_goods_in(conn: Connection) -> None:
    books = Books(conn)
    books.policy = policy("D33")
    books.record(WINDOW, *DOCUMENTS)
    (case,) = [one for one in queries.cases(conn) if one.code == "D33"]

    books.record(DiscrepancyResolved(number=case.id, partner="desk", resolution="waive"))

    assert ("available", "", 4) in standing(conn)
    assert verify(conn) == []
    assert rebuild(conn).differences == ()
