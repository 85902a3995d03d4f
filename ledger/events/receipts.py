"""Goods receipts: what the dock found, and taking it back."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from ledger.events.envelope import Event, Line


class ReceiptLine(Line, frozen=True):
    """One received part. `quantity` counts everything that came, damaged and rejected included."""

    shipment_id: str = ""
    bill_of_lading: str = ""
    packing_slip: str = ""
    pro_number: str = ""
    """Of the carrier."""
    order_number: str = ""
    release: str = ""
    order_line: str = ""
    reference: str = ""
    """What called for the goods: release authorisation number, kanban, delivery order, manifest."""
    supplier: str = ""
    quantity_damaged: Decimal = Decimal(0)
    quantity_rejected: Decimal = Decimal(0)
    quantity_expected: Decimal | None = None
    """What the receiver expected; information only, the notice is the authority."""
    handling_unit: str = ""
    parent_handling_unit: str = ""
    packaging: str = ""
    """Code of the container or pack that they came in, as both sides name it."""
    condition: str = ""
    """Receiving condition, X12 data element 412 (01 damaged, 02 short and final, 03 over, 07 good, ...)."""
    complete: bool = False
    """No more will come for this notice line."""
    location: str = ""
    stock_status: Literal["", "available", "hold", "damaged"] = ""
    receipt_line: str = ""
    remarks: str = ""


class GoodsReceived(Event, tag="GoodsReceived", frozen=True):
    """What the dock found. `number` is the receiver's goods-receipt id; `occurred_at` when it was received."""

    ship_to: str = ""
    supplier: str = ""
    lines: tuple[ReceiptLine, ...] = ()


class GoodsReceiptReversed(Event, tag="GoodsReceiptReversed", frozen=True):
    """A goods receipt booked by mistake is taken back, wholly or for the named lines."""

    ship_to: str = ""
    reason: str = ""
    receipt_lines: tuple[str, ...] = ()
    """Line identities of the receipt; empty means all of it."""


class ShortLine(Line, frozen=True):
    """Of one notice line no more will come. `quantity` is what the receiver misses: information only."""

    shipment_id: str
    order_number: str = ""
    order_line: str = ""
    supplier: str = ""
    handling_unit: str = ""
    reason: str = ""
    remarks: str = ""


class ReceiptShortConfirmed(Event, tag="ReceiptShortConfirmed", frozen=True):
    """The receiver says that what is still missing of a shipment will not come (condition 02 without a receipt).

    What is in transit goes to clearing at once, before the close time of its line. `number` is the receiver's own.
    """

    ship_to: str = ""
    supplier: str = ""
    lines: tuple[ShortLine, ...] = ()


class GoodsReceiptMatched(Event, tag="GoodsReceiptMatched", frozen=True):
    """A person says which notice a line of a goods receipt answers, or that it answers none.

    `number` is the goods-receipt id. The last word holds; goods that a case decided on stay as they are.
    """

    ship_to: str = ""
    provider: str = ""
    """Partner id of who received."""
    receipt_line: str = ""
    """The line's identity within its goods receipt."""
    supplier: str = ""
    """Whose notice it is, as sent; "" is whose the goods are."""
    shipment_id: str = ""
    """The notice; "" says that none of them announced the goods."""
    notice_line: str = ""
    """Its line; "" where it has one of the part only."""
    reason: str = ""
