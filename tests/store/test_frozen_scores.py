"""Months of scorecards over the real books: requirements at their fence, frozen cards, and why they differ later."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from decimal import Decimal

import pytest
from msgspec.structs import replace
from sqlalchemy import Connection, insert

from ledger import queries
from ledger.book import verify
from ledger.book.storage import tables
from ledger.events import (
    DiscrepancyResolved,
    DisruptionReported,
    OrderChanged,
    OrderLine,
    Requirement,
    Schedule,
    ScheduleLine,
    ScheduleReleased,
)
from ledger.policy.policy import read_policy
from ledger.policy.scores import ScoreRules
from ledger.scorecards.difference import write_card
from tests.store.world import NOW, POLICY, Books, notice, order, receipt

MONTH = "2026-11"
OVER = NOW + timedelta(days=30)


def value(conn: Connection, metric: str) -> float | None:
    return queries.score_drill(conn, "acme", metric, month=MONTH, now=OVER, policy=POLICY).value


@pytest.fixture
def books(conn: Connection) -> Books:
    """Ten plates and twenty bolts due today; two plates are missing for good."""
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 10, "BOLT": 20}, due_at=NOW))
    books.record(notice("S1", "PO1", {"PLATE": 10, "BOLT": 20}))
    came = receipt("R1", "S1", "PO1", {"PLATE": 8, "BOLT": 20})
    books.record(replace(came, lines=(replace(came.lines[0], complete=True), came.lines[1])))
    return books


def test_a_frozen_month_computed_anew_is_the_same_byte_for_byte(conn: Connection, books: Books) -> None:
    books.now = OVER
    books.record(queries.freeze(conn, "acme", MONTH, now=OVER, policy=POLICY))

    (frozen,) = queries.frozen_cards(conn, "acme")
    found = queries.recompute(conn, frozen)

    assert (found.same, found.differences, frozen.card.provisional) == (True, (), False)
    assert write_card(found.card) == write_card(frozen.card)
    assert queries.to_freeze(conn, now=OVER, policy=POLICY) == (MONTH, ["bravo"])
    assert verify(conn) == []


def test_a_card_follows_from_rules_of_which_only_some_were_stated(conn: Connection, books: Books) -> None:
    policy = replace(POLICY, scores=ScoreRules(coverage_min=50))
    books.policy, books.now = policy, OVER
    books.record(queries.freeze(conn, "acme", MONTH, now=OVER, policy=policy))

    (frozen,) = queries.frozen_cards(conn, "acme")

    assert frozen.rules == policy.hash
    assert queries.recompute(conn, frozen).same
    assert verify(conn) == []


def test_a_card_frozen_by_rules_in_an_older_form_is_still_the_same(conn: Connection, books: Books) -> None:
    """Rules were once stored as they were written: 50 and 50.0 under two hashes, and with what is usual anyway."""
    body = b'{"scores":{"weights":{"on_time_in_full":25,"labels":5},"coverage_min":50}}'
    older = read_policy(body, hashlib.sha256(body).hexdigest())
    conn.execute(insert(tables.policy).values(hash=older.hash, body=body.decode()))
    books.policy, books.now = older, OVER
    books.record(queries.freeze(conn, "acme", MONTH, now=OVER, policy=older))

    (frozen,) = queries.frozen_cards(conn, "acme")

    assert frozen.rules == older.hash == frozen.card.rules
    assert queries.recompute(conn, frozen).same
    assert verify(conn) == []


def test_what_is_granted_later_is_told_with_its_case_and_frozen_beside_the_first(
    conn: Connection, books: Books
) -> None:
    books.now = OVER
    books.record(queries.freeze(conn, "acme", MONTH, now=OVER, policy=POLICY))
    books.record(DiscrepancyResolved(number="C1", partner="desk", resolution="waive"))

    (frozen,) = queries.frozen_cards(conn, "acme")
    found = queries.recompute(conn, frozen)

    assert not found.same
    assert [(one.name, one.was, one.now, one.cases) for one in found.differences if one.what == "entry"] == [
        ("on_time_delivery", "8 of 10", "", ("C1",)),
        ("on_time_lines", "0 of 1", "", ("C1",)),
        ("on_time_in_full", "0 of 1", "", ("C1",)),
        ("asn_accuracy", "0 of 1", "", ("C1",)),
        ("quantity_accuracy", "8 of 10", "", ("C1",)),
    ]
    books.record(queries.freeze(conn, "acme", MONTH, now=books.now, policy=POLICY, reason="C1 granted"))
    assert [one.reason for one in queries.frozen_cards(conn, "acme")] == ["", "C1 granted"]
    assert verify(conn) == []


def test_what_the_buyer_changes_after_the_fence_hurts_nobody(conn: Connection) -> None:
    books = Books(conn)
    books.record(order("PO1", {"PLATE": 10}, due_at=NOW + timedelta(hours=6)))
    more = OrderLine(part_number="PLATE", order_line="1", quantity=Decimal(50), unit="EA", segment=5)
    books.record(
        OrderChanged(
            number="PO1", partner="erp", supplier="92:A123", ship_to="92:PLT07", due_at=NOW + timedelta(hours=6),
            lines=(more,),
        )
    )  # fmt: skip
    books.record(notice("S1", "PO1", {"PLATE": 10}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 10}))

    assert value(conn, "on_time_delivery") == 100


def test_each_delivery_of_an_order_line_is_a_requirement(conn: Connection) -> None:
    books = Books(conn)
    placed = order("PO1", {"PLATE": 10})
    days = (Schedule(quantity=Decimal(4), due_at=NOW), Schedule(quantity=Decimal(6), due_at=NOW + timedelta(days=3)))
    books.record(replace(placed, lines=(replace(placed.lines[0], schedule=days),)))
    books.record(notice("S1", "PO1", {"PLATE": 4}))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 4}))

    assert value(conn, "on_time_delivery") == 40


def test_a_release_counts_as_it_was_in_force_at_the_fence(conn: Connection) -> None:
    books = Books(conn)

    def release(number: str, quantity: int) -> ScheduleReleased:
        due = Requirement(quantity=Decimal(quantity), due_at=NOW + timedelta(days=5), certainty="firm")
        line = ScheduleLine(part_number="PLATE", unit="EA", requirements=(due,))
        return ScheduleReleased(
            number="SH1", release=number, partner="erp", schedule="shipping", direction="supply", supplier="92:A123",
            ship_to="92:PLT07", issued_at=books.now, lines=(line,),
        )  # fmt: skip

    books.record(release("1", 30))
    books.record(release("2", 10))
    books.now = NOW + timedelta(days=5)
    books.record(release("3", 90))
    books.record(order("PO1", {"PLATE": 500}, order_type="BK"))
    books.record(notice("S1", "PO1", {"PLATE": 10}, shipped_at=books.now, occurred_at=books.now))
    books.record(receipt("R1", "S1", "PO1", {"PLATE": 10}, occurred_at=books.now))

    found = queries.score_drill(conn, "acme", "on_time_delivery", month=MONTH, now=OVER, policy=POLICY)
    assert [(one.achieved, one.possible) for one in found.deductions] == [(10, 10)]


def test_a_stopped_line_is_filed_and_costs_its_points(conn: Connection, books: Books) -> None:
    books.record(
        DisruptionReported(
            number="D1", partner="mes", disruption="line_down", supplier="92:A123", place="P1", occurred_at=NOW,
            minutes=45,
        )
    )  # fmt: skip

    found = queries.score(conn, "acme", month=MONTH, now=OVER, policy=POLICY)

    assert [(one.reason, one.points) for one in found.taken] == [("line_down", 20)]
    assert verify(conn) == []


def test_key_figures_are_the_sums_of_their_entries(conn: Connection, books: Books) -> None:
    for name in queries.KPIS:
        (every,) = queries.kpis(conn, month=MONTH, now=OVER, policy=POLICY, name=name)
        (shown,) = (one for one in queries.kpis(conn, month=MONTH, now=OVER, policy=POLICY) if one.name == name)
        assert (every.measure.value, every.measure.sums) == (shown.measure.value, shown.measure.sums)
        for one in every.measure.sums:
            behind = [entry for entry in every.measure.deductions if entry.unit == one.unit]
            assert sum((entry.achieved for entry in behind), Decimal(0)) == one.achieved
    values = {one.name: one.measure.value for one in queries.kpis(conn, month=MONTH, now=OVER, policy=POLICY)}
    assert (values["supplier_on_time"], values["receiving_errors"], values["stock_accuracy"]) == (50, 0, None)


def test_a_month_that_runs_is_not_frozen(conn: Connection, books: Books) -> None:
    with pytest.raises(ValueError, match="2026-11 is not over yet"):
        queries.freeze(conn, "acme", MONTH, now=NOW, policy=POLICY)
