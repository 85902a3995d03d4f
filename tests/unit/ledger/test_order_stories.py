"""Orders and what hangs on them: replaced and cancelled notices (D42), changes, units, and whose goods are."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

from ledger.events import OrderCancelled
from ledger.outcomes import Conflict, Refused, Waiting
from ledger.policy import Policy, Terms
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import (
    cancelled,
    notice,
    notice_line,
    order,
    order_line,
    receipt,
    receipt_line,
    replaced,
)
from tests.unit.ledger.test_document_stories import answers, changed, ordered

# --- replaced and cancelled (D42) ---------------------------------------------------------------------------


def test_a_replacement_takes_the_place_of_the_notice() -> None:
    ledger = ordered()
    ledger.record(notice(notice_line("PO1", "1", "P1", 10), notice_line("PO1", "2", "P2", 5)))

    ledger.record(replaced(notice_line("PO1", "1", "P1", 7)))

    assert ledger.stock == {"in_transit": 7, "supplier": -7}
    assert {line.line: line.advised for line in ledger.workset.order_lines.values()} == {"1": 7_000_000, "2": 0}


def test_a_notice_overtaken_by_its_replacement_changes_nothing() -> None:
    ledger = ordered()
    ledger.record(replaced(notice_line("PO1", "1", "P1", 7)))

    outcomes = ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    assert outcomes == [Refused(line="PO1||1|P1", reason="Its replacement came first and is in force.")]
    assert ledger.stock == {"in_transit": 7, "supplier": -7}
    assert ledger.open_cases == {}


def test_a_cancelled_notice_leaves_nothing_behind_and_frees_its_id() -> None:
    ledger = ordered()
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    ledger.record(cancelled())
    between = ledger.stock
    ledger.record(notice(notice_line("PO1", "1", "P1", 4)))

    assert between == {}
    assert ledger.stock == {"in_transit": 4, "supplier": -4}


def test_a_cancellation_waits_for_its_notice() -> None:
    ledger = ordered()

    outcomes = ledger.record(cancelled())
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    assert outcomes == [Waiting(line="", needs="shipment:S1")]
    assert ledger.stock == {}


def test_after_the_first_goods_receipt_a_notice_can_neither_be_replaced_nor_cancelled() -> None:
    ledger = ordered()
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))
    ledger.record(receipt(receipt_line("1", "P1", 4, shipment_id="S1")))
    before = ledger.exact_balances()

    ledger.record(replaced(notice_line("PO1", "1", "P1", 4)))
    ledger.record(cancelled())

    assert ledger.exact_balances() == before
    assert answers(ledger)[0] == [("TR", "", ["D42"])]
    assert ledger.open_cases == {"D42:S1": 0}


def test_a_waiting_notice_can_be_replaced_and_only_the_replacement_posts() -> None:
    ledger = MemoryLedger()
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))
    ledger.record(replaced(notice_line("PO1", "1", "P1", 7)))

    ledger.record(order(order_line("1", "P1", 100)))

    assert ledger.stock == {"in_transit": 7, "supplier": -7}


# --- orders -------------------------------------------------------------------------------------------------


def test_an_order_placed_twice_with_other_content_is_a_conflict() -> None:
    ledger = ordered()

    outcomes = ledger.record(order(order_line("1", "P1", 7)))

    assert isinstance(outcomes[0], Conflict)
    assert {line.line: line.quantity for line in ledger.workset.order_lines.values()} == {
        "1": 100_000_000, "2": 100_000_000,
    }  # fmt: skip


def test_a_complete_change_cancels_the_lines_it_does_not_name() -> None:
    ledger = ordered()

    ledger.record(changed(order_line("1", "P1", 60), complete=True))

    assert {line.line: (line.quantity, line.status) for line in ledger.workset.order_lines.values()} == {
        "1": (60_000_000, "open"), "2": (100_000_000, "cancelled"),
    }  # fmt: skip


def test_a_change_waits_for_its_order_and_is_refused_when_it_never_comes() -> None:
    ledger = MemoryLedger()

    waits = ledger.record(changed(order_line("1", "P1", 60)))
    ledger.tick(timedelta(minutes=15))

    assert waits == [Waiting(line="1", needs="order:PO1", until=START + timedelta(minutes=15))]
    assert ledger.open_cases == {"D02:PO1": 0}


def test_goods_under_way_stay_when_their_order_is_cancelled() -> None:
    ledger = ordered()
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    ledger.record(OrderCancelled(number="PO1", supplier="92:ACME", ship_to="92:PLT07", partner="erp"))
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))

    assert ledger.stock == {"available": 10, "supplier": -10}
    assert ledger.open_cases == {}


def test_units_convert_by_the_factor_of_the_part() -> None:
    ledger = ordered(quantity=1000)
    ledger.factors[("P1", "XBX")] = Fraction(12)

    ledger.record(notice(notice_line("PO1", "1", "P1", 10, unit="XBX")))

    assert ledger.stock == {"in_transit": 120, "supplier": -120}


def test_title_that_passes_on_shipment_makes_goods_in_transit_ours() -> None:
    ours = ordered(Policy(default_terms=Terms(title_passes="shipment")))
    theirs = ordered()

    for ledger in (ours, theirs):
        ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    assert [bucket.owner for bucket in ours.exact_balances() if bucket.state == "in_transit"] == [""]
    assert [bucket.owner for bucket in theirs.exact_balances() if bucket.state == "in_transit"] == ["ACME"]


def test_goods_that_become_ours_on_consumption_arrive_consigned() -> None:
    ledger = ordered(Policy(default_terms=Terms(title_passes="consumption")))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))

    assert {(bucket.state, bucket.owner) for bucket in ledger.exact_balances()} == {
        ("consigned", "ACME"), ("supplier", ""),
    }  # fmt: skip


def test_an_order_without_lines_asks_for_nothing_and_is_refused() -> None:
    ledger = MemoryLedger()

    (refused,) = ledger.record(order())

    assert isinstance(refused, Refused)
    assert refused.reason == "Order PO1 has no line: it asks for nothing. Send it with its lines."
    assert ledger.workset.orders == {}
