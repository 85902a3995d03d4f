"""What the dock finds besides how much came: beyond the order, another product, quality, packing, labels, twice."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from ledger.events import GoodsReceiptReversed, HandlingUnit, NoticeLine, OrderChanged
from ledger.outcomes import Conflict, Refused
from ledger.policy import Policy, Terms, Tolerance, ToleranceRule
from ledger.stock.bucket import MILLION
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import cancelled, notice, notice_line, order, order_line, receipt, receipt_line
from tests.unit.ledger.test_dock_stories import advised, conditions, resolve


def labelled(quantity: int, *units: str, packaging: str = "") -> NoticeLine:
    inside = tuple(HandlingUnit(id=unit, packaging=packaging) for unit in units)
    return notice_line("PO1", "1", "P1", quantity, handling_units=inside)


def boxes(*units: str, quantity: int = 10, policy: Policy | None = None, packaging: str = "") -> MemoryLedger:
    """A ledger with an order and a notice of labelled boxes."""
    ledger = MemoryLedger(policy=policy)
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(notice(labelled(quantity, *units, packaging=packaging)))
    return ledger


def came(ledger: MemoryLedger, quantity: int, number: str = "R1", at: int = 0, part: str = "P1", **more: Any) -> Any:
    named = {"shipment_id": "S1", "order_number": "PO1", **more}
    line = receipt_line("1", part, quantity, **named)
    return ledger.record(receipt(line, number=number, occurred_at=START + timedelta(minutes=at)))


# --- beyond the order (D18) ---------------------------------------------------------------------------------


def beyond(policy: Policy | None = None) -> MemoryLedger:
    """Ten ordered, twelve came in two goods receipts without a notice."""
    ledger = MemoryLedger(policy=policy)
    ledger.record(order(order_line("1", "P1", 10)))
    came(ledger, 6, shipment_id="")
    came(ledger, 6, "R2", 1, shipment_id="")
    return ledger


def test_what_came_beyond_the_order_is_held_and_told() -> None:
    ledger = beyond()

    assert ledger.stock == {"available": 10, "quality_hold": 2, "supplier": -12}
    assert ledger.open_cases == {"D14:R1": 6, "D14:R2": 6, "D18:PO1": 2}
    assert conditions(ledger)[-1] == ("03", Decimal(2))


def test_what_came_last_is_held_whichever_was_told_first() -> None:
    """Ten ordered; three lots of six, by when they came: the second is held in part, the third as a whole."""
    for arrived in permutations(("L1", "L2", "L3")):
        ledger = MemoryLedger()
        ledger.record(order(order_line("1", "P1", 10)))
        for lot in arrived:
            came(ledger, 6, f"R{lot}", int(lot[1]), shipment_id="", lot=lot)

        standing = {(one.lot, one.state): n // MILLION for one, n in ledger.balances.items() if n > 0}
        (evidence,) = [set(one.evidence) for one in ledger.workset.cases.values() if one.code == "D18"]
        assert standing == {
            ("L1", "available"): 6, ("L2", "available"): 4, ("L2", "quality_hold"): 2, ("L3", "quality_hold"): 6,
        }, arrived  # fmt: skip
        assert {one.document for one in evidence} == {"RL2", "RL3"}, arrived


def test_a_raised_order_lets_in_what_was_held() -> None:
    ledger = beyond()

    ledger.record(
        OrderChanged(number="PO1", supplier="92:ACME", ship_to="92:PLT07", lines=(order_line("1", "P1", 12),))
    )

    assert ledger.stock == {"available": 12, "supplier": -12}
    assert "D18:PO1" not in ledger.open_cases


def test_a_goods_receipt_taken_back_makes_room_for_what_was_held() -> None:
    ledger = beyond()

    ledger.record(GoodsReceiptReversed(number="R1", partner="dock", ship_to="92:PLT07"))

    assert ledger.stock == {"available": 6, "supplier": -6}
    assert ledger.open_cases == {"D14:R2": 6}


@pytest.mark.parametrize(
    ("resolution", "stock"),
    [
        ("accept", {"available": 12, "supplier": -12}),
        ("return", {"available": 10, "supplier": -10}),
        ("scrap", {"available": 10, "scrap": 2, "supplier": -12}),
    ],
)
def test_a_decision_clears_what_is_beyond_the_order(resolution: str, stock: dict[str, int]) -> None:
    ledger = beyond()

    resolve(ledger, "D18", resolution)
    came(ledger, 1, "R3", 2, shipment_id="")

    open_now = {name: quantity for name, quantity in ledger.open_cases.items() if name.startswith("D18")}
    assert open_now == {"D18:PO1": 1}
    assert ledger.stock == stock | {"quality_hold": 1, "supplier": stock["supplier"] - 1}


def test_the_cascade_says_how_much_beyond_the_order_passes() -> None:
    rule = ToleranceRule(code="D18", part="P1", tolerance=Tolerance(percent=Decimal(20)))

    ledger = beyond(Policy(tolerances=(rule,)))

    assert ledger.stock == {"available": 12, "supplier": -12}
    assert "D18:PO1" not in ledger.open_cases


def test_a_rule_that_warns_leaves_the_excess_in_stock_and_is_named() -> None:
    rule = ToleranceRule(code="D18", supplier="ACME", tolerance=Tolerance(action="warn"))

    ledger = beyond(Policy(tolerances=(rule,)))

    assert ledger.stock == {"available": 12, "supplier": -12}
    assert (ledger.case("D18").quantity, ledger.case("D18").rule) == (2_000_000, "supplier:ACME")


# --- another product (D19), quality (D21) -------------------------------------------------------------------


def test_another_part_under_a_label_of_the_notice_is_quarantined_and_answers_nothing() -> None:
    ledger = boxes("U1", "U2")

    came(ledger, 4, part="P2", handling_unit="U1")

    assert ledger.stock == {"P2/clearing": -4, "P2/quarantine": 4, "in_transit": 10, "supplier": -10}
    assert ledger.open_cases == {"D19:R1": 4}
    assert conditions(ledger) == [("05", Decimal(4))]


def test_another_part_on_the_order_line_of_the_notice_is_another_product() -> None:
    ledger = advised(10)

    came(ledger, 4, part="P2", order_line="1")

    assert ledger.open_cases == {"D19:R1": 4}


def test_a_part_that_the_notice_does_not_have_and_no_line_names_is_goods_without_a_notice() -> None:
    ledger = advised(10)

    came(ledger, 4, part="P2")

    assert ledger.open_cases == {"D14:R1": 4}


@pytest.mark.parametrize(
    ("resolution", "stock"),
    [
        ("accept", {"P2/available": 4, "P2/supplier": -4}),
        ("return", {}),
        ("scrap", {"P2/scrap": 4, "P2/supplier": -4}),
    ],
)
def test_a_decision_clears_an_incorrect_product(resolution: str, stock: dict[str, int]) -> None:
    ledger = boxes("U1")
    came(ledger, 4, part="P2", handling_unit="U1")

    resolve(ledger, "D19", resolution)

    assert ledger.stock == stock | {"in_transit": 10, "supplier": -10}
    assert ledger.open_cases == {}


@pytest.mark.parametrize(
    ("condition", "state", "code"),
    [("04", "quality_hold", "D21"), ("05", "quarantine", "D19"), ("08", "quarantine", "D21")],
)
def test_a_condition_of_the_dock_holds_the_whole_line(condition: str, state: str, code: str) -> None:
    ledger = advised(10)

    came(ledger, 10, condition=condition)

    assert ledger.stock == {state: 10, "supplier": -10}
    assert ledger.open_cases == {f"{code}:R1": 10}
    assert conditions(ledger) == [(condition, Decimal(10))]


def test_a_condition_with_a_quantity_speaks_of_that_quantity() -> None:
    ledger = advised(10)

    came(ledger, 10, condition="08", quantity_rejected=Decimal(3))
    resolve(ledger, "D21", "return")

    assert ledger.stock == {"available": 7, "supplier": -7}


# --- packing (D22), labels (D23) ----------------------------------------------------------------------------


@pytest.mark.parametrize("found", [{"packaging": "PLT"}, {"condition": "06"}])
def test_another_container_is_told_and_stays_in_stock(found: dict[str, str]) -> None:
    ledger = boxes("U1", packaging="KLT")

    came(ledger, 10, handling_unit="U1", **found)

    assert ledger.stock == {"available": 10, "supplier": -10}
    assert conditions(ledger) == [("06", Decimal(10))]


def test_the_container_that_was_advised_is_no_finding() -> None:
    ledger = boxes("U1", packaging="KLT")

    came(ledger, 10, handling_unit="U1", packaging="KLT")

    assert ledger.open_cases == {}


def test_a_rule_that_ignores_packing_finds_none() -> None:
    rule = ToleranceRule(code="D22", tolerance=Tolerance(action="ignore"))
    ledger = boxes("U1", packaging="KLT", policy=Policy(tolerances=(rule,)))

    came(ledger, 10, handling_unit="U1", packaging="PLT")

    assert ledger.open_cases == {}


def test_a_label_that_the_notice_does_not_have_is_found_and_nobody_is_told() -> None:
    ledger = boxes("U1")

    came(ledger, 10, handling_unit="U9")

    assert ledger.stock == {"available": 10, "supplier": -10}
    assert ledger.open_cases == {"D23:R1": 10}
    assert ledger.advices == []


def test_a_label_of_another_open_notice_is_matched_there() -> None:
    ledger = boxes("U1")
    ledger.record(notice(labelled(5, "U3"), number="S2"))

    came(ledger, 5, handling_unit="U3")

    (link,) = [link for link in ledger.workset.links if not link.reversed]
    assert link.shipment is not None
    assert (link.shipment.shipment_id, link.rung, link.confidence) == ("S2", "handling_unit", 100)
    assert ledger.open_cases == {}


# --- the rest of a split delivery (D27) ---------------------------------------------------------------------


def test_the_rest_is_asked_for_after_a_day_and_its_coming_ends_it() -> None:
    ledger = advised(10)
    came(ledger, 4)

    before = ledger.open_cases
    ledger.tick(timedelta(hours=24))
    asked = ledger.open_cases
    came(ledger, 6, "R2", 1)

    assert (before, asked, ledger.open_cases) == ({}, {"D27:S1": 6}, {})


def test_what_closes_short_is_no_split_any_more() -> None:
    ledger = advised(10)
    came(ledger, 4)
    ledger.tick(timedelta(hours=24))

    ledger.tick(timedelta(days=5))

    assert ledger.open_cases == {"D16:S1": 6}


def test_the_terms_say_how_long_the_rest_is_waited_for() -> None:
    ledger = advised(10, Policy(terms={"ACME": Terms(split_hours=2)}))
    came(ledger, 4)

    ledger.tick(timedelta(hours=2))

    assert ledger.open_cases == {"D27:S1": 6}


# --- received twice (D28), after a cancellation (D29) -------------------------------------------------------


def test_a_line_that_comes_again_with_other_content_is_our_own_error() -> None:
    ledger = advised(10)
    came(ledger, 6)

    outcomes = came(ledger, 4)

    assert isinstance(outcomes[0], Conflict)
    assert ledger.stock == {"available": 6, "in_transit": 4, "supplier": -10}
    assert (ledger.case("D28").fault, ledger.case("D28").quantity) == ("receiver", 2_000_000)


def test_a_box_that_was_received_before_fills_no_room() -> None:
    ledger = boxes("U1", "U2")
    came(ledger, 5, handling_unit="U1")

    came(ledger, 5, "R2", 1, handling_unit="U1")

    assert ledger.stock == {
        "available": 5, "clearing": -5, "in_transit": 5, "quality_hold": 5, "supplier": -10,
    }  # fmt: skip
    assert ledger.open_cases == {"D28:R2": 5}
    assert ledger.advices == []


@pytest.mark.parametrize(
    ("resolution", "stock"),
    [("recount", {"available": 5, "supplier": -10}), ("accept", {"available": 10, "supplier": -15})],
)
def test_a_decision_clears_what_was_received_twice(resolution: str, stock: dict[str, int]) -> None:
    ledger = boxes("U1", "U2")
    came(ledger, 5, handling_unit="U1")
    came(ledger, 5, "R2", 1, handling_unit="U1")

    resolve(ledger, "D28", resolution)

    assert ledger.stock == stock | {"in_transit": 5}
    assert ledger.open_cases == {}


def test_goods_of_a_cancelled_notice_answer_their_order_and_are_no_missing_notice() -> None:
    ledger = advised(10)
    ledger.record(cancelled("S1"))

    came(ledger, 10)

    assert ledger.stock == {"available": 10, "supplier": -10}
    assert ledger.open_cases == {"D29:R1": 10}
    assert conditions(ledger) == [("14", Decimal(10))]
    resolve(ledger, "D29", "return")
    assert ledger.stock == {}


def test_what_cannot_be_so_decided_is_refused() -> None:
    ledger = boxes("U1")
    came(ledger, 4, part="P2", handling_unit="U1")

    resolve(ledger, "D19", "short_close")

    assert isinstance(ledger.outcomes[-1], Refused)
    assert ledger.open_cases == {"D19:R1": 4}
