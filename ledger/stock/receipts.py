"""Movements of goods receipts in their simplest form: everything fits, nothing was booked before."""

from __future__ import annotations

from ledger.stock.bucket import Bucket, Movement


def movements_for_received(source: Bucket, target: Bucket, quantity: int, line: str) -> list[Movement]:
    """GoodsReceived against a notice line: in_transit -> where the goods stand now."""
    return [Movement(source, target, quantity, line)] if quantity > 0 else []
