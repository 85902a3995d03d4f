"""Goods whose notice the ladder is not sure enough of: they wait for a person, who says it once and for all."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from ledger.events import Actor, Event, GoodsReceiptMatched, GoodsReceiptReversed
from ledger.matching.receiving.ladder import CONFIDENCE, RANK
from ledger.outcomes import Refused
from ledger.policy import Policy, Terms
from tests.unit.ledger.driver import START, MemoryLedger
from tests.unit.ledger.stories import notice, notice_line, order, order_line, receipt, receipt_line
from tests.unit.ledger.test_dock_stories import conditions

SURE = Policy(terms={"ACME": Terms(match_confidence=80)})
KIM = Actor(kind="user", id="kim", roles=("receiving",))
ORDER = order(order_line("1", "P1", 100))
GOODS = receipt(receipt_line("1", "P1", 5, order_number="PO1"), occurred_at=START)
OLDER = notice(notice_line("PO1", "1", "P1", 8), shipped_at=START - timedelta(days=2))
NEWER = notice(notice_line("PO1", "1", "P1", 5), number="S2")


def waiting(policy: Policy = SURE) -> MemoryLedger:
    """Five pieces that name their order only, and two notices that they may answer."""
    ledger = MemoryLedger(policy=policy)
    for document in (ORDER, OLDER, NEWER, GOODS):
        ledger.record(document)
    return ledger


def said(shipment: str, **more: Any) -> GoodsReceiptMatched:
    given = {"number": "R1", "ship_to": "92:PLT07", "provider": "dock", "receipt_line": "1", "actor": KIM, **more}
    return GoodsReceiptMatched(shipment_id=shipment, **given)


def queue(ledger: MemoryLedger) -> list[str]:
    return [line.key.receipt_id for line in ledger.workset.receipt_lines.values() if line.queued]


def links(ledger: MemoryLedger) -> list[tuple[str, str, int, int]]:
    """(shipment, rung, confidence, pieces) of the links in force."""
    return [
        (
            "" if one.shipment is None else one.shipment.shipment_id,
            one.rung,
            one.confidence,
            one.quantity // 1_000_000,
        )
        for one in ledger.workset.links
        if not one.reversed
    ]


def test_goods_that_the_ladder_is_not_sure_of_wait_and_the_supplier_is_not_told() -> None:
    ledger = waiting()

    assert queue(ledger) == ["R1"]
    assert ledger.stock == {"available": 5, "in_transit": 13, "supplier": -18}
    assert ledger.open_cases == {"D14:R1": 5}
    assert ledger.advices == []


def test_the_same_goods_are_booked_where_less_is_asked() -> None:
    ledger = waiting(Policy(terms={"ACME": Terms(match_confidence=70)}))

    assert queue(ledger) == []
    assert links(ledger) == [("S1", "order", 70, 5)]


def test_what_a_person_says_is_matched_and_stays_so() -> None:
    ledger = waiting()

    ledger.record(said("S2"))

    assert (queue(ledger), ledger.open_cases) == ([], {})
    assert links(ledger) == [("S2", "manual", 100, 5)]
    assert ledger.stock == {"available": 5, "in_transit": 8, "supplier": -13}


def test_the_last_word_holds() -> None:
    ledger = waiting()
    ledger.record(said("S2"))

    ledger.record(said("S1"))

    assert links(ledger) == [("S1", "manual", 100, 5)]
    assert ledger.stock == {"available": 5, "in_transit": 8, "supplier": -13}


def test_none_of_them_leaves_the_queue_and_tells_the_supplier() -> None:
    ledger = waiting()

    ledger.record(said(""))

    assert queue(ledger) == []
    assert ledger.open_cases == {"D14:R1": 5}
    assert conditions(ledger) == [("14", Decimal(5))]


@pytest.mark.parametrize("what", ["S2", ""])
def test_what_was_said_outlasts_notices_that_come_later(what: str) -> None:
    ledger = waiting()
    ledger.record(said(what))
    before = links(ledger)

    ledger.record(notice(notice_line("PO1", "1", "P1", 5), number="S3"))

    assert links(ledger) == before


def test_whoever_booked_the_goods_does_not_say_what_they_answer() -> None:
    ledger = MemoryLedger(policy=SURE)
    for document in (ORDER, OLDER):
        ledger.record(document)
    line = receipt_line("1", "P1", 5, order_number="PO1")
    ledger.record(receipt(line, actor=Actor(kind="user", id="kim", roles=("receiver",))))

    (refused,) = ledger.record(said("S1"))

    assert refused == Refused(line="", reason="kim booked goods receipt R1: somebody else says what it answers.")
    assert queue(ledger) == ["R1"]


def test_a_model_never_says_it() -> None:
    ledger = waiting()

    (refused,) = ledger.record(said("S2", actor=Actor(kind="model", id="gpt", roles=("receiving",))))

    assert isinstance(refused, Refused)
    assert queue(ledger) == ["R1"]


@pytest.mark.parametrize(
    ("event", "words"),
    [
        (said("S9"), "Notice S9 has no line of P1 in force: name another, or none at all."),
        (said("S1", receipt_line="7"), "Line 7 of goods receipt R1 is not there."),
    ],
)
def test_what_does_not_exist_cannot_be_said(event: Event, words: str) -> None:
    ledger = waiting()

    (refused,) = ledger.record(event)

    assert refused == Refused(line="", reason=words)


def test_what_is_said_of_goods_that_are_not_there_yet_waits_for_them() -> None:
    ledger = MemoryLedger(policy=SURE)
    for document in (ORDER, OLDER, NEWER, said("S2"), GOODS):
        ledger.record(document)

    assert links(ledger) == [("S2", "manual", 100, 5)]


def test_goods_taken_back_leave_the_queue() -> None:
    ledger = waiting()

    ledger.record(GoodsReceiptReversed(number="R1", partner="dock", ship_to="92:PLT07"))

    assert (queue(ledger), ledger.open_cases) == ([], {})


def test_the_queue_is_the_same_in_any_order_of_arrival() -> None:
    def ending(arrival: tuple[Event, ...]) -> tuple[object, ...]:
        ledger = MemoryLedger(policy=SURE)
        for document in arrival:
            ledger.record(document)
        return ledger.exact_balances(), ledger.exact_cases(), queue(ledger)

    documents = (ORDER, OLDER, NEWER, GOODS)

    for arrival in permutations(documents):
        assert ending(arrival) == ending(documents), [document.number for document in arrival]


def test_every_rung_has_its_confidence_and_stronger_ones_the_higher() -> None:
    in_order = sorted(RANK, key=lambda rung: RANK[rung])

    assert CONFIDENCE.keys() == RANK.keys()
    assert [CONFIDENCE[rung] for rung in in_order] == sorted(CONFIDENCE.values(), reverse=True)
