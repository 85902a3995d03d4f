"""Reason codes over the real books: which are taken, and who adds some or takes them away."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import msgspec
import pytest
from sqlalchemy import Connection

from ledger.events import (
    Event,
    GoodsReturned,
    HoldPlaced,
    HoldReleased,
    InspectionFailed,
    StockLine,
    StockScrapped,
)
from ledger.policy import HOUSE, SEGMENTS, SegmentRules, Terms, TransitionRules
from tests.store.governed import (
    held,
    outcome,
)
from tests.store.plant import Plant, adjusted, moved


@pytest.fixture
def plant(conn: Connection) -> Plant:
    return Plant(conn, HOUSE)


CODES: list[tuple[Event, str, str]] = [
    (moved(HoldPlaced, 1, hold_reason="crak"), "", 'HoldPlaced knows no reason "crak": did you mean "crack"?'),
    (moved(InspectionFailed, 1, reason="dimensions"), "quality_hold",
     'InspectionFailed knows no reason "dimensions": did you mean "dimension"?'),
    (moved(HoldReleased, 1, reason="usable"), "quarantine", 'HoldReleased knows no reason "usable": there are: '
     "conforms, containment_closed, deviation, documents_received, false_alarm, reworked, sorted, use_as_is"),
    (moved(StockScrapped, 1, reason="obselete"), "quarantine",
     'StockScrapped knows no reason "obselete": did you mean "obsolete"?'),
]  # fmt: skip


@pytest.mark.parametrize(("event", "state", "said"), CODES, ids=[type(event).__name__ for event, _, _ in CODES])
def test_a_reason_that_there_is_not_is_refused_with_what_was_meant(
    plant: Plant, event: Event, state: str, said: str
) -> None:
    if state:
        held(plant, state)
    assert outcome(plant, event) == ("refused", [said])


def by_tenth(code: str) -> Event:
    line = StockLine(part_number="PLATE", quantity=Decimal("0.1"), unit="EA", reason=code)
    return StockScrapped(number=code, partner="wms", place="P1", lines=(line,))


def test_every_code_of_the_list_is_taken(plant: Plant) -> None:
    held(plant, "quarantine")
    codes = sorted(HOUSE.transitions["StockScrapped"].codes)

    answers = [outcome(plant, by_tenth(code)) for code in codes]

    assert answers == [("posted", [])] * len(codes)


def test_partner_segment_and_house_add_codes_and_the_house_takes_some_away(conn: Connection) -> None:
    returns = TransitionRules(
        reasons=HOUSE.transitions["GoodsReturned"].reasons | {"mould": "Mould"}, without=("crack",)
    )
    policy = msgspec.structs.replace(
        HOUSE,
        terms={"wms": Terms(reasons={"GoodsReturned": {"Q7": "Their own"}})},
        transitions=HOUSE.transitions | {"GoodsReturned": returns},
        segments=SEGMENTS | {"raw": SegmentRules(reasons={"GoodsReturned": {"R1": "Raw only"}})},
    )
    plant = Plant(conn, policy)
    plant.record(adjusted(10, "56", stock_segment="raw", location="R-1"))

    def back(reason: str, number: str, **named: Any) -> str:
        return outcome(plant, moved(GoodsReturned, 1, number, reason=reason, **named))[0]

    assert [back(reason, reason, location="DOCK") for reason in ("Q7", "mould", "damaged", "crack", "R1")] == [
        "posted", "posted", "posted", "refused", "refused"
    ]  # fmt: skip
    assert back("R1", "raw", location="R-1") == "posted"
