"""What others say, or fail to say, about what we sent."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

from ledger.events.envelope import Event, Line, Value

SentStatus = Literal["overdue", "rejected", "partial", "accepted", "reviewed", "rewritten"]


class AnsweredFault(Value, frozen=True):
    """What a partner says is wrong in a document of ours, with its place there."""

    code: str = ""
    """As it says it: TED01 of an 824, AK304 or AK403 of a 997, TA105."""
    text: str = ""
    segment: int = 0
    """Counts ST as 1; 0 where no segment is named."""
    tag: str = ""
    element: int = 0
    value: str = ""


class AcknowledgmentReported(Event, tag="AcknowledgmentReported", frozen=True):
    """What became of a document that we sent, once it is more than awaited and accepted. `number` is the document's
    business number, else `sent`.

    Only what asks for somebody is told, and what ends that: an acceptance that had been waited for is none of it,
    unless the partner is measured by its acknowledgments (`acknowledges_documents`).
    """

    sent: str
    """Our document: the message that left and its place in it (`m_....1`)."""
    document: str
    """Its type: 850, 830, 861, ..."""
    status: SentStatus
    """`overdue`: not acknowledged in time; `reviewed`: a person settled it; `rewritten`: another takes its place."""
    to: str = ""
    """Partner that it went to."""
    answer: str = ""
    """The partner's document that says so, or the message where it is a TA1."""
    answered_with: str = ""
    """997, 999, 824 or TA1."""
    sent_at: datetime | None = None
    """When the partner had it, the last time that it was sent; None where that was not told."""
    resends: int = 0
    """How often it went again by itself; the last time now, where `sends_again`."""
    sends_again: bool = False
    faults: tuple[AnsweredFault, ...] = ()
    comment: str = ""


class CustomerVariance(Value, frozen=True):
    """A quantity that a customer questions, and its receiving condition (RCD06 to RCD08)."""

    quantity: Decimal
    """In the line's unit."""
    condition: str = ""
    """X12 data element 412: 01 damaged, 02 short, 03 over, ..."""


class CustomerReceiptLine(Line, frozen=True):
    """What a customer received of one part. `quantity` counts all that came, damaged included (RCD02)."""

    order_number: str = ""
    """The customer's."""
    order_line: str = ""
    quantity_shipped: Decimal = Decimal(0)
    """What our books have as shipped of the part, in its base unit; 0 where it was not in the shipment."""
    quantity_advised: Decimal | None = None
    """What our notice said, as the customer repeats it (SN102)."""
    cum_received: Decimal | None = None
    variances: tuple[CustomerVariance, ...] = ()


class CustomerReceiptReported(Event, tag="CustomerReceiptReported", frozen=True):
    """A customer's receiving advice (861) about goods that we shipped. `number` is our shipment.

    Lines say what the books had as shipped when it came, so that both can be compared whenever they are read.
    """

    advice: str = ""
    """The customer's own number of it (BRA01)."""
    customer: str = ""
    """Partner that received."""
    shipped_from: str = ""
    """Our site that the goods left; "" where the books did not have the shipment yet. Then it waits for it, a day at
    the most, and its lines do not say what was shipped."""
    receipt_id: str = ""
    received_at: datetime | None = None
    lines: tuple[CustomerReceiptLine, ...] = ()


ANSWERS: tuple[type[Event], ...] = (AcknowledgmentReported, CustomerReceiptReported)
