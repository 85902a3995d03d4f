"""Transfers between our sites, in two steps: goods leave one site, and come to the other.

One document is about two sites, and is recorded as one event for each of them.
"""

from __future__ import annotations

from datetime import datetime

from ledger.events.envelope import Event
from ledger.events.receipts import ReceiptLine
from ledger.events.stock import StockLine


class _Transfer(Event, frozen=True):
    from_place: str
    """Our site that the goods leave, as sent (`92:PLT07`) or by its id."""
    to_place: str
    """Our site that they go to."""
    place: str = ""
    """Which of both this event is for; the ledger fills it when it records one event per site."""


class TransferShipped(_Transfer, tag="TransferShipped", frozen=True):
    """Goods left one site for another. `number` is the transfer; lines name them as they stood.

    They are taken from what was allocated to the transfer (a line's `demand`, else its number), then from what is
    available; consigned, service-reserved or held goods go only where the line says that state.
    """

    expected_at: datetime | None = None
    """When they should arrive (DTM 017)."""
    carrier: str = ""
    """SCAC (TD503)."""
    bill_of_lading: str = ""
    packing_slip: str = ""
    to_owner: str | None = None
    """Whose the goods are from shipping on, by our id ("" is ours), where they change hands between companies; None
    leaves them whose they were."""
    lines: tuple[StockLine, ...] = ()


class TransferCancelled(_Transfer, tag="TransferCancelled", frozen=True):
    """The transfer is taken back before anything of it was received: its goods stand where they stood."""

    reason: str = ""


class TransferReceived(Event, tag="TransferReceived", frozen=True):
    """What the dock of the other site found. `number` is its goods receipt; `quantity` counts all that came."""

    transfer: str
    """Number of the transfer."""
    from_place: str
    """Our site that the goods left."""
    place: str
    """Our site that received them."""
    lines: tuple[ReceiptLine, ...] = ()


TRANSFERS: tuple[type[Event], ...] = (TransferShipped, TransferReceived, TransferCancelled)
