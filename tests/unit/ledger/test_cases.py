"""The life of a case: numbers, owners, deadlines, evidence, and one telling per finding."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from ledger.cases.lifecycle import LEGAL, can_move
from ledger.events import Source
from ledger.matching.discrepancies import BY_CODE, CLASSES
from ledger.matching.records.documents import Evidence
from ledger.matching.resolved import microseconds
from ledger.policy import Policy
from ledger.policy.policy import Ownership
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import notice, notice_line, order, order_line, receipt, receipt_line


def short(policy: Policy | None = None) -> MemoryLedger:
    """Ten advised, eight came, the receiver says that it is final."""
    ledger = MemoryLedger(policy=policy)
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(
        notice(notice_line("PO1", "1", "P1", 10, segment=13), source=Source(message="m_a", document="m_a.1"))
    )
    ledger.record(
        receipt(
            receipt_line("1", "P1", 8, shipment_id="S1", complete=True, segment=4),
            source=Source(message="m_b", document="m_b.1"),
        )
    )
    return ledger


def test_a_case_names_both_values_its_owner_its_deadline_and_its_evidence() -> None:
    case = short().case("D16")

    assert (case.case, case.status, case.expected, case.actual, case.quantity, case.clearing) == (
        "C1", "open", 10_000_000, 8_000_000, 2_000_000, -2_000_000,
    )  # fmt: skip
    assert (case.owner, case.due_at, case.fault, case.rule, case.cause) == (
        "receiving", microseconds(START + timedelta(hours=24)), "supplier", "default", "dock:S1/PO1||1|P1",
    )  # fmt: skip
    assert case.evidence == (Evidence("m_a", "m_a.1", 13), Evidence("m_b", "m_b.1", 4))
    assert case.text == (
        "2 EA of P1 short: shipment S1 advised 10, 8 came. Recount, or close short with the supplier."
    )


def test_policy_says_who_answers_and_by_when() -> None:
    policy = Policy(ownership={"D16": Ownership(roles=("night_shift",), answer_hours=2)})

    case = short(policy).case("D16")

    assert (case.owner, case.due_at) == ("night_shift", microseconds(START + timedelta(hours=2)))


def test_a_finding_is_told_once_however_often_time_passes() -> None:
    ledger = short()
    ledger.tick(timedelta(days=9))
    ledger.tick(timedelta(days=9))

    assert len(ledger.advices) == 1


def test_a_case_that_grows_is_told_again_and_keeps_its_number() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))
    ledger.record(receipt(receipt_line("1", "P1", 12, shipment_id="S1")))

    ledger.record(receipt(receipt_line("1", "P1", 3, shipment_id="S1"), number="R2"))

    assert ledger.open_cases == {"D17:S1": Decimal(5)}
    assert [due.advice.number for due in ledger.advices] == ["RA3", "RA4"]
    assert ledger.workset.next_case == {"live": 2}


def test_lateness_and_a_missing_notice_are_one_cause() -> None:
    ledger = MemoryLedger()
    ledger.record(order(order_line("1", "P1", 100)))
    ledger.record(receipt(receipt_line("1", "P1", 10, shipment_id="S1", order_number="PO1")))
    ledger.now = START + timedelta(hours=2)
    ledger.record(notice(notice_line("PO1", "1", "P1", 10)))

    assert {case.code: case.cause for case in ledger.workset.cases.values()} == {
        "D14": "notice:S1", "D12": "notice:S1",
    }  # fmt: skip


def test_a_case_with_something_in_clearing_cannot_close() -> None:
    case = short().case("D16")

    assert not can_move(case, "closed")
    assert can_move(case, "assigned")
    case.clearing = 0
    assert can_move(case, "closed")


def test_a_closed_case_only_opens_again() -> None:
    assert LEGAL["closed"] == frozenset({"open"})


def test_every_class_of_the_core_is_registered_once_and_can_be_told() -> None:
    assert [kind.code for kind in CLASSES] == [
        "D01", "D02", "D03", "D04", "D05", "D06", "D07", "D08", "D09", "D10", "D11", "D12", "D13", "D14", "D15",
        "D16", "D17", "D18", "D19", "D20", "D21", "D22", "D23", "D24", "D25", "D26", "D27", "D28", "D29", "D30",
        "D31", "D32", "D33", "D34", "D35", "D36", "D37", "D38", "D39", "D40", "D41", "D42", "D43", "D44", "D45",
        "D46", "D47", "D48", "D49",
    ]  # fmt: skip
    assert len(BY_CODE) == len(CLASSES)
    # Of content, only the country of origin is the house's own concern.
    assert {kind.code for kind in CLASSES if kind.grade and not kind.error_code} == {"D37"}
    assert all(kind.roles and kind.answer_hours > 0 for kind in CLASSES)
