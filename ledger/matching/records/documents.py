"""The records of matching: orders, shipments, goods receipts and links as they stand, with cases from beside it.

The book loads and saves them, decisions change them in place. A record with `new` is to be inserted, one with only
`touched` updated. Nothing here reads a database or a clock.

Quantities are integers in millionths of the part's base unit; times are microseconds since 1970 UTC, None when
unknown. Statuses are closed lists.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

import msgspec

from ledger.matching.records.cases import Case as Case
from ledger.matching.records.cases import Evidence as Evidence
from ledger.matching.records.cases import Task as Task
from ledger.matching.records.cumulatives import Cumulative as Cumulative
from ledger.matching.records.cumulatives import CumulativeAgreement as CumulativeAgreement
from ledger.matching.records.cumulatives import CumulativeKey as CumulativeKey
from ledger.matching.records.cumulatives import Told as Told


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
    """A match group: what is open for one part at one site."""

    book: str
    site: str
    part: str


class Order(msgspec.Struct, gc=False):
    key: OrderKey
    status: Literal["open", "cancelled"]
    seq: int
    partner: str
    order_type: str = ""
    currency: str = ""
    changed_seq: int = 0
    message: str = ""
    document: str = ""
    touched: bool = False
    new: bool = False


class Arrival(NamedTuple):
    """How much of an order line is to have come, in all, by a moment."""

    at: int
    quantity: int


class Delivery(NamedTuple):
    """So many of an order line, due then; from `late_at` on they should have been advised."""

    quantity: int
    due_at: int
    late_at: int


class OrderLine(msgspec.Struct, gc=False):
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
    deliveries: tuple[Delivery, ...] = ()
    """What is due when, in order of time, where the agreement holds the supplier to it."""
    wakes_at: int = 0
    """When it is looked at again by itself, since a delivery of it should have been advised; 0 never."""
    invoiced: int = 0
    """Running total of what invoices ask to be paid of it, less what was credited."""
    bills_due_at: int = 0
    """Until when what was invoiced last waits for its goods; 0 where nothing was."""
    late_at: int = 0
    """When it is looked whether it came in time, grace included; 0 once that is over, or where nothing is due."""
    arrivals: tuple[Arrival, ...] = ()
    """Of a line that comes in several: by when how much of it, in order of time, those that are looked at yet."""
    settled: int = 0
    """What was received beyond the quantity and decided in a case (D18)."""
    touched: bool = False
    new: bool = False


class Shipment(msgspec.Struct, gc=False):
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
    overtook: bool = False
    """A replacement that arrived before its original; the original is then recorded and changes nothing."""
    overdue_at: int = 0
    """When it is overdue if no goods of it have come (D15); 0 where that was looked at, or nobody expects it."""
    pro_number: str = ""
    told_closed: bool = False
    """Its partner, which is told of each notice when it has closed, was told of this one."""
    touched: bool = False
    new: bool = False


class NoticeLine(msgspec.Struct, gc=False):
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
    settled: int = 0
    """What of `cleared` no longer stands in the clearing account: accepted as short, or within tolerance."""
    unit_sent: str = ""
    numerator: int = 1
    denominator: int = 1
    """One unit as sent is numerator/denominator base units; answers go out in it where that is exact."""
    hold_reason: str = ""
    """Set when a finding holds the line: its goods go to quality_hold on arrival, for this reason."""
    owner: str = ""
    """Whose the goods are while in transit: "" ours, else our supplier id (title passes later)."""
    closed_at: int | None = None
    bad: bool = False
    """It has a supplier-fault discrepancy: counts once in ASN accuracy."""
    stock_segment: str = ""
    """Segment of goods that are under way between our sites."""
    release: str = ""
    reference: str = ""
    """What called for the goods: release authorisation number, kanban, delivery order, manifest."""
    packaging: str = ""
    """Codes of its containers and packs, parted by a comma; of a receipt line the one that it came in."""
    split_at: int = 0
    """When the rest of a line that came in part is overdue (D27), from its shipment's first goods receipt; 0 where
    that is not waited for."""
    touched: bool = False
    new: bool = False


class Receipt(msgspec.Struct, gc=False):
    """Header of a goods receipt."""

    key: ReceiptKey
    seq: int
    partner: str
    message: str = ""
    document: str = ""
    received_at: int = 0
    supplier_as_sent: str = ""
    ship_to_as_sent: str = ""
    booked_by: str = ""
    """The person who handed it in, "" where it was no person."""
    touched: bool = False
    new: bool = False


class ReceiptLine(msgspec.Struct, gc=False):
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
    """Those that are told apart: each once, and standing nowhere else when it came."""
    handling_unit: str = ""
    shipment_id: str = ""
    order_number: str = ""
    order_line: str = ""
    location: str = ""
    condition: str = ""
    complete: bool = False
    bill_of_lading: str = ""
    packing_slip: str = ""
    unit_sent: str = ""
    numerator: int = 1
    denominator: int = 1
    """One unit as sent is numerator/denominator base units."""
    stock_status: str = ""
    """What the receiver said of the goods: "", available, hold or damaged; or line_side, where they went straight."""
    received_at: int = 0
    waits_until: int | None = None
    """While it waits for its notice (D14 opens then); None when it does not."""
    matched: int = 0
    """Linked to notice lines; quantity - matched has no notice (D14) or is over (D17)."""
    rung: str = ""
    """Rung of the ladder that it stands on; `assumed` for FIFO."""
    status: Literal["open", "matched", "unmatched", "reversed", "waiting", "refused"] = "open"
    hold_reason: str = ""
    """D05 while its own revision is held against it; see `governing_hold`."""
    doubtful: int = 0
    """Pieces that should have a serial of their own and have none (D24): they are held."""
    lot_controlled: bool = False
    """Whether goods without a lot are held (D25)."""
    release: str = ""
    reference: str = ""
    pro_number: str = ""
    packaging: str = ""
    answers: tuple[str, ...] = ()
    """What a person said that it answers: (supplier, shipment id, notice line), or ("",) for no notice at all."""
    queued: bool = False
    """Notices that it may answer are known, and a person is to say which: see `ledger.matching.receiving.ladder`."""
    touched: bool = False
    new: bool = False


class Link(msgspec.Struct, gc=False):
    """A portion of a goods-receipt line: what it answers, which account it came out of and where it stands.

    The live links of a receipt line always add up to its quantity. A link answers a notice line and an order line,
    either of which may be absent. `source` is `notice` (out of in_transit), `supplier` (no notice, order known) or
    `clearing` (more than the notice, or nothing known); `state` is a stock state, an external account once a
    resolution sent it there, or "" when it was never there (a recount).
    """

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
    number: int = 0
    """Counts the links of one receipt line; with it the key."""
    source: Literal["notice", "supplier", "clearing", "adjustment"] = "notice"
    state: str = "available"
    hold_reason: str = ""
    damaged: bool = False
    settled: bool = False
    """A resolution decided it: later matching leaves it alone."""
    lot: str = ""
    revision: str = ""
    owner: str = ""
    serials: tuple[str, ...] = ()
    """Its pieces that are told apart; what it has beyond them stands together."""
    handling_unit: str = ""
    stock_segment: str = ""
    """What was known of the goods at our site that they came from, where the receiver names nothing else."""
    confidence: int = 0
    """How sure the rung is, of 100; 0 where it answers no notice."""
    touched: bool = False
    new: bool = False
