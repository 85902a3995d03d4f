"""What the dock finds that nobody advised, which notice goods answer, and goods receipts taken back."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from ledger.advices import ReceivingAdvice
from ledger.events import DiscrepancyResolved, GoodsReceiptReversed, HandlingUnit, Source
from ledger.outcomes import CaseOpened, Refused
from ledger.policy import Policy, Terms
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import cancelled, notice, notice_line, order, order_line, receipt, receipt_line


def advised(quantity: int = 10, policy: Policy | None = None) -> MemoryLedger:
    """A ledger with an order and its notice, one line of P1."""
    ledger = MemoryLedger(policy=policy)
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(notice(notice_line("PO1", "1", "P1", quantity)))
    return ledger


def resolve(ledger: MemoryLedger, code: str, resolution: str, quantity: int | None = None) -> None:
    case = ledger.case(code)
    ledger.record(
        DiscrepancyResolved(
            number=case.case,
            resolution=resolution,  # type: ignore[arg-type]
            quantity=None if quantity is None else Decimal(quantity),
        )
    )


def conditions(ledger: MemoryLedger) -> list[tuple[str, Decimal]]:
    """(condition, quantity) of every variance told so far."""
    return [
        (variance.condition, variance.quantity)
        for due in ledger.advices
        if isinstance(due.advice, ReceivingAdvice)
        for line in due.advice.lines
        for variance in line.variances
    ]


# --- no notice (D14) ----------------------------------------------------------------------------------------


def test_goods_with_an_order_and_no_notice_go_into_stock_and_are_told() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))

    outcomes = ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", order_number="PO1")))

    assert ledger.stock == {"available": 10, "supplier": -10}
    assert ledger.open_cases == {"D14:R1": 10}
    assert conditions(ledger) == [("14", Decimal(10))]
    assert isinstance(outcomes[1], CaseOpened)


def test_goods_that_nobody_knows_are_held() -> None:
    ledger = MemoryLedger()

    ledger.record(receipt(receipt_line("1", "P1", 10, order_number="PO9")))

    assert ledger.stock == {"clearing": -10, "quality_hold": 10}
    assert ledger.open_cases == {"D14:R1": 10}
    assert conditions(ledger) == [("13", Decimal(10))]


def test_goods_whose_notice_was_refused_are_told_with_its_name_and_not_as_never_announced() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(notice(notice_line("PO9", "1", "P1", 10), source=Source(message="m_S1", document="m_S1.1")))
    ledger.tick(timedelta(minutes=15))

    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", order_number="PO1")))

    case = ledger.case("D14")
    assert case.text == (
        "10 EA of P1 came with goods receipt R1; notice S1 came and was refused (D02). It is in stock against the "
        "order: ask the supplier to send the notice again, put right."
    )
    assert [evidence.message for evidence in case.evidence] == ["m_R1", "m_S1"]


def test_goods_of_a_refused_line_are_told_with_the_notice_that_it_stands_on() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("2", "P2", 100)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10), notice_line("PO1", "2", "P2", 10)))

    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))

    assert "; its line on notice S1 was refused (D04). 10 of it has no known order" in ledger.case("D14").text


def test_goods_of_a_cancelled_notice_are_told_so() -> None:
    ledger = advised(10)
    ledger.record(cancelled("S1"))

    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", order_number="PO1")))

    assert "; notice S1 was cancelled. It is in stock" in ledger.case("D29").text
    assert ledger.open_cases == {"D29:R1": 10}
    assert conditions(ledger) == [("14", Decimal(10))]


def test_notice_that_is_refused_after_its_goods_came_is_named_in_their_case() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", order_number="PO1")))
    before = ledger.case("D14").text

    ledger.record(notice(notice_line("PO9", "1", "P1", 10)))
    ledger.tick(timedelta(minutes=15))

    assert "and no notice for shipment S1" in before
    assert "; notice S1 came and was refused (D02)" in ledger.case("D14").text
    assert conditions(ledger) == [("14", Decimal(10))]


def test_a_late_notice_takes_over_what_is_still_there_and_moves_nothing() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", order_number="PO1")))
    moved = ledger.movements

    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    assert ledger.movements == moved
    assert ledger.stock == {"available": 10, "supplier": -10}
    assert ledger.open_cases == {}


def test_what_exceeds_a_late_notice_goes_into_hold() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", order_number="PO1")))

    ledger.record(notice(notice_line("PO1", "1", "P1", 8)))

    assert ledger.stock == {"available": 8, "clearing": -2, "quality_hold": 2, "supplier": -8}
    assert ledger.open_cases == {"D17:S1": 2}


def test_what_was_used_before_its_late_notice_becomes_a_case_without_moving() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", order_number="PO1")))
    for bucket in list(ledger.balances):
        if bucket.state == "available":
            used = bucket._replace(state="line_side", location="LINE1")
            ledger.balances[used], ledger.balances[bucket] = 10_000_000, 0

    ledger.record(notice(notice_line("PO1", "1", "P1", 8)))

    assert ledger.stock == {"clearing": -2, "line_side": 10, "supplier": -8}
    assert ledger.open_cases == {"D17:S1": 2}


def test_an_order_that_comes_after_its_goods_takes_them_out_of_hold() -> None:
    ledger = MemoryLedger()
    ledger.record(receipt(receipt_line("1", "P1", 10, order_number="PO1")))

    ledger.record(order(order_line("1", "P1", 100)))

    assert ledger.stock == {"available": 10, "supplier": -10}
    assert ledger.case("D14").clearing == 0


def test_goods_wait_for_their_notice_where_the_terms_say_so() -> None:
    ledger = MemoryLedger(policy=Policy(default_terms=Terms(arrival_wait_minutes=60)))
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", order_number="PO1")))
    before = ledger.open_cases

    ledger.tick(timedelta(minutes=60))

    assert before == {}
    assert ledger.open_cases == {"D14:R1": 10}


@pytest.mark.parametrize(
    ("resolution", "stock"),
    [
        ("accept", {"available": 10, "supplier": -10}),
        ("return", {}),
        ("scrap", {"scrap": 10, "supplier": -10}),
    ],
)
def test_resolving_unknown_goods_clears_what_they_left(resolution: str, stock: dict[str, int]) -> None:
    ledger = MemoryLedger()
    ledger.record(receipt(receipt_line("1", "P1", 10)))

    resolve(ledger, "D14", resolution)

    assert ledger.stock == stock
    assert ledger.open_cases == {}


# --- the ladder ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("named", "rung"),
    [
        ({"handling_unit": "HU1", "shipment_id": "S1"}, "handling_unit"),
        ({"serials": ("SN1",), "shipment_id": "S1"}, "handling_unit"),
        ({"shipment_id": "S1"}, "shipment"),
        ({"packing_slip": "PS1"}, "packing_slip"),
        ({"packing_slip": "S1"}, "packing_slip"),
        ({"bill_of_lading": "BOL1"}, "bill_of_lading"),
        ({"order_number": "PO1", "order_line": "1"}, "order"),
        ({"handling_unit": "HU1"}, "handling_unit"),
        ({}, "assumed"),
    ],
)
def test_the_strongest_key_that_the_receiver_named_matches(named: dict[str, Any], rung: str) -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    units = (HandlingUnit(id="HU1", serials=("SN1",)),)
    ledger.record(
        notice(
            notice_line("PO1", "1", "P1", 10, handling_units=units),
            packing_slip="PS1",
            bill_of_lading="BOL1",
        )
    )

    ledger.record(receipt(receipt_line("1", "P1", 10, **named)))

    assert [(link.rung, link.quantity) for link in ledger.workset.links] == [(rung, 10_000_000)]
    assert ledger.stock == {"available": 10, "supplier": -10}


def test_a_receipt_that_names_a_shipment_never_takes_another_ones_goods() -> None:
    ledger = advised(10)

    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S2", order_number="PO1")))

    assert ledger.stock == {"available": 10, "in_transit": 10, "supplier": -20}
    assert ledger.open_cases == {"D14:R1": 10}


def test_without_any_key_the_oldest_notice_is_filled_first() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10), number="S2", shipped_at=START + timedelta(minutes=9)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10), number="S1", shipped_at=START))

    ledger.record(receipt(receipt_line("1", "P1", 14)))

    assert [(link.shipment and link.shipment.shipment_id, link.quantity) for link in ledger.workset.links] == [
        ("S1", 10_000_000), ("S2", 4_000_000),
    ]  # fmt: skip


def test_one_receipt_line_answers_several_notice_lines_of_its_part() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100), number="PO1"))
    ledger.record(order(order_line("1", "P1", 100), number="PO2"))
    ledger.record(notice(notice_line("PO1", "1", "P1", 6), notice_line("PO2", "1", "P1", 4)))

    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))

    assert ledger.stock == {"available": 10, "supplier": -10}
    received = {line.key.order_number: line.received for line in ledger.workset.order_lines.values()}
    assert received == {"PO1": 6_000_000, "PO2": 4_000_000}


# --- reversals ----------------------------------------------------------------------------------------------


def reverse(*lines: str, number: str = "R1") -> GoodsReceiptReversed:
    return GoodsReceiptReversed(number=number, ship_to="92:PLT07", partner="dock", receipt_lines=lines)


def test_a_reversed_goods_receipt_leaves_everything_as_before() -> None:
    ledger = advised(10)
    before = ledger.exact_balances()
    ledger.record(receipt(receipt_line("1", "P1", 8, shipment_id="S1", quantity_damaged=Decimal(1), complete=True)))

    ledger.record(reverse())

    assert ledger.exact_balances() == before
    assert ledger.open_cases == {}
    assert {total.received for total in ledger.workset.cumulatives.values()} == {0}


def test_reversing_one_receipt_lets_another_take_its_place() -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))
    ledger.record(receipt(receipt_line("1", "P1", 4, shipment_id="S1"), number="R2"))

    ledger.record(reverse())

    assert ledger.stock == {"available": 4, "in_transit": 6, "supplier": -10}
    assert ledger.open_cases == {}


def test_goods_that_have_moved_on_cannot_be_reversed() -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))
    for bucket in list(ledger.balances):
        if bucket.state == "available":
            ledger.balances[bucket] = 0

    outcomes = ledger.record(reverse())

    assert outcomes == [Refused(line="", reason="Goods of line 1 have moved on from DOCK.")]


def test_a_reversal_waits_for_its_goods_receipt() -> None:
    ledger = advised(10)
    ledger.record(reverse())

    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))

    assert ledger.stock == {"in_transit": 10, "supplier": -10}


def test_an_answer_goes_out_in_the_unit_as_sent_where_that_is_exact() -> None:
    ledger = MemoryLedger()
    ledger.factors[("P1", "XBX")] = Fraction(12)
    ledger.record(order(order_line("1", "P1", 1200)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10, unit="XBX")))

    ledger.record(receipt(receipt_line("1", "P1", 8, shipment_id="S1", unit="XBX", complete=True)))

    (due,) = ledger.advices
    assert isinstance(due.advice, ReceivingAdvice)
    (line,) = due.advice.lines
    assert (line.unit, line.quantity, line.quantity_advised, line.cum_received) == (
        "XBX", Decimal(8), Decimal(10), Decimal(8),
    )  # fmt: skip
    assert ledger.stock == {"available": 96, "clearing": 24, "supplier": -120}
