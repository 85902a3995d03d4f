"""The working set of one batch: open lines and headers in memory, changed by decisions, saved by the book.

The book loads what `Needs` asks for, `decide` changes these records in place and says which it touched, and the
book writes them back in the same database transaction. Nothing here reads a database or a clock.

Quantities are integers in millionths of the part's base unit; times are microseconds since 1970 UTC, None when
unknown. Statuses are closed lists.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from ledger.stock.bucket import Bucket


class OrderKey(NamedTuple):
    """One order of one supplier at one site. `supplier` is our id."""

    book: str
    site: str
    supplier: str
    order_number: str


class ShipmentKey(NamedTuple):
    book: str
    site: str
    supplier: str
    shipment_id: str


class ReceiptKey(NamedTuple):
    """`provider` is the partner id of who received."""

    book: str
    site: str
    provider: str
    receipt_id: str


class GroupKey(NamedTuple):
    """A match group: everything open for one part at one site."""

    book: str
    site: str
    part: str


@dataclass(slots=True)
class Order:
    key: OrderKey
    status: Literal["open", "cancelled"]
    seq: int
    partner: str
    order_type: str = ""
    currency: str = ""
    changed_seq: int = 0
    touched: bool = False


@dataclass(slots=True)
class OrderLine:
    """One requirement. `advised` and `received` are running totals over the links; open = quantity - received."""

    key: OrderKey
    line: str
    order_line: str
    part: str
    part_revision: str
    unit: str
    quantity: int
    seq: int
    segment: int = 0
    due_at: int | None = None
    advised: int = 0
    received: int = 0
    blanket: bool = False
    """Price and authority only: its quantity limits nothing."""
    status: Literal["open", "closed", "cancelled"] = "open"
    touched: bool = False


@dataclass(slots=True)
class Shipment:
    """Header of a notice. `first_received_at` guards replacement and cancellation (D42)."""

    key: ShipmentKey
    status: Literal["advised", "waiting", "refused", "cancelled"]
    seq: int
    partner: str
    revision: int = 0
    """Event revision that carries the notice now in force."""
    message: str = ""
    document: str = ""
    shipped_at: int | None = None
    expected_at: int | None = None
    notified_at: int = 0
    """When we received the notice (`recorded_at`); ASN timeliness compares it with `shipped_at`."""
    first_received_at: int | None = None
    bill_of_lading: str = ""
    packing_slip: str = ""
    supplier_as_sent: str = ""
    ship_to_as_sent: str = ""
    touched: bool = False


@dataclass(slots=True)
class NoticeLine:
    """One advised line. Open in transit = quantity - received - cleared, never below zero (law 3)."""

    key: ShipmentKey
    line: str
    part: str
    part_number: str
    part_revision: str
    unit: str
    quantity: int
    seq: int
    segment: int = 0
    lot: str = ""
    order_number: str = ""
    order_line: str = ""
    order_line_identity: str = ""
    """`OrderLine.line` it was matched to, "" when to none."""
    handling_units: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    posted: int = 0
    """What entered in_transit: less than `quantity` where a goods receipt came before the notice."""
    received: int = 0
    damaged: int = 0
    cleared: int = 0
    over: int = 0
    status: Literal["open", "closed", "replaced", "cancelled", "waiting", "refused"] = "open"
    closes_at: int | None = None
    closed_at: int | None = None
    bad: bool = False
    """It has a supplier-fault discrepancy: counts once in ASN accuracy."""
    touched: bool = False


@dataclass(slots=True)
class ReceiptLine:
    """One goods-receipt line and what it was matched to."""

    key: ReceiptKey
    line: str
    part: str
    part_number: str
    part_revision: str
    unit: str
    supplier: str
    quantity: int
    damaged: int
    seq: int
    segment: int = 0
    lot: str = ""
    serials: tuple[str, ...] = ()
    handling_unit: str = ""
    shipment_id: str = ""
    order_number: str = ""
    order_line: str = ""
    location: str = ""
    condition: str = ""
    complete: bool = False
    received_at: int = 0
    matched: int = 0
    """Linked to notice lines; quantity - matched has no notice (D14) or is over (D17)."""
    rung: str = ""
    """Rung of the ladder that matched it; `assumed` for FIFO."""
    status: Literal["open", "matched", "unmatched", "reversed", "waiting", "refused"] = "open"
    touched: bool = False


@dataclass(slots=True)
class Link:
    """A quantity of a goods-receipt line that answers a notice line and an order line ("" where there is none)."""

    receipt: ReceiptKey
    receipt_line: str
    shipment: ShipmentKey | None
    notice_line: str
    order: OrderKey | None
    order_line: str
    quantity: int
    rung: str
    seq: int
    reversed: bool = False
    touched: bool = False


class Evidence(NamedTuple):
    """A document's segment that supports a finding."""

    message: str
    document: str
    segment: int


@dataclass(slots=True)
class Case:
    """One discrepancy. The quantity is what is in question; expected and actual are the two values that differ."""

    book: str
    site: str
    case: str
    """`C<n>`, numbered per book."""
    code: str
    status: Literal["open", "assigned", "waiting", "resolved", "closed"]
    part: str
    unit: str
    quantity: int
    expected: int
    actual: int
    opened_seq: int
    opened_at: int
    supplier: str = ""
    partner: str = ""
    shipment_id: str = ""
    notice_line: str = ""
    receipt_provider: str = ""
    receipt_id: str = ""
    receipt_line: str = ""
    order_number: str = ""
    order_line: str = ""
    grade: str = ""
    fault: str = "unknown"
    cause: str = ""
    """Cause group: findings that share it are one physical cause and cost one penalty."""
    rule: str = ""
    """The tolerance rule that applied, as its place in the cascade."""
    text: str = ""
    owner: str = ""
    due_at: int | None = None
    clearing: int = 0
    """What stands in the clearing account for it: + we hold more than was advised, - less. Closed only at 0."""
    resolution: str = ""
    resolved_at: int | None = None
    comment: str = ""
    evidence: tuple[Evidence, ...] = ()
    touched: bool = False


@dataclass(slots=True)
class Needs:
    """What must be loaded before a batch can be decided."""

    groups: set[GroupKey] = field(default_factory=set)
    orders: set[OrderKey] = field(default_factory=set)
    shipments: set[ShipmentKey] = field(default_factory=set)
    receipts: set[ReceiptKey] = field(default_factory=set)
    cases: set[tuple[str, str]] = field(default_factory=set)
    """(book, case)."""


@dataclass(slots=True)
class Workset:
    """Everything loaded. Keys that were asked for and are absent do not exist.

    A group brings its open order lines, open notice lines and unmatched receipt lines; a shipment or receipt
    brings its header and all its lines and links, closed ones too; an order brings its header and all lines.
    """

    orders: dict[OrderKey, Order] = field(default_factory=dict)
    order_lines: dict[tuple[OrderKey, str], OrderLine] = field(default_factory=dict)
    shipments: dict[ShipmentKey, Shipment] = field(default_factory=dict)
    notice_lines: dict[tuple[ShipmentKey, str], NoticeLine] = field(default_factory=dict)
    receipt_lines: dict[tuple[ReceiptKey, str], ReceiptLine] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    cases: dict[tuple[str, str], Case] = field(default_factory=dict)
    balances: dict[Bucket, int] = field(default_factory=dict)
    """Only the buckets that a reversal or resolution must look at (see `Needs`); the writer checks all others."""
    next_case: dict[str, int] = field(default_factory=dict)
    """Per book, the number of the next case."""
