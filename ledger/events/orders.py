"""Orders: what we asked a supplier for, its changes and its end."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from ledger.events.envelope import Event, Line, Value


class Schedule(Value, frozen=True):
    """One delivery of an order line: how many, due when (SCH01, SCH06/07)."""

    quantity: Decimal
    due_at: datetime | None = None
    unit: str = ""


class OrderLine(Line, frozen=True):
    """One ordered part. `order_line` is PO101; the price is per `price_per` units, never converted."""

    order_line: str = ""
    price: Decimal | None = None
    price_per: Decimal = Decimal(1)
    price_basis: str = ""
    ship_to: str = ""
    schedule: tuple[Schedule, ...] = ()
    change: Literal["", "add", "replace", "delete"] = ""
    """Only in OrderChanged: what happens to the line; "" takes the line as its new whole."""


class _Order(Event, frozen=True):
    supplier: str = ""
    ship_to: str = ""
    bill_to: str = ""
    order_type: str = ""
    release: str = ""
    contract: str = ""
    currency: str = ""
    due_at: datetime | None = None
    line_count: int | None = None
    hash_total: Decimal | None = None
    lines: tuple[OrderLine, ...] = ()


class OrderPlaced(_Order, tag="OrderPlaced", frozen=True):
    """A purchase order in force (850 with BEG01 00, or the ERP's order)."""


class OrderChanged(_Order, tag="OrderChanged", frozen=True):
    """A change to an order. With `complete`, lines that are not named are cancelled (850 with BEG01 05)."""

    complete: bool = False
    ordered_at: datetime | None = None
    """Date of the order that it changes, as the change names it (BCH06); information only."""


class OrderCancelled(Event, tag="OrderCancelled", frozen=True):
    """The order is withdrawn; what has been advised or received stays as it is."""

    supplier: str = ""
    ship_to: str = ""
    ordered_at: datetime | None = None
    """Date of the order, as the cancellation names it (BCH06); information only."""
    reason: str = ""
