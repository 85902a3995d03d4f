"""Order acknowledgments: what a supplier promises about an order of ours. They move nothing and change no order."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from ledger.events.envelope import Event, Line, Price

PromiseStatus = Literal["accepted", "changed", "rejected", "backordered"]


class AcknowledgedLine(Line, frozen=True):
    """What is promised of one order line (ACK); an order line that is split has several.

    `quantity` is what this promise speaks of, 0 where the document leaves it as ordered.
    """

    status: PromiseStatus
    """`changed` is accepted with another date, quantity or price; `backordered` comes later, when it can be said."""
    order_line: str = ""
    quantity_ordered: Decimal | None = None
    """What was ordered, as the answer repeats it (PO102, POC03); information only, the order is the authority."""
    code: str = ""
    """Line item status as sent (ACK01): IA, IB, IC, DR, IQ, IP, IR, ..."""
    promised_at: datetime | None = None
    """When it will be delivered (ACK05 where ACK04 is 067)."""
    ships_at: datetime | None = None
    """When it will leave the supplier (ACK05 where ACK04 is 068)."""
    price: Price | None = None
    reason: str = ""


class OrderAcknowledged(Event, tag="OrderAcknowledged", frozen=True):
    """A supplier's answer to an order (855) or to its change (865). `number` is the order's, BAK03 or BCA03.

    Of several answers the one made last counts, whichever arrived last: by `acknowledged_at`, then by its own number.
    """

    supplier: str = ""
    ship_to: str = ""
    """"" takes the site at which the order stands."""
    release: str = ""
    ordered_at: datetime | None = None
    """Date of the order, as the answer repeats it (BAK04, BCA06); information only."""
    acknowledgment: str = ""
    """The supplier's own number of the acknowledgment (BAK08)."""
    acknowledged_at: datetime | None = None
    """When it was made (BAK09); None takes `created_at`, else when it came."""
    status: Literal["", "accepted", "rejected"] = ""
    """Of all lines that are not named (BAK02 AT, RJ); "" says nothing about them."""
    currency: str = ""
    """Of all prices that name none (CUR02)."""
    reason: str = ""
    """Why, in the supplier's words, where it speaks of the whole order."""
    lines: tuple[AcknowledgedLine, ...] = ()
