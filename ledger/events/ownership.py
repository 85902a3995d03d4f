"""Whose goods are: a change of owner, and consumption that was booked by mistake."""

from __future__ import annotations

from decimal import Decimal

from ledger.events.envelope import Event
from ledger.events.stock import StockLine


class OwnershipLine(StockLine, frozen=True, kw_only=True):
    """Goods that change hands where they stand. `owner` is whose they were; "" is ours, here as in `to_owner`."""

    to_owner: str
    """Whose they are now: our id of a supplier or other party, or an identifier of it (`92:A123`)."""
    price: Decimal | None = None
    """What they are settled at, per `price_per` units; None takes the price of the order."""
    price_per: Decimal = Decimal(1)
    currency: str = ""


class OwnershipChanged(Event, tag="OwnershipChanged", frozen=True):
    """Consigned goods became ours, ours became somebody's, or one owner sold to the next. Nothing is moved."""

    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    lines: tuple[OwnershipLine, ...] = ()


class ConsumptionReversed(Event, tag="ConsumptionReversed", frozen=True):
    """Goods were booked as built in by mistake: they stand at the line again, or consigned where `owner` is named.

    `demand` names the VIN or work order that they were booked on; no more comes back than was booked on it.
    """

    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    lines: tuple[StockLine, ...] = ()


OWNERSHIP: tuple[type[Event], ...] = (OwnershipChanged, ConsumptionReversed)
