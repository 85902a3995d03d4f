"""Any order of arrival ends in the same books (SEMANTICS 19), and running totals are what recomputing gives.

Small worlds are tried in every order; larger ones by hypothesis. The driver checks every movement on its way:
legal, balanced, no physical bucket below zero.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.events import (
    Event,
    GoodsReceiptReversed,
    HandlingUnit,
    NoticeLine,
    ReceiptShortConfirmed,
    ShortLine,
)
from ledger.matching.receiving.positions import Deltas, add_link, add_notice_line
from ledger.stock.bucket import Bucket
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

ORDER = order(order_line("1", "P1", 100), order_line("2", "P2", 100))


def said(line: str, quantity: int, at: int = 0, **more: Any) -> Event:
    """A goods receipt of P1 that names shipment and order."""
    named = {"shipment_id": "S1", "order_number": "PO1", **more}
    received = START + timedelta(minutes=at)
    return receipt(receipt_line("1", "P1", quantity, **named), number=line, occurred_at=received)


ADVISED = notice(notice_line("PO1", "1", "P1", 10, lot="L1", part_revision="B"))
TWO_LINES = notice(
    notice_line("PO1", "1", "P1", 6), notice_line("PO1", "2", "P1", 4), notice_line("PO1", "2", "P2", 3)
)

CONFIRMED = ReceiptShortConfirmed(
    number="K1",
    partner="threepl",
    ship_to="92:PLT07",
    lines=(ShortLine(part_number="P1", shipment_id="S1", unit="EA"),),
)


def labelled(line: str, part: str, quantity: int, *units: str, packaging: str = "") -> NoticeLine:
    """A line of a notice that names its handling units."""
    inside = tuple(HandlingUnit(id=unit, kind="pack", packaging=packaging) for unit in units)
    return notice_line("PO1", line, part, quantity, handling_units=inside)


SMALL = order(order_line("1", "P1", 8), order_line("2", "P2", 8))
BOXES = notice(labelled("1", "P1", 10, "U1", "U2", packaging="KLT"))
WRONG = receipt(
    receipt_line("1", "P2", 4, shipment_id="S1", order_number="PO1", handling_unit="U1"), number="R2",
    occurred_at=START + timedelta(minutes=1),
)  # fmt: skip
MISTAKE = GoodsReceiptReversed(number="R1", partner="dock", ship_to="92:PLT07")

STORIES: dict[str, tuple[Event, ...]] = {
    "another product in the box": (ORDER, BOXES, said("R1", 5, handling_unit="U2"), WRONG),
    "another product on the line": (
        ORDER, ADVISED, receipt(receipt_line("1", "P2", 4, shipment_id="S1", order_number="PO1", order_line="1")),
    ),
    "wrong by its condition": (ORDER, ADVISED, said("R1", 10, condition="05")),
    "doubtful quality": (ORDER, ADVISED, said("R1", 6, condition="04"), said("R2", 4, 1)),
    "rejected in part": (ORDER, ADVISED, said("R1", 10, condition="08", quantity_rejected=Decimal(3))),
    "other container": (ORDER, BOXES, said("R1", 5, handling_unit="U1", packaging="PLT")),
    "strange label": (ORDER, BOXES, said("R1", 5, handling_unit="U9")),
    "label of another notice": (
        ORDER, BOXES, notice(labelled("1", "P1", 5, "U3"), number="S2"), said("R1", 5, handling_unit="U3"),
    ),
    "box received twice": (
        ORDER, BOXES, said("R1", 5, handling_unit="U1"), said("R2", 5, 1, handling_unit="U1"),
    ),
    "box received twice, the first by mistake": (
        ORDER, BOXES, said("R1", 5, handling_unit="U1"), said("R2", 5, 1, handling_unit="U1"), MISTAKE,
    ),
    "beyond the order": (SMALL, said("R1", 6, shipment_id=""), said("R2", 6, 1, shipment_id="")),
    "beyond the order, the first by mistake": (
        SMALL, said("R1", 6, shipment_id=""), said("R2", 6, 1, shipment_id=""), MISTAKE,
    ),
    "beyond the order and announced": (SMALL, notice(notice_line("PO1", "1", "P1", 12)), said("R1", 12)),
    "beyond the order in two boxes": (
        SMALL, notice(notice_line("PO1", "1", "P1", 12)), said("R1", 6), said("R2", 6, 1),
    ),
    "by what called for them": (
        ORDER,
        notice(
            notice_line("PO1", "1", "P1", 6, reference="K7"), notice_line("PO1", "1", "P1", 4, reference="K8"),
        ),
        said("R1", 4, shipment_id="", order_number="", reference="K8"),
    ),
    "by the carrier's number": (
        ORDER, notice(notice_line("PO1", "1", "P1", 10), pro_number="PRO77"),
        said("R1", 10, shipment_id="", pro_number="PRO77"),
    ),
    "exact": (ORDER, ADVISED, said("R1", 10)),
    "two boxes": (ORDER, ADVISED, said("R1", 6), said("R2", 4, 1)),
    "two boxes over": (ORDER, ADVISED, said("R1", 6, lot="LA"), said("R2", 7, 1, lot="LB")),
    "over": (ORDER, ADVISED, said("R1", 13)),
    "short and final": (ORDER, ADVISED, said("R1", 7, complete=True)),
    "short and final, then found": (ORDER, ADVISED, said("R1", 7, complete=True), said("R2", 3, 1)),
    "short and final, and another box": (ORDER, ADVISED, said("R1", 5, complete=True), said("R2", 3, 1)),
    "short confirmed": (ORDER, ADVISED, said("R1", 7), CONFIRMED),
    "short confirmed, nothing came": (ORDER, ADVISED, CONFIRMED),
    "short confirmed, then found": (ORDER, ADVISED, said("R1", 7), CONFIRMED, said("R2", 3, 1)),
    "short confirmed, and more than advised": (ORDER, ADVISED, said("R1", 7), CONFIRMED, said("R2", 5, 1)),
    "short confirmed of two lines": (ORDER, TWO_LINES, said("R1", 7, order_number=""), CONFIRMED),
    "damaged": (ORDER, ADVISED, said("R1", 10, quantity_damaged=Decimal(2))),
    "damaged and over": (ORDER, ADVISED, said("R1", 6, quantity_damaged=Decimal(2)), said("R2", 6, 1)),
    "held": (ORDER, ADVISED, said("R1", 10, stock_status="hold")),
    "three boxes": (ORDER, ADVISED, said("R1", 3), said("R2", 3, 1), said("R3", 5, 2)),
    "lines of one part": (ORDER, TWO_LINES, said("R1", 7, order_number=""), said("R2", 5, 1, order_number="")),
    "packing slip": (
        ORDER, notice(notice_line("PO1", "1", "P1", 10), packing_slip="PS1"),
        said("R1", 6, shipment_id="", packing_slip="PS1"), said("R2", 6, 1, shipment_id="", packing_slip="PS1"),
    ),
    "by order only": (ORDER, ADVISED, said("R1", 4, shipment_id=""), said("R2", 6, 1, shipment_id="")),
    "two shipments": (
        ORDER, ADVISED, notice(notice_line("PO1", "1", "P1", 5), number="S2"), said("R1", 12),
        said("R2", 4, 1, shipment_id="S2"),
    ),
}  # fmt: skip


def books(documents: Sequence[Event]) -> MemoryLedger:
    """A ledger that got the documents in this order, a minute apart and all within the grace time."""
    ledger = MemoryLedger()
    for document in documents:
        ledger.record(document)
    return ledger


def ending(ledger: MemoryLedger) -> tuple[object, object]:
    return ledger.exact_balances(), ledger.exact_cases()


@pytest.mark.parametrize("story", STORIES)
def test_any_order_of_arrival_ends_in_the_same_balances_and_cases(story: str) -> None:
    documents = STORIES[story]
    expected = ending(books(documents))

    for arrival in permutations(documents):
        numbers = [document.number for document in arrival]
        assert ending(books(arrival)) == expected, numbers


@pytest.mark.parametrize("story", STORIES)
def test_any_order_of_arrival_ends_alike_after_its_lines_have_closed(story: str) -> None:
    documents = STORIES[story]

    def after_a_week(arrival: Sequence[Event]) -> tuple[object, object]:
        ledger = books(arrival)
        ledger.tick(timedelta(days=7))
        return ending(ledger)

    expected = after_a_week(documents)
    for arrival in permutations(documents):
        assert after_a_week(arrival) == expected, [document.number for document in arrival]


def test_a_replacement_ends_alike_wherever_it_is_accepted() -> None:
    replacement = replaced(notice_line("PO1", "1", "P1", 8))
    documents = (ORDER, ADVISED, replacement, said("R1", 8))
    expected = ending(books(documents))
    tried = 0

    for arrival in permutations(documents):
        # After goods of the notice were received its replacement is refused (D42), so those orders are not alike.
        if arrival.index(documents[3]) > arrival.index(replacement):
            assert ending(books(arrival)) == expected, [type(document).__name__ for document in arrival]
            tried += 1

    assert tried == 12


quantities = st.integers(min_value=1, max_value=12)


@st.composite
def worlds(draw: st.DrawFn, shipments: tuple[str, ...] = ("S0", "S1", "S2", "")) -> list[Event]:
    """An order, one to three notices and up to five goods receipts of them, in any order."""
    documents: list[Event] = [ORDER]
    notices = draw(st.integers(1, 3))
    for n in range(notices):
        lines = [
            notice_line("PO1", "1" if part == "P1" else "2", part, draw(quantities), lot=f"L{i}")
            for i, part in enumerate(draw(st.lists(st.sampled_from(["P1", "P2"]), min_size=1, max_size=3)))
        ]
        documents.append(notice(*lines, number=f"S{n}"))
    for n in range(draw(st.integers(0, 5))):
        quantity = draw(quantities)
        line = receipt_line(
            "1", draw(st.sampled_from(["P1", "P2"])), quantity,
            shipment_id=draw(st.sampled_from(shipments)),
            order_number=draw(st.sampled_from(["PO1", "PO1", ""])),
            quantity_damaged=Decimal(draw(st.sampled_from([0, 0, 1]))),
            complete=draw(st.booleans()),
        )  # fmt: skip
        documents.append(receipt(line, number=f"R{n}", occurred_at=START + timedelta(minutes=n)))
    return draw(st.permutations(documents))


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_larger_worlds_end_alike_in_any_order(data: st.DataObject) -> None:
    documents = data.draw(worlds(shipments=("S0", "S1", "S2", "S9")))
    arrival = data.draw(st.permutations(documents))

    assert ending(books(arrival)) == ending(books(documents))


# --- running totals and positions ---------------------------------------------------------------------------


@settings(max_examples=150, deadline=None)
@given(documents=worlds(), close=st.booleans())
def test_running_totals_equal_a_full_recomputation(documents: list[Event], close: bool) -> None:
    ledger = books(documents)
    if close:
        ledger.tick(timedelta(days=7))
    work = ledger.workset

    received: dict[object, int] = defaultdict(int)
    ordered: dict[object, int] = defaultdict(int)
    of_receipt: dict[object, int] = defaultdict(int)
    cumulative: dict[object, int] = defaultdict(int)
    for link in work.links:
        if not link.reversed:
            of_receipt[link.receipt, link.receipt_line] += link.quantity
            if link.shipment is not None and link.source == "notice":
                received[link.shipment, link.notice_line] += link.quantity
            if link.order is not None:
                ordered[link.order, link.order_line] += link.quantity
    for line in work.receipt_lines.values():
        cumulative[line.part] += line.quantity

    assert {key: line.received for key, line in work.notice_lines.items()} == {
        key: received[key] for key in work.notice_lines
    }
    assert {key: line.received for key, line in work.order_lines.items()} == {
        key: ordered[key] for key in work.order_lines
    }
    assert {key: line.quantity for key, line in work.receipt_lines.items()} == {
        key: of_receipt[key] for key in work.receipt_lines
    }
    totals: dict[object, int] = defaultdict(int)
    for total in work.cumulatives.values():
        totals[total.key.part] += total.received
    assert dict(totals) == dict(cumulative)


@settings(max_examples=150, deadline=None)
@given(documents=worlds(), close=st.booleans())
def test_balances_are_what_lines_and_links_say(documents: list[Event], close: bool) -> None:
    ledger = books(documents)
    if close:
        ledger.tick(timedelta(days=7))
    work = ledger.workset

    positions: Deltas = {}
    for notice_record in work.notice_lines.values():
        add_notice_line(positions, notice_record, 1)
    for link in work.links:
        if not link.reversed:
            add_link(work, positions, link, work.receipt_lines[link.receipt, link.receipt_line], 1)

    assert ledger.exact_balances() == {bucket: quantity for bucket, quantity in positions.items() if quantity}


@settings(max_examples=150, deadline=None)
@given(documents=worlds(), close=st.booleans())
def test_the_clearing_account_is_what_open_cases_answer_for(documents: list[Event], close: bool) -> None:
    ledger = books(documents)
    if close:
        ledger.tick(timedelta(days=7))

    clearing = sum(quantity for bucket, quantity in ledger.balances.items() if bucket.state == "clearing")
    answered = sum(case.clearing for case in ledger.workset.cases.values() if case.status != "closed")

    assert clearing == -answered
    assert all(case.clearing == 0 for case in ledger.workset.cases.values() if case.status == "closed")


@settings(max_examples=100, deadline=None)
@given(documents=worlds())
def test_everything_balances_and_nothing_is_left_out(documents: list[Event]) -> None:
    ledger = books(documents)

    sums: dict[str, int] = defaultdict(int)
    on_hand: dict[str, int] = defaultdict(int)
    for bucket, quantity in ledger.balances.items():
        sums[bucket.part] += quantity
        if _on_hand(bucket):
            on_hand[bucket.part] += quantity
    came: dict[str, int] = defaultdict(int)
    for line in ledger.workset.receipt_lines.values():
        came[line.part] += line.quantity

    assert set(sums.values()) <= {0}
    # The twin: an empty ledger balances too, so all that was received must be somewhere in the house.
    assert {part: quantity for part, quantity in on_hand.items() if quantity} == dict(came)


def _on_hand(bucket: Bucket) -> bool:
    return not bucket.is_external and bucket.state != "in_transit"


@settings(max_examples=60, deadline=None)
@given(documents=worlds())
def test_in_transit_is_shipped_less_received_less_cleared_and_never_negative(documents: list[Event]) -> None:
    ledger = books(documents)

    for line in ledger.workset.notice_lines.values():
        assert line.quantity - line.received - line.cleared >= 0
        assert line.cleared >= line.settled >= 0
