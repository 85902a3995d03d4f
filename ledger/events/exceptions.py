"""Exceptions that a signal raised and no figure of the books shows by itself: a case for somebody, and its end."""

from __future__ import annotations

from decimal import Decimal

from ledger.events.envelope import Event


class ExceptionRaised(Event, tag="ExceptionRaised", frozen=True):
    """Somebody has to look at something. It opens one case (D47) for each `cause`, and moves nothing.

    `number` is the firing that raised it. Parts, suppliers and places are named as we know them.
    """

    signal: str
    """Its kind, `receipt_late`."""
    cause: str
    """What brought it about, `order:PO1/10`: while a case is open for it, no second one is."""
    place: str = ""
    """Our site id, or the place as sent; "" where it is about none."""
    supplier: str = ""
    part: str = ""
    quantity: Decimal = Decimal(0)
    unit: str = ""
    """The part's base unit."""
    text: str = ""
    owner: str = ""
    """The role that works on it; "" leaves it to the class."""
    answer_hours: Decimal | None = None
    order_number: str = ""
    order_line: str = ""
    """Identity of the line in the order; when all of it has come, its case closes."""
    shipment_id: str = ""


class ExceptionCleared(Event, tag="ExceptionCleared", frozen=True):
    """What an exception was raised for is over: its case closes by itself, if nobody closed it before."""

    cause: str
    place: str = ""
    part: str = ""
    text: str = ""


EXCEPTIONS: tuple[type[Event], ...] = (ExceptionRaised, ExceptionCleared)
