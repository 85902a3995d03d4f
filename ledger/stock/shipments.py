"""Movements of shipment events: goods leave the supplier's account and are on their way, or are no longer."""

from __future__ import annotations

from ledger.stock.accounts import external_account
from ledger.stock.bucket import Bucket, Movement


def movements_for_notified(in_transit: Bucket, quantity: int, line: str, account: str = "supplier") -> list[Movement]:
    """ShipmentNotified: supplier -> in_transit; a transfer comes out of its own account."""
    sender = external_account(in_transit.book, in_transit.site, in_transit.part, account)
    return [Movement(sender, in_transit, quantity, line)] if quantity > 0 else []


def movements_for_withdrawn(
    in_transit: Bucket, quantity: int, line: str, account: str = "supplier"
) -> list[Movement]:
    """ShipmentReplaced and ShipmentCancelled, for what the earlier notice had under way: in_transit -> supplier."""
    sender = external_account(in_transit.book, in_transit.site, in_transit.part, account)
    return [Movement(in_transit, sender, quantity, line)] if quantity > 0 else []
