"""Premium freight: whether a notice says that its goods were rushed. Who is to answer for it is the scorecard's."""

from __future__ import annotations

from ledger.events import ShipmentNotified, ShipmentReplaced

EXPEDITED = frozenset({"E", "AE"})
"""Modes of transport (TD504) that are premium freight by themselves."""


def is_premium(event: ShipmentNotified | ShipmentReplaced) -> bool:
    """By its mode, by an excess transportation detail (ETD), or by an authorisation for it (REF AE)."""
    return bool(
        event.mode in EXPEDITED or event.premium_freight or event.premium_reason or event.premium_authorization
    )
