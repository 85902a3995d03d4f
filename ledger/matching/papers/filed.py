"""What is filed as it was said and never changed: promises, schedules, carriers' reports, invoices, agreed prices.

Which of them is in force follows from their own dates when they are read, so the order in which they arrived cannot
matter. Each record is one row of the table of the same columns; `seq` is the event that said it. Quantities are
integers in millionths of the part's base unit, times microseconds since 1970 UTC, amounts decimal text.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from ledger.masterdata import InexactConversion, to_base
from ledger.masterdata.units import Factor
from ledger.matching.resolved import ResolvedLine
from ledger.stock.bucket import MILLION


@dataclass(slots=True)
class OrderPrice:
    """Price of an order line from event `seq` on; `event` said it, and may have waited until then."""

    book: str
    site: str
    supplier: str
    order_number: str
    line: str
    seq: int
    event: int
    currency: str
    amount: str
    per: int
    """`amount` is for so many millionths of the base unit."""
    since: int = 0
    """When its document was made, else when it came: an invoice goes by the price of its day, or a later one."""


@dataclass(slots=True)
class Promise:
    """What a supplier promises of one order line, or (`line` "") of all lines it does not name."""

    book: str
    site: str
    supplier: str
    order_number: str
    seq: int
    entry: str
    """Identity of the acknowledged line within its event."""
    line: str
    """Identity of the order line."""
    status: str
    code: str
    quantity: int | None
    """None leaves it as ordered."""
    unit: str
    promised_at: int | None
    ships_at: int | None
    acknowledged_at: int
    acknowledgment: str
    currency: str
    amount: str
    """"" where no price was said."""
    per: int
    reason: str
    message: str
    document: str
    segment: int


class Required(NamedTuple):
    """One requirement, quantity as the release says it (see `ScheduledLine.quantities`)."""

    quantity: int
    due_at: int
    until: int | None
    """First moment after its bucket; None where it is a moment."""
    certainty: str
    reference: str = ""
    reference_kind: str = ""
    sequence: str = ""


class Authorized(NamedTuple):
    """How much may be made or bought in all."""

    kind: str
    quantity: int
    until: int | None = None
    since: int | None = None


@dataclass(slots=True)
class ScheduledLine:
    """One part of one release."""

    book: str
    site: str
    part: str
    direction: str
    counterparty: str
    """Our supplier id (supply), or who requires it of us (demand)."""
    schedule: str
    issued_at: int
    seq: int
    line: str
    number: str
    release: str
    purpose: str
    quantities: str
    replaces: bool
    """Takes the place of everything issued before; else it changes what it names."""
    basis: str
    ship_to: str
    """As sent, where a customer requires it; "" is our own site."""
    order_number: str
    order_line: str
    unit: str
    horizon_start: int | None
    horizon_end: int | None
    """First moment after the horizon."""
    created_at: int | None
    cum_required: int | None
    cum_received: int | None
    requirements: tuple[Required, ...]
    authorizations: tuple[Authorized, ...]
    message: str
    document: str
    segment: int


@dataclass(slots=True)
class CarrierReport:
    """One status under one reference; `site` is always "", since a load may serve several."""

    book: str
    site: str
    reference_kind: str
    """shipment_id | bill_of_lading | pro_number"""
    reference: str
    occurred_at: int
    seq: int
    entry: int
    """Place of the status within its event."""
    supplier: str
    carrier: str
    status: str
    code: str
    reason: str
    expected_at: int | None
    place: str
    message: str
    document: str
    segment: int


class Carried(NamedTuple):
    """What carriers said last: when, and when they expect the goods to arrive (None where they never said)."""

    reported_at: int
    expected_at: int | None


@dataclass(slots=True)
class CarrierNumber:
    """The carrier's own number of a shipment, as the notice `seq` said it."""

    book: str
    site: str
    supplier: str
    shipment_id: str
    seq: int
    carrier: str
    pro_number: str


@dataclass(slots=True)
class Invoice:
    """Header of an invoice or credit note."""

    book: str
    site: str
    supplier: str
    invoice_number: str
    seq: int
    partner: str
    invoice: str
    invoiced_at: int | None
    recorded_at: int
    currency: str
    order_number: str
    refers_to: str
    total: str
    charges: str
    """Sum of what belongs to no part; "" where nothing was said."""
    evaluated: bool
    """Payment follows the goods receipts, so the invoice asks for nothing."""
    message: str
    document: str


@dataclass(slots=True)
class InvoicedLine:
    """One invoiced line; of a credit note quantity and amount are negative."""

    book: str
    site: str
    supplier: str
    invoice_number: str
    seq: int
    line: str
    order_number: str
    order_line: str
    shipment_id: str
    receipt_id: str
    part: str
    unit: str
    quantity: int
    currency: str
    amount: str
    """Price, "" where none was said."""
    per: int
    extended: str
    """Amount of the whole line as sent, "" where none was."""
    segment: int


@dataclass(slots=True)
class Departure:
    """From where and how a shipment left, where its notice tells more than that it left."""

    book: str
    site: str
    supplier: str
    shipment_id: str
    seq: int
    ship_from: str
    mode: str
    responsible: str
    """Who answers for premium freight: supplier | buyer | carrier | unknown; "" where it was none."""
    reason: str
    authorization: str
    cost: str
    currency: str


@dataclass(slots=True)
class OrderVersion:
    """One delivery of an order line as it stood from `changed_at` on; those of one `seq` are one version.

    Filed where the row of the line does not tell it: of lines with several deliveries, and of lines that change.
    """

    book: str
    site: str
    supplier: str
    order_number: str
    line: str
    seq: int
    entry: int
    changed_at: int
    """0 for the version before the first change."""
    quantity: int
    due_at: int | None
    status: str


@dataclass(slots=True)
class LabelReport:
    """What a dock said of one container's label."""

    book: str
    site: str
    provider: str
    receipt_id: str
    line: str
    seq: int
    label: str


@dataclass(slots=True)
class DisruptionFiled:
    """One disruption that a supplier caused."""

    book: str
    site: str
    supplier: str
    number: str
    seq: int
    disruption: str
    fault: str
    occurred_at: int
    part: str
    """As sent."""
    minutes: int
    shipment_id: str
    text: str
    message: str
    document: str


@dataclass(slots=True)
class ScoreFiled:
    """A supplier's month as it was frozen; `site` is always "". Of several the last recorded is in force."""

    book: str
    site: str
    supplier: str
    month: str
    seq: int
    rules: str
    frozen_at: int
    reason: str
    card: str


@dataclass(slots=True)
class DocumentAnswer:
    """What became of a document that we sent; `site` is always "". One for each time that it was told."""

    book: str
    site: str
    partner: str
    sent: str
    """Our document: message and place in it."""
    seq: int
    document: str
    number: str
    status: str
    answered_with: str
    sent_at: int
    """When the partner had it, the last time that it was sent."""
    at: int
    """When it came to that."""
    answer: str
    """The partner's document, "" where none said so."""


Filed = (
    OrderPrice
    | Promise
    | ScheduledLine
    | CarrierReport
    | CarrierNumber
    | Invoice
    | InvoicedLine
    | Departure
    | OrderVersion
    | LabelReport
    | DisruptionFiled
    | ScoreFiled
    | DocumentAnswer
)


def per_base_unit(amount: Decimal, per: Decimal, line: ResolvedLine) -> tuple[str, int]:
    """A price in the line's unit as (amount, millionths of the base unit it is for), exactly."""
    found = to_base(per, Factor(line.numerator, line.denominator))
    if not isinstance(found, InexactConversion):
        return f"{amount:f}", found
    return f"{amount * found.denominator:f}", found.numerator


def value_of(quantity: int, amount: str, per: int) -> Decimal:
    """What a quantity costs at a price, unrounded as far as a Decimal goes."""
    return Decimal(amount) * quantity / per if per else Decimal(0)


NOTHING = ("", MILLION)
"""No price."""
