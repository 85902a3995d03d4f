"""Periods: signed off by whom, in which order, with which figures; and what is late for them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import rebuild, verify
from ledger.events import Actor, Event, PeriodClosed, PeriodReopened
from ledger.outcomes import Late, Refused
from ledger.queries import balances, event, period_report, periods
from ledger.queries.house.periods import Flow
from tests.store.plant import adjusted
from tests.store.world import NOW, Books, notice, order, receipt

ANN = Actor(kind="user", id="ann", roles=("finance",))
EVA = Actor(kind="user", id="eva", roles=("counter",))
ENDS = NOW + timedelta(hours=1)


def closing(number: str = "1", period: str = "2026-11a", ends_at: datetime = ENDS, **said: Any) -> PeriodClosed:
    given: dict[str, Any] = {"partner": "erp", "place": "92:PLT07", "actor": ANN} | said
    return PeriodClosed(number=number, period=period, ends_at=ends_at, **given)


def reopening(period: str = "2026-11a", number: str = "R1", **said: Any) -> PeriodReopened:
    given: dict[str, Any] = {"partner": "erp", "place": "92:PLT07", "actor": ANN, "reason": "a receipt is missing"}
    return PeriodReopened(number=number, period=period, **(given | said))


@pytest.fixture
def books(conn: Connection) -> Books:
    """A hundred plates received within the hour; then two hours pass."""
    one = Books(conn)
    one.record(order("PO1", {"PLATE": 200}), notice("S1", "PO1", {"PLATE": 100}))
    one.record(receipt("R1", "S1", "PO1", {"PLATE": 90}))
    one.record(adjusted(3, number="A1", reason="56"))
    one.now += timedelta(hours=2)
    return one


def answers(books: Books, *events: Event) -> list[str]:
    """Results, or why not."""
    told = []
    for one in books.record(*events):
        reasons = [outcome.reason for outcome in one.outcomes if isinstance(outcome, Refused)]
        told += reasons or [one.result]
    return told


def test_the_figures_of_a_period_are_opening_flows_and_closing(books: Books) -> None:
    assert answers(books, closing()) == ["posted"]
    books.record(adjusted(-5, number="A2", reason="06"))
    books.record(closing("2", "2026-11b", ENDS + timedelta(hours=1)))

    first, second = (period_report(books.conn, "P1", name) for name in ("2026-11a", "2026-11b"))

    assert first is not None
    assert second is not None
    assert [(one.part, one.opening, one.closing, one.flows) for one in first.parts] == [
        ("PLATE", Decimal(0), Decimal(103), (
            Flow(kind="InventoryAdjusted", account="adjustment", quantity=Decimal(3)),
            Flow(kind="ShipmentNotified", account="supplier", quantity=Decimal(100)),
        )),
    ]  # fmt: skip
    assert [(one.part, one.opening, one.closing, one.flows) for one in second.parts] == [
        ("PLATE", Decimal(103), Decimal(98), (
            Flow(kind="InventoryAdjusted", account="adjustment", quantity=Decimal(-5)),
        )),
    ]  # fmt: skip


def test_what_comes_late_is_flagged_and_changes_no_figure_that_was_signed_off(books: Books) -> None:
    books.record(closing())
    before = period_report(books.conn, "P1", "2026-11a")

    (late,) = books.record(receipt("R2", "S1", "PO1", {"PLATE": 5}, occurred_at=ENDS - timedelta(minutes=1)))
    (in_time,) = books.record(receipt("R3", "S1", "PO1", {"PLATE": 5}, occurred_at=ENDS))

    flags = [[one for one in answer.outcomes if isinstance(one, Late)] for answer in (late, in_time)]
    assert flags == [[Late(period="2026-11a", ends_at=ENDS)], []]
    after = period_report(books.conn, "P1", "2026-11a")
    assert before is not None
    assert after is not None
    assert after.parts == before.parts
    assert (before.period.late, after.period.late) == (0, 1)
    assert sum(one.quantity for one in balances(books.conn, part="PLATE", state="available")) == 103


def test_what_was_signed_off_names_the_end_of_the_log(books: Books) -> None:
    (answer,) = books.record(closing(comment="October"))

    (shown,) = periods(books.conn)
    kept = event(books.conn, answer.seq)
    assert kept is not None
    assert (shown.site, shown.period, shown.status, shown.closed_by, shown.comment, shown.chain) == (
        "P1", "2026-11a", "closed", "ann", "October", kept.chain,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (closing(actor=EVA), "Periods are signed off by: finance."),
        (closing(actor=Actor(kind="model", id="m1", roles=("finance",))),
         "Periods are signed off by: finance."),
        (closing(actor=Actor(kind="user", id="bob", roles=("finance",), sites=("P2",))),
         "bob does not work for site P1."),
        (closing(ends_at=datetime(2027, 1, 1, tzinfo=UTC)),
         "Period 2026-11a ends at 2027-01-01T00:00:00+00:00 and is not over."),
        (closing(period=""), "A period needs a name; send it again with `period`."),
        (reopening(), "Only the last closed period of P1 is opened again: none is closed."),
        (reopening(reason=""), "A period is opened again only with a reason; send it again with `reason`."),
    ],
)  # fmt: skip
def test_a_sign_off_that_may_not_be_is_refused_and_says_why(books: Books, wrong: Event, reason: str) -> None:
    assert answers(books, wrong) == [reason]
    assert periods(books.conn) == []


def test_periods_are_closed_in_their_order_and_once(books: Books) -> None:
    later = ENDS + timedelta(minutes=30)

    assert answers(
        books,
        closing("1", "b", later),
        closing("2", "a", ENDS),
        closing("3", "b", later + timedelta(minutes=1)),
        reopening("a"),
    ) == [
        "posted",
        "Period a ends no later than b, which is closed.",
        "Period b of P1 was closed by ann before.",
        "Only the last closed period of P1 is opened again: b.",
    ]


def test_a_period_that_was_opened_again_is_closed_anew_and_until_then_nothing_is_late(books: Books) -> None:
    books.record(closing())
    assert answers(books, reopening()) == ["posted"]

    (answer,) = books.record(receipt("R2", "S1", "PO1", {"PLATE": 5}, occurred_at=ENDS - timedelta(minutes=1)))

    assert [one for one in answer.outcomes if isinstance(one, Late)] == []
    assert answers(books, closing("2")) == ["posted"]
    assert [(one.period, one.status) for one in periods(books.conn)] == [("2026-11a", "closed")]


def test_closings_follow_from_the_log(books: Books) -> None:
    books.record(closing(), receipt("R2", "S1", "PO1", {"PLATE": 5}), reopening())
    books.record(closing("2"), receipt("R3", "S1", "PO1", {"PLATE": 5}))

    assert rebuild(books.conn).differences == ()
    assert verify(books.conn) == []
