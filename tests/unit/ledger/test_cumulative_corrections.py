"""Cumulatives (D11) that are corrected, decided by somebody, or agreed to begin somewhere."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ledger.advices import ReceivingAdvice
from ledger.events import Event, GoodsReceiptReversed, Resolution
from ledger.policy import CumulativeTerms, Policy, Terms, Tolerance
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import (
    cancelled,
    notice,
    notice_line,
    replaced,
)
from tests.unit.ledger.test_cumulative_stories import ORDER, books, came, decided, disagreements, shipped

# --- corrections --------------------------------------------------------------------------------------------


def replacement(number: str, quantity: int, cum: int, at: int) -> Event:
    line = notice_line("PO1", "1", "P1", quantity, cum_shipped=Decimal(cum), segment=14)
    return replaced(line, number=number, shipped_at=START + timedelta(minutes=at))


def test_replacement_takes_back_what_the_notice_told() -> None:
    ledger = books(shipped("S1", 100, 110), shipped("S2", 50, 160, 1))

    ledger.record(replacement("S2", 40, 140, 1))

    assert ledger.open_cases == {}


def test_replacement_that_repeats_the_difference_keeps_the_case() -> None:
    ledger = books(shipped("S1", 100, 110))

    ledger.record(replacement("S1", 90, 100, 0))

    assert disagreements(ledger) == [(10, 90, 100)]
    assert len(ledger.workset.cases) == 1


def test_cancelled_notice_gives_way_to_the_one_before_it() -> None:
    ledger = books(shipped("S1", 100, 100), shipped("S2", 50, 170, 1))
    before = disagreements(ledger)

    ledger.record(cancelled("S2"))

    assert (before, disagreements(ledger)) == ([(20, 150, 170)], [])


def test_earlier_notice_that_is_cancelled_is_missed_in_the_later_cumulative() -> None:
    ledger = books(shipped("S1", 100, 100), shipped("S2", 50, 150, 1))

    ledger.record(cancelled("S1"))

    assert disagreements(ledger) == [(100, 50, 150)]
    assert [due.advice.original_number for due in ledger.advices] == ["S2"]  # type: ignore[union-attr]


def test_reversed_goods_receipt_changes_nothing_of_the_count() -> None:
    ledger = books(shipped("S1", 100, 100), came("R1", 100, "S1"))
    ledger.record(GoodsReceiptReversed(number="R1", ship_to="92:PLT07", partner="dock"))

    ledger.record(shipped("S2", 50, 150, 1))

    assert ledger.workset.cases == {}


# --- decisions, terms ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(("resolution", "then"), [("accept", 160), ("waive", 160), ("recount", 150)])
def test_decision_says_whose_figure_stands(resolution: Resolution, then: int) -> None:
    ledger = books(shipped("S1", 100, 110))
    decided(ledger, "D11", resolution)

    ledger.record(shipped("S2", 50, then, 1))

    assert ledger.open_cases == {}
    assert len(ledger.workset.cases) == 1


def test_decision_that_means_nothing_for_a_figure_is_refused() -> None:
    ledger = books(shipped("S1", 100, 110))

    decided(ledger, "D11", "scrap")

    assert disagreements(ledger) == [(10, 100, 110)]
    assert "cannot be resolved by scrap" in ledger.outcomes[-1].reason  # type: ignore[union-attr]


def test_opening_is_counted_on_both_sides() -> None:
    ledger = books(shipped("S1", 100, 5100), opening={"P1": Decimal(5000)})

    assert ledger.workset.cases == {}


def test_shipment_from_before_the_start_counts_on_neither_side() -> None:
    start = START + timedelta(minutes=5)
    old = (shipped("S0", 70, 9070), shipped("S00", 30, 9100, 1))
    ledger = books(*old, shipped("S1", 100, 100, 6), start=start)

    ledger.record(came("R0", 70, "S0"))
    ledger.record(cancelled("S00"))
    ledger.record(shipped("S2", 50, 150, 7))

    assert ledger.workset.cases == {}


def test_new_start_begins_anew_with_goods_of_the_old_one_still_under_way() -> None:
    ledger = books(shipped("S1", 100, 100), came("R1", 40, "S1"))
    kept = CumulativeTerms(start=START + timedelta(minutes=5), wait_minutes=0)
    ledger.policy = Policy(terms={"ACME": Terms(cumulative=kept)})

    ledger.record(shipped("S2", 50, 50, 6))
    ledger.record(came("R2", 60, "S1"))
    ledger.record(shipped("S3", 10, 60, 7))

    assert ledger.workset.cases == {}


def test_agreement_made_with_books_half_full_counts_from_then_on() -> None:
    ledger = MemoryLedger()
    for document in (ORDER, shipped("S1", 100, 7100), came("R1", 40, "S1")):
        ledger.record(document)
    kept = CumulativeTerms(opening={"P1": Decimal(7100)}, wait_minutes=0)
    ledger.policy = Policy(terms={"ACME": Terms(cumulative=kept)})

    ledger.record(shipped("S2", 50, 7150, 1))

    assert ledger.workset.cases == {}


def test_tolerance_of_the_class_lets_a_difference_pass() -> None:
    ledger = MemoryLedger(
        policy=Policy(
            terms={
                "ACME": Terms(
                    cumulative=CumulativeTerms(wait_minutes=0), tolerances={"D11": Tolerance(quantity=Decimal(10))}
                )
            }
        )
    )
    ledger.record(ORDER)

    ledger.record(shipped("S1", 100, 110))
    within = disagreements(ledger)
    ledger.record(shipped("S2", 50, 161, 1))

    assert (within, disagreements(ledger)) == ([], [(11, 150, 161)])


def test_received_to_date_of_the_861_counts_from_the_start_with_the_opening() -> None:
    ledger = books(shipped("S1", 100, 5100), came("R1", 90, "S1", complete=True), opening={"P1": Decimal(5000)})

    (due,) = ledger.advices
    assert isinstance(due.advice, ReceivingAdvice)
    assert due.advice.lines[0].cum_received == Decimal(5090)


def test_two_notices_refused_at_one_moment_have_two_advice_numbers() -> None:
    ledger = MemoryLedger()
    for number in ("S1", "S2"):
        ledger.record(notice(notice_line("PO9", "1", "P1", 10), number=number))

    ledger.tick(timedelta(minutes=15))

    assert len({due.advice.number for due in ledger.advices}) == 2
