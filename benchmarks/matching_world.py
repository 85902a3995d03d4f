"""The workload of matching's benchmarks: orders of 20 suppliers, their ship notices, and goods receipts that answer.

Ten lines an event, of ten parts of one order, from a seed. Every line is checked against its order, goes on the road
with its notice and comes in with its receipt; every event has a number, a source and a time of its own.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal

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
)

SUPPLIERS, ORDERS, LINES, EVENTS = 20, 200, 10, 100
MUCH = Decimal(10_000_000)
BEGIN = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)


class Inbound:
    """Makes events; the same seed makes the same ones."""

    def __init__(self, seed: int) -> None:
        self.random, self.made = random.Random(seed), 0

    @property
    def now(self) -> datetime:
        return BEGIN + timedelta(seconds=self.made)

    def masterdata(self) -> list[Event]:
        return [
            SiteDefined(number="P1", identifiers=("92:P1",)),
            *(SupplierDefined(number=f"S{n:02}", identifiers=(f"92:S{n:02}",)) for n in range(SUPPLIERS)),
            *(PartDefined(number=_part(n), base_unit="EA") for n in range(ORDERS * LINES)),
        ]

    def opening(self) -> Iterator[list[Event]]:
        """Batches of orders, each line for more than is ever sent."""
        orders: list[Event] = [self._order(n) for n in range(ORDERS)]
        for first in range(0, ORDERS, EVENTS):
            yield orders[first : first + EVENTS]

    def shipments(self) -> tuple[list[ShipmentNotified], list[GoodsReceived]]:
        """A batch of notices, and the batch of goods receipts that answers them in another order."""
        notices = [self.notice(self.random.randrange(ORDERS)) for _ in range(EVENTS)]
        shuffled = self.random.sample(notices, EVENTS)
        return notices, [self.receipt(notice) for notice in shuffled]

    def notice(self, order: int, *, lines: Sequence[int] = range(LINES)) -> ShipmentNotified:
        source = self._stamp()
        return ShipmentNotified(
            number=f"N{self.made:09}", partner=_supplier(order), supplier=f"92:{_supplier(order)}", ship_to="92:P1",
            shipped_at=self.now, expected_at=self.now + timedelta(hours=8), occurred_at=self.now, source=source,
            lines=tuple(
                NoticeLine(
                    line=str(n + 1), part_number=_part(order * LINES + n), segment=n + 8, unit="EA",
                    quantity=Decimal(self.random.randrange(1, 200)), order_number=_order(order),
                    order_line=str(n + 1),
                )
                for n in lines
            ),
        )  # fmt: skip

    def receipt(self, notice: ShipmentNotified, *, named: bool = True) -> GoodsReceived:
        """All that the notice said. Without its name the goods are the oldest that are on the road."""
        source = self._stamp()
        return GoodsReceived(
            number=f"R{self.made:09}", partner="wms", supplier=notice.supplier, ship_to="92:P1", occurred_at=self.now,
            source=source,
            lines=tuple(
                ReceiptLine(
                    receipt_line=line.line, part_number=line.part_number, segment=n + 2, quantity=line.quantity,
                    unit="EA", shipment_id=notice.number if named else "", location="DOCK",
                )
                for n, line in enumerate(notice.lines)
            ),
        )  # fmt: skip

    def _order(self, n: int) -> OrderPlaced:
        lines = tuple(
            OrderLine(
                order_line=str(k + 1), part_number=_part(n * LINES + k), quantity=MUCH, unit="EA", segment=k + 5
            )
            for k in range(LINES)
        )
        return OrderPlaced(
            number=_order(n), partner="erp", supplier=f"92:{_supplier(n)}", ship_to="92:P1", source=self._stamp(),
            occurred_at=self.now, lines=lines,
        )  # fmt: skip

    def _stamp(self) -> Source:
        self.made += 1
        return Source(message=f"m_{self.made:012}", document=f"m_{self.made:012}.1")


def _part(n: int) -> str:
    return f"P{n:05}"


def _order(n: int) -> str:
    return f"PO{n:05}"


def _supplier(order: int) -> str:
    return f"S{order % SUPPLIERS:02}"
