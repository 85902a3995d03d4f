"""What the dock finds otherwise than it was advised: over (D17), short (D16), damaged (D20)."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from ledger.advices import ReceivingAdvice, Variance
from ledger.outcomes import CaseChanged, Posted, Refused
from ledger.policy import Policy, Tolerance, ToleranceRule
from tests.unit.ledger.driver import MemoryLedger
from tests.unit.ledger.stories import notice, notice_line, order, order_line, receipt, receipt_line
from tests.unit.ledger.test_dock_stories import advised, conditions, resolve

# --- over (D17) ---------------------------------------------------------------------------------------------


def test_what_exceeds_the_notice_is_held_and_told() -> None:
    ledger = advised(10)

    ledger.record(receipt(receipt_line("1", "P1", 13, shipment_id="S1")))

    assert ledger.stock == {"available": 10, "clearing": -3, "quality_hold": 3, "supplier": -10}
    assert ledger.open_cases == {"D17:S1": 3}
    assert conditions(ledger) == [("03", Decimal(3))]


def test_more_boxes_after_the_notice_was_filled_are_over() -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))

    ledger.record(receipt(receipt_line("1", "P1", 3, shipment_id="S1"), number="R2"))

    assert ledger.stock == {"available": 10, "clearing": -3, "quality_hold": 3, "supplier": -10}
    assert ledger.open_cases == {"D17:S1": 3}


def test_an_excess_within_tolerance_goes_into_stock_without_a_case() -> None:
    rule = ToleranceRule(code="D17", part="P1", tolerance=Tolerance(percent=Decimal(30)))
    ledger = advised(10, Policy(tolerances=(rule,)))

    ledger.record(receipt(receipt_line("1", "P1", 13, shipment_id="S1")))

    assert ledger.stock == {"available": 13, "supplier": -13}
    assert ledger.open_cases == {}


def test_an_excess_that_only_warns_is_in_stock_and_has_a_case() -> None:
    rule = ToleranceRule(code="D17", supplier="ACME", tolerance=Tolerance(action="warn"))
    ledger = advised(10, Policy(tolerances=(rule,)))

    ledger.record(receipt(receipt_line("1", "P1", 13, shipment_id="S1")))

    assert ledger.stock == {"available": 13, "supplier": -13}
    assert (ledger.case("D17").quantity, ledger.case("D17").clearing, ledger.case("D17").rule) == (
        3_000_000, 0, "supplier:ACME",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("resolution", "stock"),
    [
        ("accept", {"available": 13, "supplier": -13}),
        ("return", {"available": 10, "supplier": -10}),
        ("recount", {"available": 10, "supplier": -10}),
        ("rework", {"available": 10, "quality_hold": 3, "supplier": -13}),
        ("scrap", {"available": 10, "scrap": 3, "supplier": -13}),
    ],
)
def test_resolving_an_excess_clears_what_it_left(resolution: str, stock: dict[str, int]) -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 13, shipment_id="S1")))

    resolve(ledger, "D17", resolution)

    assert ledger.stock == stock
    assert ledger.open_cases == {}
    assert (ledger.case("D17").status, ledger.case("D17").resolution) == ("closed", resolution)


def test_part_of_an_excess_can_be_accepted_and_the_rest_returned() -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 13, shipment_id="S1")))

    resolve(ledger, "D17", "accept", 1)
    between = (ledger.stock, ledger.open_cases)
    resolve(ledger, "D17", "return")

    assert between == ({"available": 11, "clearing": -2, "quality_hold": 2, "supplier": -11}, {"D17:S1": 2})
    assert ledger.stock == {"available": 11, "supplier": -11}
    assert ledger.open_cases == {}


def test_an_excess_cannot_be_closed_short() -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 13, shipment_id="S1")))

    resolve(ledger, "D17", "short_close")

    assert isinstance(ledger.outcomes[-1], Refused)
    assert ledger.open_cases == {"D17:S1": 3}


# --- short (D16) --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("resolution", ["accept", "short_close", "credit", "waive"])
def test_resolving_a_short_settles_it_with_the_supplier(resolution: str) -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 8, shipment_id="S1", complete=True)))

    resolve(ledger, "D16", resolution)

    assert ledger.stock == {"available": 8, "supplier": -8}
    assert ledger.open_cases == {}


def test_a_recount_opens_the_line_again() -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 8, shipment_id="S1", complete=True)))

    resolve(ledger, "D16", "recount")
    ledger.record(receipt(receipt_line("1", "P1", 2, shipment_id="S1"), number="R2"))

    assert ledger.stock == {"available": 10, "supplier": -10}
    assert ledger.open_cases == {}


def test_missing_boxes_that_come_after_all_close_their_case() -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 8, shipment_id="S1", complete=True)))

    outcomes = ledger.record(receipt(receipt_line("1", "P1", 2, shipment_id="S1"), number="R2"))

    assert ledger.stock == {"available": 10, "supplier": -10}
    assert [type(outcome) for outcome in outcomes] == [Posted, CaseChanged]
    assert ledger.open_cases == {}


def test_a_short_within_tolerance_is_settled_without_a_case() -> None:
    rule = ToleranceRule(code="D16", tolerance=Tolerance(quantity=Decimal(2)))
    ledger = advised(10, Policy(tolerances=(rule,)))

    ledger.record(receipt(receipt_line("1", "P1", 8, shipment_id="S1", complete=True)))

    assert ledger.stock == {"available": 8, "supplier": -8}
    assert ledger.open_cases == {}


def test_a_line_of_which_nothing_came_closes_with_its_shipment() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100), order_line("2", "P2", 100)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10), notice_line("PO1", "2", "P2", 5)))
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))

    ledger.tick(timedelta(days=5))

    assert ledger.open_cases == {"D16:S1": 5}
    assert ledger.stock == {
        "P2/clearing": 5, "P2/supplier": -5, "available": 10, "supplier": -10,
    }  # fmt: skip
    assert conditions(ledger) == [("02", Decimal(5))]


def test_nothing_received_and_said_to_be_final_is_short_by_all() -> None:
    ledger = advised(10)

    ledger.record(receipt(receipt_line("1", "P1", 0, shipment_id="S1", condition="02")))

    assert ledger.stock == {"clearing": 10, "supplier": -10}
    assert ledger.open_cases == {"D16:S1": 10}


# --- damaged (D20) ------------------------------------------------------------------------------------------


def test_damaged_goods_count_as_received_and_stand_in_quarantine() -> None:
    ledger = advised(10)

    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", quantity_damaged=Decimal(2), condition="01")))

    assert ledger.stock == {"available": 8, "quarantine": 2, "supplier": -10}
    assert ledger.open_cases == {"D20:S1": 2}
    assert conditions(ledger) == [("01", Decimal(2))]


def test_short_and_damaged_are_told_in_one_line_of_one_advice() -> None:
    ledger = advised(10)

    ledger.record(receipt(receipt_line("1", "P1", 8, shipment_id="S1", quantity_damaged=Decimal(1), complete=True)))

    (due,) = ledger.advices
    assert isinstance(due.advice, ReceivingAdvice)
    (line,) = due.advice.lines
    assert (line.quantity, line.quantity_advised) == (Decimal(8), Decimal(10))
    assert line.variances == (
        Variance(quantity=Decimal(2), unit="EA", condition="02"),
        Variance(quantity=Decimal(1), unit="EA", condition="01"),
    )


@pytest.mark.parametrize(
    ("resolution", "stock"),
    [
        ("accept", {"available": 10, "supplier": -10}),
        ("rework", {"available": 8, "quality_hold": 2, "supplier": -10}),
        ("return", {"available": 8, "supplier": -8}),
        ("scrap", {"available": 8, "scrap": 2, "supplier": -10}),
        ("credit", {"available": 8, "quarantine": 2, "supplier": -10}),
    ],
)
def test_resolving_damage_decides_what_becomes_of_it(resolution: str, stock: dict[str, int]) -> None:
    ledger = advised(10)
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", quantity_damaged=Decimal(2))))

    resolve(ledger, "D20", resolution)

    assert ledger.stock == stock
    assert ledger.open_cases == {}
