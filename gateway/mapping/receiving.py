"""A receiving advice of whoever receives for us (861, 944) as the dock's own facts. Pure."""

from __future__ import annotations

from decimal import Decimal

from ledger.advices import ReceivedLine, ReceivingAdvice
from ledger.events import GoodsReceived, ReceiptLine

DAMAGED = frozenset({"01"})
REJECTED = frozenset({"04", "08", "09", "10"})
"""Receiving conditions whose quantity came, but not as good stock. Source: X12 data element 412."""
FINAL = frozenset({"02"})


def goods_received_from(advice: ReceivingAdvice) -> GoodsReceived:
    """An 861 of whoever receives for us (a logistics provider): the dock's own facts, not an answer to us."""
    return GoodsReceived(
        number=advice.receipt_id or advice.number,
        occurred_at=advice.received_at,
        created_at=advice.created_at,
        ship_to=advice.ship_to,
        supplier=advice.supplier,
        lines=tuple(_line(advice, line) for line in advice.lines),
    )


def _line(advice: ReceivingAdvice, line: ReceivedLine) -> ReceiptLine:
    conditions = [variance.condition for variance in line.variances]
    return ReceiptLine(
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


def _sum(line: ReceivedLine, conditions: frozenset[str]) -> Decimal:
    return sum((abs(v.quantity) for v in line.variances if v.condition in conditions), Decimal(0))


def refusal_of(line: ReceiptLine) -> str:
    """The condition under which what was refused of a line is told: its own, where that says so."""
    return line.condition if line.condition in REJECTED else "08"
