"""What warehouses say is taken as the agreement says: a 944 as the dock's own facts, a 947 as its three kinds."""

from __future__ import annotations

from decimal import Decimal

import msgspec
import pytest

from gateway.mapping.reading.receiving import goods_received_from
from gateway.pipeline.reading.meaning import is_agreed
from ledger.advices import ReceivedLine, ReceivingAdvice, Variance
from ledger.events import (
    CustomerReturnReceived,
    Event,
    GoodsShipped,
    InventoryAdjusted,
    OwnershipChanged,
    PartDefined,
)

CONDITIONS = (("01", 3), ("04", 1), ("08", 1), ("09", 2), ("10", 1), ("02", 5), ("03", 4))


def advice(*, complete: bool) -> ReceivingAdvice:
    several = tuple(Variance(quantity=Decimal(n), unit="EA", condition=code) for code, n in CONDITIONS)
    line = ReceivedLine(part_number="P", quantity=Decimal(20), unit="EA", handling_unit="LAB1", variances=several)
    clean = ReceivedLine(part_number="Q", quantity=Decimal(2), unit="EA")
    return ReceivingAdvice(
        number="WR1", ship_to="91:WH02", bill_of_lading="BOL1", complete=complete, lines=(line, clean)
    )


@pytest.mark.parametrize("complete", [True, False])
def test_a_receipt_of_a_warehouse_is_what_its_dock_found(complete: bool) -> None:
    event = goods_received_from(advice(complete=complete))

    first, held, second = event.lines
    assert (event.number, event.ship_to) == ("WR1", "91:WH02")
    assert (first.quantity, first.quantity_damaged, first.quantity_rejected) == (Decimal(18), Decimal(3), Decimal(3))
    assert (first.handling_unit, first.bill_of_lading, first.condition) == ("LAB1", "BOL1", "01")
    # Condition 09 holds its quantity apart: somebody will decide about it, and nobody found it bad.
    assert held == msgspec.structs.replace(
        first, quantity=Decimal(2), quantity_damaged=Decimal(0), quantity_rejected=Decimal(0), stock_status="hold",
        condition="09", complete=True,
    )  # fmt: skip
    # Condition 02 closes its own line, once all of it is told; a full report closes all of them.
    assert (first.complete, held.complete, second.complete) == (False, True, complete)


@pytest.mark.parametrize(
    ("conditions", "serials", "lines"),
    [
        ((("09", 2),), (), [(18, 0, "", "", 0), (2, 0, "hold", "09", 0)]),
        ((("09", -2), ("01", 3)), (), [(18, 3, "", "01", 0), (2, 0, "hold", "09", 0)]),
        ((("09", 20),), (), [(20, 0, "hold", "09", 0)]),
        ((("09", 25),), (), [(20, 0, "hold", "09", 0)]),
        ((("09", 19), ("01", 3)), (), [(20, 3, "hold", "09", 0)]),
        # Which of them are held is not said: then all are.
        ((("09", 2),), ("A", "B", "C"), [(20, 0, "hold", "09", 3)]),
    ],
)
def test_what_is_on_hold_is_held_and_not_rejected(
    conditions: tuple[tuple[str, int], ...], serials: tuple[str, ...], lines: list[tuple[int, int, str, str, int]]
) -> None:
    several = tuple(Variance(quantity=Decimal(n), unit="EA", condition=code) for code, n in conditions)
    line = ReceivedLine(
        part_number="P", line="1", quantity=Decimal(20), unit="EA", serials=serials, variances=several
    )

    event = goods_received_from(ReceivingAdvice(number="RA1", lines=(line,)))

    assert [
        (int(one.quantity), int(one.quantity_damaged), one.stock_status, one.condition, len(one.serials))
        for one in event.lines
    ] == lines
    assert {one.quantity_rejected for one in event.lines} == {Decimal(0)}


@pytest.mark.parametrize(
    ("event", "meaning", "agreed"),
    [
        (InventoryAdjusted(number="1"), "InventoryAdjusted", True),
        (OwnershipChanged(number="1"), "InventoryAdjusted", True),
        (CustomerReturnReceived(number="1"), "InventoryAdjusted", True),
        (GoodsShipped(number="1"), "InventoryAdjusted", False),
        (PartDefined(number="1", base_unit="EA"), "MasterData", True),
        (PartDefined(number="1", base_unit="EA"), "GoodsShipped", False),
    ],
)
def test_an_agreement_takes_what_belongs_to_its_meaning_and_nothing_else(
    event: Event, meaning: str, agreed: bool
) -> None:
    assert is_agreed(event, meaning) is agreed
