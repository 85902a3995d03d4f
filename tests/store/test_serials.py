"""A serial stands at one place, whatever kind of event names it, at whichever site, in whichever order."""

from __future__ import annotations

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import Connection

from ledger.book import verify
from ledger.events import (
    AdjustmentLine,
    AllocationMade,
    ControlTotals,
    Event,
    GoodsReceived,
    HoldPlaced,
    InventoryAdjusted,
    MaterialConsumed,
    MaterialIssued,
    OpeningBalanceLoaded,
    OpeningLine,
    OwnershipChanged,
    OwnershipLine,
    PlaceLine,
    ReceiptLine,
    SiteDefined,
    StockCounted,
    StockLine,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
)
from ledger.events.ownership import ConsumptionReversed
from ledger.queries import balances, cases
from tests.store.plant import Plant, reasons
from tests.store.world import NOW

OTHER = SiteDefined(number="P2", name="Plant 2", identifiers=("92:PLT08",), receiving_location="IN")
PLATE: dict[str, Any] = {"part_number": "PLATE", "quantity": Decimal(1), "unit": "EA"}
BETWEEN: dict[str, Any] = {"from_place": "P1", "to_place": "P2"}


def stock(kind: type[Event], number: str = "m", place: str = "P1", **named: Any) -> Event:
    line = StockLine(**(PLATE | named))
    return kind(**{"number": number, "partner": "wms", "place": place, "lines": (line,)})  # type: ignore[arg-type]


def shipped(*serials: str) -> TransferShipped:
    return TransferShipped(
        number="T1", partner="wms", **BETWEEN, lines=(StockLine(**PLATE, line="1", serials=serials),)
    )


def came(place: str, *serials: str, number: str = "R7") -> GoodsReceived:
    line = ReceiptLine(**(PLATE | {"quantity": Decimal(len(serials))}), receipt_line="1", serials=serials)
    return GoodsReceived(number=number, partner="dock", ship_to=place, occurred_at=NOW, lines=(line,))


def opened(*lines: OpeningLine) -> OpeningBalanceLoaded:
    control = ControlTotals(lines=len(lines), quantity=Decimal(len(lines)))
    return OpeningBalanceLoaded(number="O1", partner="wms", place="P1", control=control, lines=lines)


def opening(line: str) -> OpeningLine:
    return OpeningLine(**PLATE, line=line, location=f"NEW-{line}", serials=("A",))


@pytest.fixture
def plant(conn: Connection) -> Plant:
    """Plates on the dock that nobody tells apart, and one, A, that is held."""
    one = Plant(conn)
    one.record(OTHER)
    one.record(stock(HoldPlaced, "h", serials=("A",), hold_reason="scratch"))
    one.record(stock(MaterialIssued, "i", to_location="L1"), stock(MaterialConsumed, "c", location="L1"))
    return one


def standing(plant: Plant) -> dict[tuple[str, str, str], int]:
    rows = balances(plant.conn, by=("site", "serial", "state"), part="PLATE")
    return {(row.site, row.serial, row.state): int(row.quantity) for row in rows if row.serial}


AGAIN: dict[str, Event] = {
    "allocated": stock(AllocationMade, demand="D1", serials=("A",)),
    "opening": opened(opening("1")),
    "adjusted": InventoryAdjusted(
        number="a", partner="wms", place="P1",
        lines=(AdjustmentLine(**PLATE, location="X", reason="AB", serials=("A",)),),
    ),
    "adjusted at another site": InventoryAdjusted(
        number="a", partner="wms", place="P2",
        lines=(AdjustmentLine(**PLATE, location="X", reason="AB", serials=("A",)),),
    ),
    "counted at another site": StockCounted(
        number="k", partner="wms", place="P2", lines=(PlaceLine(**PLATE, location="X", serials=("A",)),)
    ),
    "shipped to another site": shipped("A"),
    "sold": OwnershipChanged(
        number="w", partner="wms", place="P1", lines=(OwnershipLine(**PLATE, to_owner="acme", serials=("A",)),)
    ),
    "not built in": stock(ConsumptionReversed, location="L1", serials=("A",)),
}  # fmt: skip


@pytest.mark.parametrize("event", AGAIN.values(), ids=list(AGAIN))
def test_a_serial_that_stands_in_another_state_is_no_other_piece(plant: Plant, event: Event) -> None:
    told = plant.record(event)

    assert "Serial A stands at " in reasons(told)[0]
    assert standing(plant) == {("P1", "A", "quality_hold"): 1}
    assert verify(plant.conn) == []


def test_a_serial_is_not_loaded_twice_by_one_opening_balance(conn: Connection) -> None:
    plant = Plant(conn)

    assert [one.result for one in plant.record(opened(opening("1"), opening("2")))] == ["partly"]
    assert standing(plant) == {("P1", "A", "available"): 1}


def test_a_serial_that_comes_to_two_sites_is_held_unnamed_at_the_second(plant: Plant) -> None:
    line = ReceiptLine(**PLATE, receipt_line="1", serials=("A",))
    plant.record(shipped())
    plant.record(
        TransferReceived(number="R9", partner="wms2", transfer="T1", from_place="P1", place="P2", lines=(line,))
    )

    assert standing(plant) == {("P1", "A", "quality_hold"): 1}
    assert Counter(one.code for one in cases(plant.conn) if one.site == "P2") == {"D24": 1}


def test_goods_of_a_cancelled_transfer_whose_serial_was_found_meanwhile_come_back_held(plant: Plant) -> None:
    plant.record(shipped("B"))
    plant.record(stock(MaterialIssued, "b", to_location="L2", serials=("B",)))
    plant.record(TransferCancelled(number="T1", partner="wms", **BETWEEN))

    assert standing(plant) == {("P1", "A", "quality_hold"): 1, ("P1", "B", "line_side"): 1}
    rows = balances(plant.conn, by=("serial", "hold_reason"), part="PLATE", state="quality_hold")
    assert {(row.serial, row.hold_reason): int(row.quantity) for row in rows} == {("A", "scratch"): 1, ("", "D24"): 1}
    assert verify(plant.conn) == []


def test_a_transfer_of_named_pieces_that_are_not_there_yet_waits_for_them(conn: Connection) -> None:
    plant = Plant(conn)
    plant.record(OTHER)
    plant.record(stock(MaterialIssued, "all", quantity=Decimal(100), to_location="L1"))

    assert {one.result for one in plant.record(shipped("Z"))} == {"waiting"}
    plant.record(came("P1", "Z"))
    plant.record(stock(HoldPlaced, "z", serials=("Z",), hold_reason="x"))
    assert verify(plant.conn) == []
