"""A small world in the domain's own words: one plant, two suppliers, three parts, and the documents about them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from ledger.book import Ledger
from ledger.events import (
    Event,
    GoodsReceived,
    NoticeLine,
    OrderLine,
    OrderPlaced,
    PartDefined,
    ReceiptLine,
    ShipmentNotified,
    SiteDefined,
    Source,
    SupplierDefined,
    UnitFactorDefined,
)
from ledger.outcomes import Recorded
from ledger.policy import Policy

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
POLICY = Policy()

SITE = SiteDefined(number="P1", name="Plant 1", identifiers=("92:PLT07",))
PLATE = PartDefined(number="PLATE", base_unit="EA")
BOLT = PartDefined(number="BOLT", base_unit="EA", aliases=("acme/VP:V-77",))
PAINT = PartDefined(number="PAINT", base_unit="KGM")
BOX_OF_BOLTS = UnitFactorDefined(number="BOLT/XBX", part="BOLT", unit="XBX", numerator=250)
ACME = SupplierDefined(number="acme", identifiers=("92:A123",))
BRAVO = SupplierDefined(number="bravo", identifiers=("92:B456",))
MASTER_DATA: tuple[Event, ...] = (SITE, PLATE, BOLT, PAINT, BOX_OF_BOLTS, ACME, BRAVO)

Quantities = dict[str, int]
"""Part -> quantity in its base unit."""


def source(name: str) -> Source:
    return Source(message=f"m_{name}", document=f"m_{name}.1")


def order(number: str, quantities: Quantities, **changed: Any) -> OrderPlaced:
    """An order of acme's, one line per part, lines numbered from 1."""
    lines = tuple(
        OrderLine(part_number=part, order_line=str(n), quantity=Decimal(quantity), unit="EA", segment=4 + n)
        for n, (part, quantity) in enumerate(quantities.items(), 1)
    )
    said: dict[str, Any] = {
        "number": number, "partner": "erp", "supplier": "92:A123", "ship_to": "92:PLT07", "source": source(number),
        "lines": lines,
    }  # fmt: skip
    return OrderPlaced(**(said | changed))


def notice(number: str, order_number: str, quantities: Quantities, **changed: Any) -> ShipmentNotified:
    """A ship notice of acme's against one order, shipped an hour ago."""
    lines = tuple(
        NoticeLine(part_number=part, order_number=order_number, quantity=Decimal(quantity), unit="EA", segment=9 + n)
        for n, (part, quantity) in enumerate(quantities.items(), 1)
    )
    said: dict[str, Any] = {
        "number": number, "partner": "acme", "supplier": "92:A123", "ship_to": "92:PLT07", "source": source(number),
        "shipped_at": NOW, "occurred_at": NOW, "lines": lines,
    }  # fmt: skip
    return ShipmentNotified(**(said | changed))


def receipt(number: str, shipment: str, order_number: str, quantities: Quantities, **changed: Any) -> GoodsReceived:
    """What the logistics provider found on the dock, one line per part."""
    lines = tuple(
        ReceiptLine(
            part_number=part,
            shipment_id=shipment,
            order_number=order_number,
            quantity=Decimal(quantity),
            unit="EA",
            segment=1 + n,
            receipt_line=str(n),
        )
        for n, (part, quantity) in enumerate(quantities.items(), 1)
    )
    said: dict[str, Any] = {
        "number": number, "partner": "threepl", "ship_to": "92:PLT07", "source": source(number), "occurred_at": NOW,
        "lines": lines,
    }  # fmt: skip
    return GoodsReceived(**(said | changed))


class Books:
    """A ledger over one connection, with a clock that each recording moves by a minute."""

    policy: Policy = POLICY

    def __init__(self, conn: Connection, *, run_size: int = 32_768, masterdata: bool = True) -> None:
        self.conn, self.now = conn, NOW
        self.ledger = Ledger(run_size=run_size)
        if masterdata:
            self.record(*MASTER_DATA)

    def record(self, *events: Event) -> list[Recorded]:
        recorded = self.ledger.record(self.conn, events, self.policy, self.now)
        self.now += timedelta(minutes=1)
        return recorded

    def tick(self, **later: int) -> list[Recorded]:
        """Let time pass (`hours=1`) and tick."""
        self.now += timedelta(**later)
        return self.ledger.tick(self.conn, self.policy, self.now)
