"""The whole of each notice that may close, where its partner is told of it when it has closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.events import (
    DiscrepancyResolved,
    GoodsReceiptMatched,
    GoodsReceived,
    ReceiptShortConfirmed,
    ShipmentNotified,
    ShipmentReplaced,
    TimePassed,
)
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.workset import Needs

if TYPE_CHECKING:
    from ledger.book.batch import Batch

CLOSING = (
    DiscrepancyResolved, GoodsReceiptMatched, GoodsReceived, ReceiptShortConfirmed, ShipmentNotified,
    ShipmentReplaced, TimePassed,
)  # fmt: skip
"""What may close the last line of a notice."""


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """Put the other lines of notices into the working set, with what came for them."""
    told, work = batch.policy.advises_notices, batch.loader.workset
    if not told or not isinstance(resolved.event, CLOSING):
        return
    keys = {
        key
        for key, shipment in work.shipments.items()
        if shipment.partner in told and not shipment.told_closed and shipment.status == "advised"
    }
    if keys:
        batch.loader.load(Needs(shipments=keys), resolved.book, ())
