"""Snapshots of warehouses over the real books: they move nothing, and differ only by what time does not explain."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import rebuild, verify
from ledger.events import (
    Event,
    InventorySnapshotReported,
    MaterialIssued,
    PlaceLine,
    PutAwayCompleted,
    StockLine,
)
from ledger.events.decisions import DiscrepancyResolved
from ledger.outcomes import CaseChanged, CaseOpened, Refused
from ledger.queries import Variance, VarianceList, balances, cases, movements, variances
from tests.store.plant import Plant
from tests.store.world import Books, notice, order, receipt, source

Line = tuple[str, int] | tuple[str, int, dict[str, Any]]
Shown = tuple[str, str, int, int, str]
"""Part, location, expected, said, verdict."""


@pytest.fixture
def books(conn: Connection) -> Books:
    """A thousand plates and ten bolts on the dock since two hours."""
    one = Books(conn)
    quantities = {"PLATE": 1000, "BOLT": 10}
    one.record(order("PO1", quantities), notice("S1", "PO1", quantities))
    one.record(receipt("R1", "S1", "PO1", quantities))
    one.now += timedelta(hours=2)
    return one


def snapshot(number: str, at: datetime | None, *lines: Line, **said: Any) -> InventorySnapshotReported:
    told = tuple(
        PlaceLine(part_number=part, quantity=Decimal(quantity), unit="EA", segment=n, **dict(*more))
        for n, (part, quantity, *more) in enumerate(lines, 5)
    )
    return InventorySnapshotReported(
        number=number, partner="threepl", place="92:PLT07", occurred_at=at, source=source(number), lines=told, **said
    )


def issued(quantity: int, number: str, at: datetime) -> Event:
    line = StockLine(part_number="PLATE", quantity=Decimal(quantity), unit="EA", to_location="L1", location="DOCK")
    return MaterialIssued(number=number, partner="wms", place="P1", occurred_at=at, lines=(line,))


def listed(books: Books, seq: int) -> VarianceList:
    found = variances(books.conn, seq)
    assert found is not None
    return found


def shown(books: Books, seq: int) -> list[Shown]:
    return [
        (one.part, one.location, int(one.expected), int(one.said), one.verdict)
        for one in listed(books, seq).variances
    ]


def dock(quantity: int) -> Line:
    return "PLATE", quantity, {"location": "DOCK"}


def test_a_snapshot_moves_nothing_whatever_it_says(books: Books) -> None:
    before = balances(books.conn, external=True)
    made = len(movements(books.conn))

    (answer,) = books.record(snapshot("1", books.now - timedelta(hours=1), ("PLATE", 5), ("BOLT", 99)))

    assert (answer.result, answer.movements) == ("posted", 0)
    assert (balances(books.conn, external=True), len(movements(books.conn))) == (before, made)


def test_the_variance_list_holds_every_place_and_cases_only_what_is_beyond_tolerance(books: Books) -> None:
    at = books.now - timedelta(hours=1)
    (answer,) = books.record(snapshot("20261120", at, ("PLATE", 999), ("BOLT", 9), ("BOLT", 0, {"location": "A-9"})))

    found = listed(books, answer.seq)
    assert (found.number, found.site, found.occurred_at, found.document) == ("20261120", "P1", at, "m_20261120.1")
    assert found.verdicts == {"tolerated": 1, "case": 1, "agrees": 1}
    assert shown(books, answer.seq) == [
        ("PLATE", "", 1000, 999, "tolerated"), ("BOLT", "", 10, 9, "case"), ("BOLT", "A-9", 0, 0, "agrees")
    ]  # fmt: skip
    assert found.variances[1] == Variance(
        line="BOLT", segment=6, part="BOLT", location="", expected=Decimal(10), said=Decimal(9),
        difference=Decimal(-1), unit="EA", verdict="case", rule="default", explained_by=0, case="C1",
    )  # fmt: skip
    (opened,) = cases(books.conn)
    assert (opened.code, opened.part, opened.quantity, opened.owner) == ("D38", "BOLT", Decimal(1), "warehouse")
    assert [(one.document, one.segment) for one in opened.evidence] == [("m_20261120.1", 6)]
    short = variances(books.conn, answer.seq, differing=True)
    assert short is not None
    assert [one.part for one in short.variances] == ["PLATE", "BOLT"]
    assert verify(books.conn) == []


def test_the_books_are_read_as_of_the_time_of_the_snapshot(books: Books) -> None:
    at = books.now - timedelta(hours=1)
    books.record(issued(400, "i", books.now))

    (answer,) = books.record(snapshot("1", at, dock(1000)))

    assert shown(books, answer.seq) == [("PLATE", "DOCK", 1000, 1000, "agrees")]


@pytest.mark.parametrize(
    ("minutes", "said", "verdict"),
    [
        (10, 600, "timing"),
        (29, 600, "timing"),
        (31, 600, "case"),
        (-10, 1000, "timing"),
        (-29, 1000, "timing"),
        (-31, 1000, "case"),
        (10, 700, "case"),
    ],
)
def test_a_difference_passes_only_when_the_books_had_it_so_within_the_window(
    books: Books, minutes: int, said: int, verdict: str
) -> None:
    at = books.now + timedelta(hours=1)
    books.now = at + timedelta(minutes=minutes)
    (issue,) = books.record(issued(400, "i", books.now))
    books.now = at + timedelta(hours=2)

    (answer,) = books.record(snapshot("1", at, dock(said)))

    expected = 600 if minutes < 0 else 1000
    assert shown(books, answer.seq) == [("PLATE", "DOCK", expected, said, verdict)]
    (found,) = listed(books, answer.seq).variances
    assert found.explained_by == (issue.seq if verdict == "timing" else 0)


def test_a_difference_is_pending_while_the_window_is_open(books: Books) -> None:
    at = books.now
    (early,) = books.record(snapshot("1", at, dock(600)), snapshot("2", at, dock(900)))[:1]
    assert (early.result, shown(books, early.seq)) == ("waiting", [("PLATE", "DOCK", 1000, 600, "pending")])
    (issue,) = books.record(issued(400, "i", books.now))

    assert [one for one in books.tick(minutes=10) if one.kind == "InventorySnapshotReported"] == []
    late = [one for one in books.tick(minutes=30) if one.kind == "InventorySnapshotReported"]

    assert [(one.number, one.result) for one in late] == [("1", "posted"), ("2", "posted")]
    assert shown(books, late[0].seq) == [("PLATE", "DOCK", 1000, 600, "timing")]
    assert listed(books, late[0].seq).variances[0].explained_by == issue.seq
    assert shown(books, late[1].seq) == [("PLATE", "DOCK", 1000, 900, "case")]
    assert verify(books.conn) == []


def test_a_later_snapshot_changes_the_case_and_one_that_agrees_closes_it(books: Books) -> None:
    at = books.now - timedelta(hours=1)
    minute = timedelta(minutes=1)
    first, less, agrees = (
        snapshot(str(n), at + n * minute, dock(said)) for n, said in enumerate((900, 950, 1000), 1)
    )
    outcomes = [
        (type(one).__name__, one.case, int(one.quantity))
        for event in (first, less, agrees)
        for one in books.record(event)[0].outcomes
        if isinstance(one, CaseOpened | CaseChanged)
    ]

    assert outcomes == [("CaseOpened", "C1", 100), ("CaseChanged", "C1", 50), ("CaseChanged", "C1", 0)]
    assert [one.status for one in cases(books.conn)] == ["closed"]


def test_a_case_of_a_snapshot_is_decided_without_a_movement(books: Books) -> None:
    books.record(snapshot("1", books.now - timedelta(hours=1), dock(900)))
    made = len(movements(books.conn))

    (answer,) = books.record(DiscrepancyResolved(number="C1", resolution="accept"))

    assert (answer.result, len(movements(books.conn)), [one.status for one in cases(books.conn)]) == (
        "posted", made, ["closed"]
    )  # fmt: skip


def test_lines_about_one_place_are_added_up_and_states_told_apart(books: Books) -> None:
    line = StockLine(part_number="PLATE", quantity=Decimal(300), unit="EA", to_location="A-01")
    books.record(PutAwayCompleted(number="p", partner="wms", place="P1", lines=(line,)))
    books.now += timedelta(hours=2)

    (answer,) = books.record(
        snapshot(
            "1", books.now - timedelta(hours=1), ("PLATE", 200, {"location": "A-01"}), dock(700),
            ("PLATE", 100, {"location": "A-01"}), ("PLATE", 3, {"state": "quarantine"}),
        )
    )  # fmt: skip

    assert shown(books, answer.seq) == [
        ("PLATE", "A-01", 300, 300, "agrees"), ("PLATE", "DOCK", 700, 700, "agrees"), ("PLATE", "", 0, 3, "case")
    ]  # fmt: skip


def test_a_complete_snapshot_says_that_the_rest_is_not_there(books: Books) -> None:
    at = books.now
    (early,) = books.record(snapshot("1", at, dock(1000), complete=True))
    assert (early.result, shown(books, early.seq)) == ("waiting", [])

    late = [one for one in books.tick(minutes=31) if one.kind == "InventorySnapshotReported"]

    assert [one.result for one in late] == ["posted"]
    assert shown(books, early.seq) == [
        ("PLATE", "DOCK", 1000, 1000, "agrees"), ("BOLT", "DOCK", 10, 0, "case")
    ]  # fmt: skip
    assert [(one.code, one.part, one.unit) for one in cases(books.conn)] == [("D38", "BOLT", "EA")]
    assert verify(books.conn) == []


def test_an_empty_complete_snapshot_lists_all_there_is(books: Books) -> None:
    (answer,) = books.record(snapshot("1", books.now - timedelta(hours=1), complete=True))

    assert (answer.result, shown(books, answer.seq)) == (
        "posted", [("BOLT", "DOCK", 10, 0, "case"), ("PLATE", "DOCK", 1000, 0, "case")]
    )  # fmt: skip


def test_an_unchanged_list_next_day_is_news_and_the_same_list_again_is_not(books: Books) -> None:
    at = books.now - timedelta(hours=1)

    answers = [books.record(snapshot(number, at, dock(1000)))[0].result for number in ("1120", "1120", "1121")]

    assert answers == ["posted", "repeated", "posted"]


def test_a_line_that_cannot_be_compared_waits_or_is_refused_and_the_others_are_told(books: Books) -> None:
    at = books.now - timedelta(hours=1)

    (answer,) = books.record(snapshot("1", at, ("HINGE", 5), ("PLATE", -1), ("BOLT", 10)))

    assert answer.result == "partly"
    assert [one.reason for one in answer.outcomes if isinstance(one, Refused)] == [
        "A quantity of -1 cannot stand anywhere."
    ]
    assert shown(books, answer.seq) == [("BOLT", "", 10, 10, "agrees")]


def test_what_is_no_snapshot_has_no_variance_list(books: Books) -> None:
    assert (variances(books.conn, 1), variances(books.conn, 10_000)) == (None, None)


def test_rebuilding_gives_the_same_lists(books: Books) -> None:
    at = books.now
    books.record(snapshot("1", at, dock(600)), issued(400, "i", at), snapshot("2", at, dock(1000), complete=True))
    books.tick(minutes=31)

    assert rebuild(books.conn).differences == ()


def test_another_whole_list_under_the_same_number_is_a_conflict(conn: Connection) -> None:
    plant = Plant(conn)
    told = [
        plant.record(
            InventorySnapshotReported(
                number="D1", partner="wms", place="P1", complete=True,
                lines=(PlaceLine(part_number="PLATE", location="DOCK", quantity=Decimal(n), unit="EA"),),
            )
        )[0].result
        for n in (100, 90)
    ]  # fmt: skip

    assert told == ["waiting", "conflict"]
    assert verify(conn) == []
