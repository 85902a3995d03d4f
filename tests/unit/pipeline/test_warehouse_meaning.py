"""What warehouses say is taken as the agreement says: a 944 as the dock's own facts, a 947 as its three kinds."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gateway.mapping.receiving import goods_received_from
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

    first, second = event.lines
    assert (event.number, event.ship_to) == ("WR1", "91:WH02")
    assert (first.quantity, first.quantity_damaged, first.quantity_rejected) == (Decimal(20), Decimal(3), Decimal(5))
    assert (first.handling_unit, first.bill_of_lading, first.condition) == ("LAB1", "BOL1", "01")
    # Condition 02 closes its own line, a full report closes all of them.
    assert (first.complete, second.complete) == (True, complete)


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
