"""Movements when a notice line closes short."""

from __future__ import annotations

from ledger.stock.accounts import external_account
from ledger.stock.bucket import Bucket, Movement


def movements_for_closed_short(in_transit: Bucket, quantity: int, account: str, line: str) -> list[Movement]:
    """What did not come leaves in_transit: to clearing while a case is open, to supplier where it is let pass."""
    target = external_account(in_transit.book, in_transit.site, in_transit.part, account)
    return [Movement(in_transit, target, quantity, line)] if quantity > 0 else []
