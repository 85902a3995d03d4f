"""Documents of a small world: supplier ACME, site PLT07, a logistics provider that receives."""

from __future__ import annotations

from typing import Any

from ledger.events import (
    GoodsReceived,
    NoticeLine,
    OrderLine,
    OrderPlaced,
    ReceiptLine,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
)
from tests.unit.ledger.driver import START, notice_line, order_line, receipt_line

__all__ = ["cancelled", "notice", "notice_line", "order", "order_line", "receipt", "receipt_line", "replaced"]


def order(*lines: OrderLine, number: str = "PO1", **more: Any) -> OrderPlaced:
    given: dict[str, Any] = {"supplier": "92:ACME", "ship_to": "92:PLT07", "partner": "erp", **more}
    return OrderPlaced(number=number, lines=lines, **given)


def notice(*lines: NoticeLine, number: str = "S1", **more: Any) -> ShipmentNotified:
    given: dict[str, Any] = {
        "supplier": "92:ACME", "ship_to": "92:PLT07", "partner": "acme", "shipped_at": START, **more,
    }  # fmt: skip
    return ShipmentNotified(number=number, lines=lines, **given)


def replaced(*lines: NoticeLine, number: str = "S1", **more: Any) -> ShipmentReplaced:
    given: dict[str, Any] = {
        "supplier": "92:ACME", "ship_to": "92:PLT07", "partner": "acme", "shipped_at": START, **more,
    }  # fmt: skip
    return ShipmentReplaced(number=number, lines=lines, **given)


def cancelled(number: str = "S1") -> ShipmentCancelled:
    return ShipmentCancelled(number=number, supplier="92:ACME", ship_to="92:PLT07", partner="acme")


def receipt(*lines: ReceiptLine, number: str = "R1", **more: Any) -> GoodsReceived:
    given: dict[str, Any] = {
        "supplier": "92:ACME", "ship_to": "92:PLT07", "partner": "dock", "occurred_at": START, **more,
    }  # fmt: skip
    return GoodsReceived(number=number, lines=lines, **given)
