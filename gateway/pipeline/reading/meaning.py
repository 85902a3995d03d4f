"""What a received document means by agreement: which events it may make. Pure."""

from __future__ import annotations

from ledger.events import MASTER_DATA, Event, TimePassed, kind_of

KINDS_OF: dict[str, frozenset[str]] = {
    "OrderPlaced": frozenset({"OrderPlaced", "OrderChanged", "OrderCancelled"}),
    "ShipmentNotified": frozenset({"ShipmentNotified", "ShipmentReplaced", "ShipmentCancelled"}),
    "GoodsReceived": frozenset({"GoodsReceived", "GoodsReceiptReversed", "ReceiptShortConfirmed"}),
    "DiscrepancyResolved": frozenset({"DiscrepancyResolved"}),
    "InventoryAdjusted": frozenset({"InventoryAdjusted", "OwnershipChanged", "CustomerReturnReceived"}),
    "TransferShipped": frozenset({"TransferShipped", "TransferCancelled"}),
    "MasterData": frozenset(kind.__name__ for kind in MASTER_DATA),
}
"""Replacing and cancelling go with telling; `MasterData` is any row of it, and adjustments (947) come
with changes of owner and customers' returns."""

ABOUT_WHAT_WE_SENT = frozenset({"ReceivingAdvice", "ApplicationAdvice", "reconcile"})


def is_agreed(event: Event, meaning: str) -> bool:
    """`events` (our own systems) may say everything but what time it is; any other meaning only its own kinds."""
    if isinstance(event, TimePassed):
        return False
    return meaning == "events" or kind_of(event) in KINDS_OF.get(meaning, frozenset({meaning}))
