"""Calls from the line for goods, and their end without them."""

from __future__ import annotations

from datetime import datetime

from ledger.events.envelope import Event
from ledger.events.stock import StockLine


class ReplenishmentRequested(Event, tag="ReplenishmentRequested", frozen=True):
    """The line calls for goods. `number` is the call; each line says how much of a part is wanted at `to_location`.

    It sets nothing apart. What comes to stand there afterwards serves it, first what names the call as its `demand`.
    """

    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    needed_at: datetime | None = None
    """By when it is to be there; None leaves it to the time to answer that the house has set."""
    lines: tuple[StockLine, ...] = ()


class ReplenishmentWithdrawn(Event, tag="ReplenishmentWithdrawn", frozen=True):
    """The line no longer wants what it called for (`number` is the call); what came stays there."""

    place: str = ""


REPLENISHMENT: tuple[type[Event], ...] = (ReplenishmentRequested, ReplenishmentWithdrawn)
