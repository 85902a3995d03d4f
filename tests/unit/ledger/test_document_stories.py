"""What is wrong inside a document: the three grades, waits, duplicates, references, quantities and totals."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from ledger.advices import AdvisedFault, AdvisedItem, ApplicationAdvice
from ledger.events import OrderCancelled, OrderChanged, OrderLine, PartDefined, SiteDefined, Source
from ledger.outcomes import CaseOpened, Conflict, Posted, Waiting
from ledger.policy import Policy, Terms, Tolerance, ToleranceRule
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import (
    notice,
    notice_line,
    order,
    order_line,
    receipt,
    receipt_line,
    replaced,
)


def ordered(policy: Policy | None = None, quantity: int = 100) -> MemoryLedger:
    ledger = MemoryLedger(policy=policy)
    ledger.record(order(order_line("1", "P1", quantity), order_line("2", "P2", quantity)))
    return ledger


def answers(ledger: MemoryLedger) -> list[list[tuple[str, str, list[str]]]]:
    """Per 824: (verdict, line, classes) of each of its items."""
    return [
        [(item.verdict, item.line, [fault.discrepancy for fault in item.faults]) for item in due.advice.items]
        for due in ledger.advices
        if isinstance(due.advice, ApplicationAdvice)
    ]


def changed(*lines: OrderLine, number: str = "PO1", **more: Any) -> OrderChanged:
    return OrderChanged(number=number, supplier="92:ACME", ship_to="92:PLT07", partner="erp", lines=lines, **more)


# --- duplicates (D01) ---------------------------------------------------------------------------------------


def test_a_shipment_id_in_force_with_other_content_is_refused_and_the_first_stays() -> None:
    ledger = ordered()
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    outcomes = ledger.record(notice(notice_line("PO1", "1", "P1", 12)))

    assert isinstance(outcomes[0], Conflict)
    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert answers(ledger) == [[("TR", "", ["D01"])]]
    assert ledger.open_cases == {"D01:S1": 0}


# --- orders unknown or cancelled (D02, D03) -----------------------------------------------------------------


def test_a_notice_waits_for_its_order_and_posts_when_it_comes() -> None:
    ledger = MemoryLedger()

    waits = ledger.record(notice(notice_line("PO1", "1", "P1", 10)))
    before = ledger.stock
    ledger.record(order(order_line("1", "P1", 100)))

    assert waits == [Waiting(line="PO1||1|P1", needs="order:PO1", until=START + timedelta(minutes=15))]
    assert before == {}
    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert ledger.open_cases == {}


def test_a_notice_whose_order_never_comes_is_refused_whole_and_its_id_is_free() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10), notice_line("PO9", "1", "P2", 5)))

    ledger.tick(timedelta(minutes=15))
    refused = (ledger.stock, ledger.open_cases)
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    assert refused == ({}, {"D02:S1": 0})
    assert answers(ledger) == [[("TR", "", ["D02"])]]
    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert ledger.open_cases == {}


def test_the_advice_says_what_is_wrong_where_and_what_to_do() -> None:
    ledger = MemoryLedger()
    ledger.record(
        notice(
            notice_line("PO9", "1", "P1", 10, segment=13), source=Source(message="m_1", document="m_1.1"),
            created_at=START,
        )
    )  # fmt: skip

    ledger.tick(timedelta(minutes=15))

    (due,) = ledger.advices
    assert due.advice == ApplicationAdvice(
        number="AA2.1",
        partner="acme",
        site="PLT07",
        created_at=START + timedelta(minutes=15),
        supplier="92:ACME",
        ship_to="92:PLT07",
        shipment_id="S1",
        causation="2",
        original_number="S1",
        original_created_at=START,
        original_message="m_1",
        original_document="m_1.1",
        items=(
            AdvisedItem(
                verdict="TR",
                faults=(
                    AdvisedFault(
                        code="POI",
                        text=(
                            "Order PO9 is not known for supplier ACME at site PLT07. Name the right order and send "
                            "the notice again; its shipment id is free."
                        ),
                        discrepancy="D02",
                        field="order_number",
                        line="PO9||1|P1",
                        segment=13,
                        value="PO9",
                    ),
                ),
            ),
        ),
    )


def test_a_partner_may_agree_that_an_unknown_order_refuses_only_its_lines() -> None:
    ledger = ordered(Policy(default_terms=Terms(order_grace_minutes=0, grades={"D02": "line"})))

    ledger.record(notice(notice_line("PO1", "1", "P1", 10), notice_line("PO9", "1", "P2", 5)))

    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert answers(ledger) == [[("TE", "", []), ("IR", "PO9||1|P2", ["D02"])]]


def test_a_line_of_a_cancelled_order_is_refused_and_the_others_post() -> None:
    ledger = ordered()
    ledger.record(order(order_line("1", "P1", 50), number="PO2"))
    ledger.record(OrderCancelled(number="PO2", supplier="92:ACME", ship_to="92:PLT07", partner="erp"))

    ledger.record(notice(notice_line("PO1", "1", "P1", 10), notice_line("PO2", "1", "P1", 5)))

    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert answers(ledger) == [[("TE", "", []), ("IR", "PO2||1|P1", ["D03"])]]


# --- parts, units, places (D04, D06, D07), revisions (D05) ---------------------------------------------------


def test_an_unknown_part_refuses_its_line_until_master_data_knows_it() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100), order_line("2", "PX", 100)))
    outcomes = ledger.record(notice(notice_line("PO1", "1", "P1", 10), notice_line("PO1", "2", "PX", 5)))
    before = (ledger.stock, ledger.open_cases)

    ledger.record(PartDefined(number="PX", base_unit="EA"))

    assert outcomes[:2] == [Posted(line="PO1||1|P1", movements=1), Waiting(line="PO1||2|PX", needs="part:PX")]
    assert before == ({"in_transit": 10, "supplier": -10}, {"D04:PO1": 0, "D04:S1": 0})
    assert answers(ledger) == [
        [("TE", "", []), ("IR", "2", ["D04"])],
        [("TE", "", []), ("IR", "PO1||2|PX", ["D04"])],
    ]
    assert ledger.stock == {"PX/in_transit": 5, "PX/supplier": -5, "in_transit": 10, "supplier": -10}
    assert ledger.open_cases == {}


def test_an_unknown_reference_is_the_fault_of_whoever_wrote_the_document() -> None:
    ledger = MemoryLedger()

    ledger.record(order(order_line("1", "P1", 100), order_line("2", "MISTYPED", 100)))
    ledger.record(notice(notice_line("PO1", "1", "MISREAD", 10)))
    ledger.record(receipt(receipt_line("R1-1", "MISSCANNED", 1)))
    ledger.record(receipt(number="R2", ship_to="92:NOWHERE"))

    assert [(case.code, case.fault) for case in ledger.workset.cases.values()] == [
        ("D04", "buyer"),
        ("D04", "supplier"),
        ("D04", "receiver"),
        ("D07", "receiver"),
    ]


def test_a_notice_of_nothing_but_unknown_parts_is_not_refused_whole() -> None:
    ledger = ordered()

    ledger.record(notice(notice_line("PO1", "1", "PX", 10)))

    assert answers(ledger) == [[("TE", "", []), ("IR", "PO1||1|PX", ["D04"])]]


def test_a_part_that_the_order_does_not_ask_for_is_refused() -> None:
    ledger = ordered()

    ledger.record(notice(notice_line("PO1", "3", "P3", 10), notice_line("PO1", "1", "P1", 10)))

    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert answers(ledger) == [[("TE", "", []), ("IR", "PO1||3|P3", ["D04"])]]


def test_a_corrected_replacement_closes_the_case_of_the_line_it_corrects() -> None:
    ledger = ordered()
    ledger.record(notice(notice_line("PO1", "3", "P3", 10)))

    ledger.record(replaced(notice_line("PO1", "1", "P1", 10)))

    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert ledger.open_cases == {}


def test_a_unit_without_a_factor_refuses_its_line() -> None:
    ledger = ordered()

    ledger.record(notice(notice_line("PO1", "1", "P1", 10, unit="XBX"), notice_line("PO1", "2", "P2", 5)))

    assert ledger.stock == {"P2/in_transit": 5, "P2/supplier": -5}
    assert answers(ledger) == [[("TE", "", []), ("IR", "PO1||1|P1", ["D06"])]]


def test_an_unknown_place_refuses_the_document_until_it_is_known() -> None:
    ledger = ordered()
    outcomes = ledger.record(notice(notice_line("PO1", "1", "P1", 10), ship_to="92:DOCK9"))
    before = (ledger.stock, ledger.open_cases)

    ledger.record(SiteDefined(number="PLT07", identifiers=("92:DOCK9",)))

    assert outcomes[0] == Waiting(line="PO1||1|P1", needs="site:92:DOCK9")
    assert before == ({}, {"D07:S1": 0})
    assert answers(ledger) == [[("TR", "", ["D07"])]]
    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert ledger.open_cases == {}


def test_a_notice_sent_again_to_the_right_place_takes_the_id_of_the_one_that_waits() -> None:
    ledger = ordered()
    ledger.record(notice(notice_line("PO1", "1", "P1", 10), ship_to="92:DOCK9"))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    ledger.record(SiteDefined(number="PLT07", identifiers=("92:DOCK9",)))

    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert ledger.open_cases == {}


def test_a_revision_not_in_force_is_warned_of_and_posts() -> None:
    ledger = ordered()
    ledger.not_effective.add(("P1", "C"))

    ledger.record(notice(notice_line("PO1", "1", "P1", 10, part_revision="C")))

    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert answers(ledger) == [[("TE", "", []), ("IE", "PO1||1|P1|C", ["D05"])]]


def test_a_held_revision_is_in_quality_hold_on_arrival() -> None:
    rule = ToleranceRule(code="D05", tolerance=Tolerance(action="hold"))
    ledger = ordered(Policy(tolerances=(rule,)))
    ledger.not_effective.add(("P1", "C"))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10, part_revision="C")))

    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1")))

    assert ledger.stock == {"quality_hold": 10, "supplier": -10}


# --- more than ordered (D08), late (D12), totals (D35) -------------------------------------------------------


def test_more_advised_than_ordered_posts_with_a_warning() -> None:
    ledger = ordered(quantity=15)
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    ledger.record(notice(notice_line("PO1", "1", "P1", 10), number="S2"))

    assert ledger.stock == {"in_transit": 20, "supplier": -20}
    assert ledger.open_cases == {"D08:PO1": 5}
    assert answers(ledger) == [[("TE", "", []), ("IE", "PO1||1|P1", ["D08"])]]


def test_an_order_that_is_raised_closes_the_case_of_what_was_over_it() -> None:
    ledger = ordered(quantity=5)
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    ledger.record(changed(order_line("1", "P1", 10)))

    assert ledger.open_cases == {}


def test_a_blanket_order_limits_nothing() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 1), order_type="BK"))

    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    assert ledger.open_cases == {}


def test_a_late_notice_is_noted_for_the_score_and_asks_nothing_of_anyone() -> None:
    ledger = ordered()
    ledger.now = START + timedelta(minutes=31)

    outcomes = ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    assert [outcome.code for outcome in outcomes if isinstance(outcome, CaseOpened)] == ["D12"]
    assert ledger.case("D12").status == "closed"
    assert ledger.advices == []


def test_totals_that_do_not_agree_are_told_and_everything_posts() -> None:
    ledger = ordered()

    ledger.record(
        notice(
            notice_line("PO1", "1", "P1", 10, loads=3, units_per_load=Decimal(4)),
            line_count=7, hl_count=4, hash_total=Decimal(11),
        )
    )  # fmt: skip

    assert ledger.stock == {"in_transit": 10, "supplier": -10}
    assert answers(ledger) == [[("TE", "", ["D35"]), ("IE", "PO1||1|P1", ["D35"])]]


def test_a_count_of_loops_or_of_lines_is_right_either_way() -> None:
    ledger = ordered()

    ledger.record(notice(notice_line("PO1", "1", "P1", 10), line_count=1, hl_count=4))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10), number="S2", line_count=4, hl_count=4))

    assert ledger.advices == []


def test_a_quantity_of_nothing_refuses_its_line() -> None:
    ledger = ordered()

    ledger.record(notice(notice_line("PO1", "1", "P1", 0), notice_line("PO1", "2", "P2", 5)))

    assert ledger.stock == {"P2/in_transit": 5, "P2/supplier": -5}
    assert answers(ledger) == [[("TE", "", []), ("IR", "PO1||1|P1", ["D35"])]]
