"""Cumulative agreements (D11): what the supplier says it shipped in all, beside what we count."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from ledger.advices import ApplicationAdvice
from ledger.events import DiscrepancyResolved, Event, Resolution
from ledger.policy import CumulativeTerms, Policy, Terms
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import (
    notice,
    notice_line,
    order,
    order_line,
    receipt,
    receipt_line,
)

ORDER = order(order_line("1", "P1", 1000), order_line("2", "P2", 1000))


def books(*documents: Event, wait_minutes: int = 0, **terms: Any) -> MemoryLedger:
    """A ledger that keeps cumulatives with ACME, with the order and these documents in it."""
    kept = CumulativeTerms(wait_minutes=wait_minutes, **terms)
    ledger = MemoryLedger(policy=Policy(terms={"ACME": Terms(cumulative=kept)}))
    for document in (ORDER, *documents):
        ledger.record(document)
    return ledger


def shipped(number: str, quantity: int, cum: int | None, at: int = 0, **more: Any) -> Event:
    """A notice of P1, shipped `at` minutes after the start, that tells the cumulative."""
    said = None if cum is None else Decimal(cum)
    line = notice_line("PO1", "1", "P1", quantity, cum_shipped=said, segment=14)
    return notice(line, number=number, shipped_at=START + timedelta(minutes=at), **more)


def came(number: str, quantity: int, shipment: str = "", **more: Any) -> Event:
    line = receipt_line("1", "P1", quantity, shipment_id=shipment, order_number="PO1", **more)
    return receipt(line, number=number)


def disagreements(ledger: MemoryLedger) -> list[tuple[int, int, int]]:
    """(in question, counted, told) of each open D11, in pieces."""
    return [
        (case.quantity // 10**6, case.expected // 10**6, case.actual // 10**6)
        for case in ledger.workset.cases.values()
        if case.code == "D11" and case.status != "closed"
    ]


def decided(ledger: MemoryLedger, code: str, resolution: Resolution) -> None:
    ledger.record(DiscrepancyResolved(number=ledger.case(code).case, resolution=resolution))


# --- one notice after the other -----------------------------------------------------------------------------


def test_cumulative_that_agrees_is_never_mentioned() -> None:
    ledger = books(
        shipped("S1", 100, 100), came("R1", 100, "S1"), shipped("S2", 50, 150, 1), shipped("S3", 30, 180, 2),
        came("R2", 50, "S2"), shipped("S4", 5, 185, 3),
    )  # fmt: skip

    assert ledger.workset.cases == {}
    assert ledger.advices == []


def test_cumulative_off_by_ten_is_a_warning_that_names_the_line_and_posts_all_the_same() -> None:
    ledger = books(shipped("S1", 100, 110))

    (due,) = ledger.advices
    assert isinstance(due.advice, ApplicationAdvice)
    document, line = due.advice.items
    (fault,) = line.faults
    assert (document.verdict, line.verdict) == ("TE", "IE")
    assert (fault.code, fault.discrepancy, fault.field, fault.segment) == ("010", "D11", "cum_shipped", 14)
    assert fault.text.startswith("Cumulative 110 of P1 is 10 more than 100 counted")
    assert disagreements(ledger) == [(10, 100, 110)]
    assert ledger.stock == {"in_transit": 100, "supplier": -100}
    assert ledger.case("D11").shipment_id == "S1"


def test_cumulative_too_small_is_told_at_once() -> None:
    ledger = books(shipped("S1", 100, 90), wait_minutes=15)

    assert disagreements(ledger) == [(10, 100, 90)]


def test_same_difference_again_is_one_case_and_told_once() -> None:
    ledger = books(shipped("S1", 100, 110), shipped("S2", 50, 160, 1), shipped("S3", 50, 210, 2))

    assert disagreements(ledger) == [(10, 200, 210)]
    assert len(ledger.advices) == 1
    assert len(ledger.workset.cases) == 1


def test_difference_that_grows_is_told_again_in_the_same_case() -> None:
    ledger = books(shipped("S1", 100, 110), shipped("S2", 50, 165, 1))

    assert disagreements(ledger) == [(15, 150, 165)]
    assert [due.advice.original_number for due in ledger.advices] == ["S1", "S2"]  # type: ignore[union-attr]
    assert len(ledger.workset.cases) == 1


def test_supplier_that_corrects_its_cumulative_closes_the_case() -> None:
    ledger = books(shipped("S1", 100, 110), shipped("S2", 50, 150, 1))

    assert ledger.open_cases == {}
    assert ledger.case("D11").status == "closed"


def test_each_part_has_its_own_case() -> None:
    lines = [notice_line("PO1", line, part, 10, cum_shipped=Decimal(12)) for line, part in (("1", "P1"), ("2", "P2"))]
    ledger = books(notice(*lines))

    assert sorted((case.part, case.quantity) for case in ledger.workset.cases.values()) == [
        ("P1", 2_000_000), ("P2", 2_000_000),
    ]  # fmt: skip


@pytest.mark.parametrize("figures", [(10, 30), (30, 30), (None, 30)], ids=["running", "same", "on the last"])
def test_lines_of_one_part_are_compared_as_one_shipment(figures: tuple[int | None, int]) -> None:
    lines = [
        notice_line("PO1", "1", "P1", quantity, lot=f"L{n}", cum_shipped=None if said is None else Decimal(said))
        for n, (quantity, said) in enumerate(zip((10, 20), figures, strict=True))
    ]

    assert books(notice(*lines)).workset.cases == {}


def test_notice_that_tells_no_cumulative_counts_in_the_next_one() -> None:
    ledger = books(shipped("S1", 100, 100), shipped("S2", 50, None, 1), shipped("S3", 10, 160, 2))

    assert ledger.workset.cases == {}


def test_cumulative_of_an_agreement_that_keeps_none_is_only_recorded() -> None:
    ledger = MemoryLedger()
    for document in (ORDER, shipped("S1", 100, 999)):
        ledger.record(document)

    assert ledger.workset.cases == {}
    assert ledger.workset.agreements == {}


# --- what the dock found ------------------------------------------------------------------------------------


def test_short_in_question_speaks_neither_for_nor_against() -> None:
    ledger = books(shipped("S1", 100, 100), came("R1", 90, "S1", complete=True))

    ledger.record(shipped("S2", 50, 150, 1))
    as_shipped = disagreements(ledger)
    ledger.record(shipped("S3", 50, 190, 2))

    assert (as_shipped, disagreements(ledger)) == ([], [])


def test_short_that_is_accepted_is_expected_of_the_next_cumulative() -> None:
    ledger = books(shipped("S1", 100, 100), came("R1", 90, "S1", complete=True))
    decided(ledger, "D16", "short_close")
    at_once = disagreements(ledger)

    ledger.record(shipped("S2", 50, 150, 1))
    uncorrected = disagreements(ledger)
    ledger.record(shipped("S3", 50, 190, 2))

    assert (at_once, uncorrected, disagreements(ledger)) == ([], [(10, 140, 150)], [])


@pytest.mark.parametrize(("resolution", "then"), [("accept", 160), ("return", 150), ("recount", 150)])
def test_over_is_counted_once_it_is_accepted(resolution: Resolution, then: int) -> None:
    ledger = books(shipped("S1", 100, 100), came("R1", 110, "S1"), shipped("S2", 20, 120, 1))
    in_question = disagreements(ledger)
    decided(ledger, "D17", resolution)

    ledger.record(shipped("S3", 30, then, 2))

    assert (in_question, disagreements(ledger)) == ([], [])


def test_goods_without_a_notice_are_in_question_until_it_comes() -> None:
    ledger = books(shipped("S1", 100, 100), came("R2", 50, "S2"), shipped("S3", 10, 160, 2))
    explained = disagreements(ledger)

    ledger.record(shipped("S2", 50, 150, 1))

    assert (explained, disagreements(ledger)) == ([], [])
    assert ledger.open_cases == {}


def test_goods_of_a_notice_that_never_came_close_the_case_that_it_opened() -> None:
    ledger = books(shipped("S1", 100, 100), shipped("S3", 10, 160, 2))
    missing = disagreements(ledger)

    ledger.record(came("R2", 50, "S2"))

    assert (missing, disagreements(ledger)) == ([(50, 110, 160)], [])


def test_agreement_on_what_was_advised_does_not_look_at_the_dock() -> None:
    ledger = books(shipped("S1", 100, 100), came("R1", 90, "S1", complete=True), counts="advised")
    decided(ledger, "D16", "short_close")

    ledger.record(shipped("S2", 50, 150, 1))
    ledger.record(shipped("S3", 50, 190, 2))

    assert disagreements(ledger) == [(10, 200, 190)]


# --- overtaking ---------------------------------------------------------------------------------------------


def test_notice_that_overtook_another_waits_for_it_and_says_nothing() -> None:
    ledger = books(shipped("S2", 50, 150, 1), wait_minutes=15)
    before = (ledger.advices, ledger.stock)

    ledger.record(shipped("S1", 100, 100))
    ledger.tick(timedelta(minutes=20))

    assert before == ([], {"in_transit": 50, "supplier": -50})
    assert ledger.workset.cases == {}


def test_cumulative_that_nobody_explained_in_time_is_told_when_the_wait_ends() -> None:
    ledger = books(shipped("S2", 50, 150, 1), wait_minutes=15)
    ledger.tick(timedelta(minutes=14))
    early = ledger.advices

    ledger.tick(timedelta(minutes=1))

    (due,) = ledger.advices
    assert early == []
    assert due.advice.original_number == "S2"  # type: ignore[union-attr]
    assert disagreements(ledger) == [(100, 50, 150)]


def test_difference_without_a_gap_is_an_old_one_and_waits_for_nothing() -> None:
    ledger = books(shipped("S1", 100, 110), wait_minutes=15)
    ledger.tick(timedelta(minutes=15))

    ledger.record(shipped("S2", 50, 160, 1))

    assert disagreements(ledger) == [(10, 150, 160)]


def test_late_notice_puts_the_one_after_it_in_another_light() -> None:
    # S2 left the hundred of S1 out; nobody could know that before S1 came.
    ledger = books(shipped("S2", 50, 50, 1))
    before = disagreements(ledger)

    ledger.record(shipped("S1", 100, 100))

    (due,) = ledger.advices
    assert (before, disagreements(ledger)) == ([], [(100, 150, 50)])
    assert due.advice.original_number == "S2"  # type: ignore[union-attr]


@pytest.mark.parametrize("wait_minutes", [0, 15])
@pytest.mark.parametrize(
    "figures", [(100, 150, 180), (110, 160, 190), (100, 155, 185), (100, 50, 180), (None, 150, None)]
)
def test_any_order_of_arrival_ends_in_the_same_cases(figures: tuple[int | None, ...], wait_minutes: int) -> None:
    documents = [
        shipped(f"S{n}", quantity, said, n)
        for n, (quantity, said) in enumerate(zip((100, 50, 30), figures, strict=True), 1)
    ] + [came("R1", 100, "S1"), came("R2", 50, "S2")]

    def ending(arrival: tuple[Event, ...]) -> set[tuple[object, ...]]:
        ledger = books(*arrival, wait_minutes=wait_minutes)
        ledger.tick(timedelta(minutes=20))
        return {case[:5] for case in ledger.exact_cases()}

    expected = ending(tuple(documents))
    for arrival in permutations(documents):
        assert ending(arrival) == expected, [document.number for document in arrival]
