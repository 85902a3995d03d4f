"""A receiving advice of whoever receives for us (861, 944) as the dock's own facts. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from msgspec.structs import replace

from ledger.advices import ReceivedLine, ReceivingAdvice
from ledger.events import GoodsReceived, ReceiptLine

DAMAGED = frozenset({"01"})
REJECTED = frozenset({"04", "08", "10"})
"""Receiving conditions whose quantity came, but not as good stock: damaged; a quality problem, rejected or scrapped,
which a case decides (goods are written off by whoever may, not by a report). Source: X12 data element 412."""
HELD = frozenset({"09"})
"""Its quantity came and is on hold: nothing is found against it yet, so it waits for inspection."""
FINAL = frozenset({"02"})


def goods_received_from(advice: ReceivingAdvice) -> GoodsReceived:
    """An 861 of whoever receives for us (a logistics provider): the dock's own facts, not an answer to us."""
    return GoodsReceived(
        number=advice.receipt_id or advice.number,
        occurred_at=advice.received_at,
        created_at=advice.created_at,
        ship_to=advice.ship_to,
        supplier=advice.supplier,
        lines=tuple(told for line in advice.lines for told in _lines(advice, line)),
    )


def _lines(advice: ReceivingAdvice, line: ReceivedLine) -> Iterator[ReceiptLine]:
    """What came, and apart from it what is on hold: with serials, or where nothing else is good, all is."""
    conditions = [variance.condition for variance in line.variances]
    received = ReceiptLine(
        part_number=line.part_number,
        line=line.line,
        segment=line.segment,
        supplier_part_number=line.supplier_part_number,
        part_revision=line.part_revision,
        quantity=line.quantity,
        unit=line.unit,
        lot=line.lot,
        serials=line.serials,
        handling_unit=line.handling_unit,
        reference=line.reference,
        packaging=line.packaging,
        shipment_id=advice.shipment_id,
        bill_of_lading=advice.bill_of_lading,
        packing_slip=advice.packing_slip,
        order_number=line.order_number,
        order_line=line.order_line,
        supplier=advice.supplier,
        quantity_damaged=_sum(line, DAMAGED),
        quantity_rejected=_sum(line, REJECTED),
        quantity_expected=line.quantity_advised,
        condition=conditions[0] if conditions else "",
        complete=advice.complete or any(condition in FINAL for condition in conditions),
    )
    held = _sum(line, HELD)
    good = line.quantity - received.quantity_damaged - received.quantity_rejected
    if not held:
        yield received
    elif held >= good or line.serials:
        yield replace(received, stock_status="hold")
    else:
        others = [condition for condition in conditions if condition not in HELD]
        yield replace(received, quantity=line.quantity - held, condition=others[0] if others else "", complete=False)
        yield replace(
            received, quantity=held, quantity_damaged=Decimal(0), quantity_rejected=Decimal(0),
            stock_status="hold", condition=next(condition for condition in conditions if condition in HELD),
        )  # fmt: skip


def _sum(line: ReceivedLine, conditions: frozenset[str]) -> Decimal:
    return sum((abs(v.quantity) for v in line.variances if v.condition in conditions), Decimal(0))


def refusal_of(line: ReceiptLine) -> str:
    """The condition under which what was refused of a line is told: its own, where that says so."""
    return line.condition if line.condition in REJECTED else "08"
