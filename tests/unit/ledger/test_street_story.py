"""The shortest story: an order, its notice, its goods receipt, and what is short."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from ledger.advices import ReceivedLine, ReceivingAdvice, Variance
from ledger.outcomes import Posted
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import notice, notice_line, order, order_line, receipt, receipt_line


def test_an_order_moves_nothing() -> None:
    ledger = MemoryLedger()

    outcomes = ledger.record(order(order_line("1", "P1", 10)))

    assert outcomes == [Posted(line="1")]
    assert ledger.stock == {}


def test_a_notice_never_moves_stock_on_hand() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 10)))

    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    assert ledger.stock == {"in_transit": Decimal(10), "supplier": Decimal(-10)}
    assert ledger.open_cases == {}


def test_what_was_advised_and_came_is_available() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 10)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    outcomes = ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))

    assert outcomes == [Posted(line="1", movements=1)]
    assert ledger.stock == {"available": Decimal(10), "supplier": Decimal(-10)}


def test_a_short_line_waits_for_its_other_boxes_until_it_closes() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 10)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))
    ledger.record(receipt(receipt_line("1", "P1", 8, shipment_id="S1")))
    before = ledger.open_cases

    ledger.tick(timedelta(days=5))

    assert before == {}
    assert ledger.open_cases == {"D16:S1": Decimal(2)}
    assert ledger.stock == {"available": Decimal(8), "clearing": Decimal(2), "supplier": Decimal(-10)}


def test_a_short_that_is_said_to_be_final_is_told_at_once() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 10)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    ledger.record(receipt(receipt_line("1", "P1", 8, shipment_id="S1", condition="02")))

    assert ledger.open_cases == {"D16:S1": Decimal(2)}
    (told,) = ledger.advices
    assert told.advice == ReceivingAdvice(
        number="RA3",
        partner="acme",
        site="PLT07",
        created_at=START,
        supplier="92:ACME",
        ship_to="92:PLT07",
        shipment_id="S1",
        causation="3",
        receipt_id="R1",
        received_at=START,
        shipped_at=START,
        lines=(
            ReceivedLine(
                part_number="P1",
                line="PO1||1|P1",
                order_number="PO1",
                order_line="1",
                unit="EA",
                quantity=Decimal(8),
                quantity_advised=Decimal(10),
                cum_received=Decimal(8),
                variances=(Variance(quantity=Decimal(2), unit="EA", condition="02"),),
            ),
        ),
    )
