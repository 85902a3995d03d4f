"""The working set of one batch: what must be loaded (`Needs`) and what was (`Workset`).

The book loads what `Needs` asks for, `decide` changes the records in place and says which it touched, and the book
writes them back in the same database transaction. Nothing here reads a database or a clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ledger.masterdata import MasterData
from ledger.matching.brought import Brought
from ledger.matching.containments.scope import Containment, Criteria
from ledger.matching.deciding.case_identity import CaseIdentity, case_identity
from ledger.matching.papers.filed import Filed
from ledger.matching.read import Change, StockQuery, Use
from ledger.matching.records.calls import CallKey, LineCall
from ledger.matching.records.documents import (
    Case,
    Cumulative,
    CumulativeAgreement,
    CumulativeKey,
    GroupKey,
    Link,
    NoticeLine,
    Order,
    OrderKey,
    OrderLine,
    Receipt,
    ReceiptKey,
    ReceiptLine,
    Shipment,
    ShipmentKey,
)
from ledger.matching.records.transfers import TransferKey, TransferLine
from ledger.stock.bucket import Bucket
from ledger.stock.period import Period

__all__ = ["Change", "Needs", "StockQuery", "Use", "Workset"]


@dataclass(slots=True)
class Needs:
    """What must be loaded before a batch can be decided.

    A *whole* notice line is its record, its shipment's header, its live links, the receipt lines and receipt
    headers at their other ends with all their links, reversed ones too, and the order lines it and those links name.
    """

    groups: set[GroupKey] = field(default_factory=set)
    """The open notice lines, whole; and all lines of their shipments of which nothing was received yet."""
    unmatched: set[GroupKey] = field(default_factory=set)
    """The receipt lines in status `unmatched`, with their headers, all links, the order lines those name, and the
    notice lines that they answer or whose shipment they name, whole."""
    naming: set[tuple[str, str, str]] = field(default_factory=set)
    """(book, site, shipment id): the receipt lines in status `unmatched` that name it, as `unmatched`."""
    labels: set[tuple[GroupKey, str, str]] = field(default_factory=set)
    """(group, reference, handling unit): as `groups`, where no notice of that reference has the handling unit."""
    standing_back: set[ReceiptKey] = field(default_factory=set)
    """As `unmatched`, for the parts of those goods receipts."""
    orders: set[OrderKey] = field(default_factory=set)
    """Header and all lines."""
    order_parts: set[tuple[OrderKey, str]] = field(default_factory=set)
    """(order, part): header, and the lines of that part; "" is the header alone."""
    order_numbers: set[tuple[str, str, str]] = field(default_factory=set)
    """(book, site, order number): as `orders`, of whatever supplier."""
    shipments: set[ShipmentKey] = field(default_factory=set)
    """Header and all lines, whole, closed ones too."""
    references: set[tuple[str, str, str]] = field(default_factory=set)
    """(book, site, reference): the shipments of any supplier whose id, packing slip or bill of lading it is, as
    `shipments`."""
    receipts: set[ReceiptKey] = field(default_factory=set)
    """Header, all lines with their cumulatives, their links, and the notice lines at the other ends, whole."""
    cases: set[tuple[str, str]] = field(default_factory=set)
    """(book, case): the case, and the notice line (whole), receipt line (with its links) and order line it names."""
    cumulatives: set[GroupKey] = field(default_factory=set)
    """The cumulatives of all suppliers of that part at that site."""
    agreements: set[GroupKey] = field(default_factory=set)
    """The cumulative agreements of all suppliers on that part at that site, with what they count: the part as in
    `groups`, `unmatched` and `cumulatives`, and its open cases. One that stands in the database comes so with every
    notice and goods-receipt line of its part."""
    counted: set[GroupKey] = field(default_factory=set)
    """The open cases about counts and snapshots of that part at that site."""
    questioned: set[GroupKey] = field(default_factory=set)
    """The open cases about cumulatives of that part at that site."""
    transfers: set[TransferKey] = field(default_factory=set)
    """All lines of those transfers, as the site that sends them has them."""
    calls: set[CallKey] = field(default_factory=set)
    """All their lines, and the cases about their parts as in `counted`."""
    called: set[GroupKey] = field(default_factory=set)
    """The open calls for that part at that site, as `calls`."""
    due: set[tuple[str, int]] = field(default_factory=set)
    """(book, now): notice lines in status `open` with closes_at <= now, whole; receipt lines in status `unmatched`
    with waits_until <= now, as `unmatched`; cases whose escalation is due."""


@dataclass(slots=True)
class Workset(Brought):
    """Everything loaded. Keys that were asked for and are absent do not exist.

    Every event brings the cases of its book that are not closed and name its number as shipment, receipt or order
    (by the number alone: a case may be older than what is known of its site), and every loaded shipment, receipt and
    order brings its own. The book fills it with the same `add_*` that decisions use. A decision never depends on
    what else happens to be loaded.
    """

    orders: dict[OrderKey, Order] = field(default_factory=dict)
    order_lines: dict[tuple[OrderKey, str], OrderLine] = field(default_factory=dict)
    shipments: dict[ShipmentKey, Shipment] = field(default_factory=dict)
    notice_lines: dict[tuple[ShipmentKey, str], NoticeLine] = field(default_factory=dict)
    receipts: dict[ReceiptKey, Receipt] = field(default_factory=dict)
    receipt_lines: dict[tuple[ReceiptKey, str], ReceiptLine] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    closing: dict[ShipmentKey, tuple[int, int]] = field(default_factory=dict)
    """Shipments whose first goods this batch received: when their open lines close, and are told to be split. Lines
    that nothing came for need not be here, and get their times as they come in."""
    periods: dict[tuple[str, str], dict[str, Period]] = field(default_factory=dict)
    """(book, site) -> its periods by name; absent where no decision reads them."""
    cumulatives: dict[CumulativeKey, Cumulative] = field(default_factory=dict)
    agreements: dict[CumulativeKey, CumulativeAgreement] = field(default_factory=dict)
    transfer_lines: dict[tuple[TransferKey, str], TransferLine] = field(default_factory=dict)
    calls: dict[tuple[CallKey, str], LineCall] = field(default_factory=dict)
    calls_of_part: dict[GroupKey, list[LineCall]] = field(default_factory=dict)
    cases: dict[tuple[str, str], Case] = field(default_factory=dict)
    balances: dict[Bucket, int] = field(default_factory=dict)
    """Of the buckets that `watched(workset)` names, and of goods asked for by `StockQuery`, as they stand; decisions
    keep them current."""
    masterdata: MasterData = field(default_factory=MasterData)
    """In force, for what hangs on places and their calendars."""
    next_case: dict[str, int] = field(default_factory=dict)
    """Per book, the number of the next case."""

    containments: dict[str, Containment] = field(default_factory=dict)
    """By number: all that are open, and those that the events name."""
    containing: list[Containment] = field(default_factory=list)
    """The open ones in order of opening."""
    criteria: Criteria | None = None
    """For the containment that is being opened: what it names, in our terms."""
    sheets_changed: bool = False
    """One was opened or closed since the balances were brought in that decisions look at."""
    suspects: dict[str, dict[Bucket, int]] = field(default_factory=dict)
    """By number of a containment that is being decided, or that asks for the origin of goods: how much of what
    stands where it may mean, at most."""
    sure: dict[Bucket, int] = field(default_factory=dict)
    """Of the suspects of the containment that is being opened: how much is certainly meant."""

    past: dict[str, list[Change]] = field(default_factory=dict)
    """For the count or snapshot that is being decided: changes of goods recorded since its time, by part."""
    units: dict[str, str] = field(default_factory=dict)
    """Base units of the parts that a complete snapshot may have left out."""
    requested_by: dict[tuple[str, str], frozenset[str]] = field(default_factory=dict)
    """By (book, case) of the case that is being decided: the people whose lines wait for it."""
    recorded_by: dict[tuple[str, str], str] = field(default_factory=dict)
    """By (book, case) of the case that is being decided: the person who recorded what it is about, "" for none."""
    serial_at: dict[tuple[str, str, str], set[Bucket]] = field(default_factory=dict)
    """By (book, part, serial) that an event names or goods came under: where it stands, or stood in this batch."""
    used: dict[tuple[str, str, str, str], int] = field(default_factory=dict)
    """By (book, kind, number, stage) of the rulings about the event being decided: how much of each was used."""
    uses: list[Use] = field(default_factory=list)
    """What this batch used of rulings."""
    used_before: list[Use] = field(default_factory=list)
    """What the event that is read again had used of them as it was read before."""
    gone_before: dict[tuple[str, str, str], tuple[int, int]] = field(default_factory=dict)
    """By (book, site, part) whose revision hangs on a cumulative: built in so far, and standing at the line."""
    gone_stored: dict[tuple[str, str], tuple[int, int]] = field(default_factory=dict)
    """The same by (site, part), as it stood before this batch."""
    superseded: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """By (book, case) of superseded stock that is being decided: the old revisions."""
    stock_of: dict[tuple[str, str, str], dict[Bucket, None]] = field(default_factory=dict)
    """By (book, site, part) that was asked for: the goods that are there, those of this batch included."""

    filed: list[Filed] = field(default_factory=list)
    """What is to be kept as it was said: added to, and never read by a decision."""
    unfiled: list[int] = field(default_factory=list)
    """Sequences of events that were read again: what they filed before is taken out."""

    # Indices over the above, kept by add_*; the book neither loads nor saves them.
    lines_of_order: dict[OrderKey, list[OrderLine]] = field(default_factory=dict)
    lines_of_shipment: dict[ShipmentKey, dict[str, NoticeLine]] = field(default_factory=dict)
    lines_of_transfer: dict[TransferKey, dict[str, TransferLine]] = field(default_factory=dict)
    lines_of_receipt: dict[ReceiptKey, list[ReceiptLine]] = field(default_factory=dict)
    notice_lines_of_group: dict[GroupKey, list[NoticeLine]] = field(default_factory=dict)
    order_lines_of_part: dict[tuple[OrderKey, str], list[OrderLine]] = field(default_factory=dict)
    notice_lines_of_part: dict[tuple[ShipmentKey, str], list[NoticeLine]] = field(default_factory=dict)
    orders_of_number: dict[tuple[str, str, str], list[Order]] = field(default_factory=dict)
    lines_of_unit: dict[tuple[str, str, str, str], list[ReceiptLine]] = field(default_factory=dict)
    """By (book, site, part, handling unit): the goods-receipt lines that brought it."""
    naming: dict[tuple[str, str, str], list[ReceiptLine]] = field(default_factory=dict)
    """By (book, site, shipment id): the goods-receipt lines that name it and have, or had, something unmatched."""
    unmatched_of_group: dict[GroupKey, list[ReceiptLine]] = field(default_factory=dict)
    links_of_receipt: dict[tuple[ReceiptKey, str], list[Link]] = field(default_factory=dict)
    links_of_notice: dict[tuple[ShipmentKey, str], list[Link]] = field(default_factory=dict)
    shipments_of_reference: dict[tuple[str, str, str], list[Shipment]] = field(default_factory=dict)
    open_cases: dict[CaseIdentity, Case] = field(default_factory=dict)
    exceptions: list[Case] = field(default_factory=list)
    """Of the open cases those that signals asked for (D47)."""
    open_cases_of: dict[tuple[str, str], list[Case]] = field(default_factory=dict)
    """By (book, number) of the shipment, goods receipt or order they name."""
    open_cases_of_part: dict[GroupKey, list[Case]] = field(default_factory=dict)

    def add_containment(self, containment: Containment) -> None:
        """Add one, or note that its status is another now."""
        self.containments.setdefault(containment.number, containment)
        still = [one for one in self.containing if one.number != containment.number]
        if containment.status == "open":
            still = sorted([*still, containment], key=lambda one: one.seq)
        self.containing[:] = still
        self.sheets_changed = True

    def add_serial(self, bucket: Bucket) -> None:
        """A serial stands in the bucket, or comes to; in transit nobody has seen it yet."""
        if bucket.state != "in_transit":
            self.serial_at.setdefault((bucket.book, bucket.part, bucket.serial), set()).add(bucket)

    def add_order(self, order: Order) -> None:
        if order.key in self.orders:
            return
        self.orders[order.key] = order
        book, site, _, number = order.key
        self.orders_of_number.setdefault((book, site, number), []).append(order)

    def add_order_line(self, line: OrderLine) -> None:
        key = (line.key, line.line)
        if key in self.order_lines:
            return
        self.order_lines[key] = line
        self.lines_of_order.setdefault(line.key, []).append(line)
        self.order_lines_of_part.setdefault((line.key, line.part), []).append(line)

    def add_shipment(self, shipment: Shipment) -> None:
        """Add a header; a touched one takes the place of what stood under its key."""
        if shipment.key in self.shipments and not shipment.touched:
            return
        self.shipments[shipment.key] = shipment
        book, site, _, shipment_id = shipment.key
        for reference in {shipment_id, shipment.packing_slip, shipment.bill_of_lading, shipment.pro_number}:
            if reference:
                same = self.shipments_of_reference.setdefault((book, site, reference), [])
                same[:] = [other for other in same if other.key != shipment.key]
                same.append(shipment)

    def add_notice_line(self, line: NoticeLine) -> None:
        """Add a line; a touched one takes the place of what stood under its key."""
        key = (line.key, line.line)
        earlier = self.notice_lines.get(key)
        if earlier is not None:
            if not line.touched:
                return
            self._forget_notice_line(earlier)
        self.notice_lines[key] = line
        self.lines_of_shipment.setdefault(line.key, {})[line.line] = line
        self.notice_lines_of_part.setdefault((line.key, line.part), []).append(line)
        self.notice_lines_of_group.setdefault(GroupKey(line.key.book, line.key.site, line.part), []).append(line)

    def begin_closing(self, line: NoticeLine) -> None:
        """Something of its shipment was received: an open line has so long from then on."""
        times = self.closing.get(line.key)
        if times is not None and line.status == "open" and line.closes_at is None:
            line.closes_at, line.split_at = times
            line.touched = True

    def _forget_notice_line(self, line: NoticeLine) -> None:
        for index in (
            self.notice_lines_of_part[(line.key, line.part)],
            self.notice_lines_of_group[GroupKey(line.key.book, line.key.site, line.part)],
        ):
            index[:] = [other for other in index if other is not line]

    def add_transfer_line(self, line: TransferLine) -> None:
        """Add a line; a touched one takes the place of what stood under its key."""
        if (line.key, line.line) in self.transfer_lines and not line.touched:
            return
        self.transfer_lines[line.key, line.line] = line
        self.lines_of_transfer.setdefault(line.key, {})[line.line] = line

    def add_receipt(self, receipt: Receipt) -> None:
        self.receipts.setdefault(receipt.key, receipt)

    def add_receipt_line(self, line: ReceiptLine) -> None:
        key = (line.key, line.line)
        if key in self.receipt_lines:
            return
        self.receipt_lines[key] = line
        self.lines_of_receipt.setdefault(line.key, []).append(line)
        if line.handling_unit:
            unit = (line.key.book, line.key.site, line.part, line.handling_unit)
            self.lines_of_unit.setdefault(unit, []).append(line)
        if line.status == "unmatched":
            self.add_unmatched(line)

    def add_unmatched(self, line: ReceiptLine) -> None:
        """Note that part of the line has no notice; idempotent."""
        group = self.unmatched_of_group.setdefault(GroupKey(line.key.book, line.key.site, line.part), [])
        if not any(other is line for other in group):
            group.append(line)
        if line.shipment_id:
            same = self.naming.setdefault((line.key.book, line.key.site, line.shipment_id), [])
            if not any(other is line for other in same):
                same.append(line)

    def unmatched(self, group: GroupKey) -> list[ReceiptLine]:
        """The goods-receipt lines that may lack a notice, in the order they were recorded: rows come in any."""
        lines = self.unmatched_of_group.get(group, ())
        return sorted(lines, key=lambda line: (line.seq, line.key, line.line)) if len(lines) > 1 else list(lines)

    def links_of_order(self, order: OrderLine) -> list[Link]:
        """The live links of an order line, in the order they came in. Looked for among all: few decisions ask."""
        key, line = order.key, order.line
        return [link for link in self.links if link.order_line == line and link.order == key and not link.reversed]

    def lines_in_order(self, key: OrderKey) -> list[OrderLine]:
        """The lines of an order as they were said: rows come in any order."""
        return sorted(self.lines_of_order.get(key, ()), key=_as_said)

    def lines_in_receipt(self, key: ReceiptKey) -> list[ReceiptLine]:
        """The lines of a goods receipt as they were said."""
        return sorted(self.lines_of_receipt.get(key, ()), key=_as_said)

    def shipments_called(self, book: str, site: str, reference: str) -> list[Shipment]:
        """Shipments that carry a reference, whoever sent them, in the order they were recorded."""
        return sorted(
            self.shipments_of_reference.get((book, site, reference), ()), key=lambda one: (one.seq, one.key)
        )

    def cases_about(self, book: str, number: str) -> list[Case]:
        """Open cases that name a shipment, goods receipt or order, in the order they were opened."""
        return sorted(self.open_cases_of.get((book, number), ()), key=_as_opened)

    def add_link(self, link: Link) -> None:
        """Add a live or dead link once; the key is (receipt, receipt_line, number)."""
        mine = self.links_of_receipt.setdefault((link.receipt, link.receipt_line), [])
        if any(other.number == link.number for other in mine):
            assert not link.new, f"link {link.number} of {link.receipt} is there already"  # noqa: S101
            return
        mine.append(link)
        self.links.append(link)
        if link.shipment is not None:
            self.links_of_notice.setdefault((link.shipment, link.notice_line), []).append(link)

    def add_cumulative(self, cumulative: Cumulative) -> None:
        self.cumulatives.setdefault(cumulative.key, cumulative)

    def add_agreement(self, agreement: CumulativeAgreement) -> None:
        self.agreements.setdefault(agreement.key, agreement)

    def add_call(self, call: LineCall) -> None:
        if self.calls.setdefault((call.key, call.line), call) is call:
            group = GroupKey(call.key.book, call.key.site, call.part)
            self.calls_of_part.setdefault(group, []).append(call)

    def add_case(self, case: Case) -> None:
        key = (case.book, case.case)
        if key in self.cases:
            return
        self.cases[key] = case
        if case.status != "closed":
            self.open_again(case)
            if case.code == "D47":
                self.exceptions.append(case)

    def open_again(self, case: Case) -> None:
        """Put a case among the open ones; idempotent."""
        if self.open_cases.get(case_identity(case)) is case:
            return
        self.open_cases[case_identity(case)] = case
        for number in {case.shipment_id, case.receipt_id, case.order_number} - {""}:
            self.open_cases_of.setdefault((case.book, number), []).append(case)
        self.open_cases_of_part.setdefault(GroupKey(case.book, case.site, case.part), []).append(case)

    def close_case(self, case: Case) -> None:
        """Take a case out of the open ones; it stays among `cases`."""
        self.open_cases.pop(case_identity(case), None)
        for number in {case.shipment_id, case.receipt_id, case.order_number} - {""}:
            cases = self.open_cases_of.get((case.book, number), [])
            cases[:] = [other for other in cases if other is not case]
        of_part = self.open_cases_of_part.get(GroupKey(case.book, case.site, case.part), [])
        of_part[:] = [other for other in of_part if other is not case]


def _as_said(line: OrderLine | ReceiptLine) -> tuple[int, int, str]:
    return line.seq, line.segment, line.line


def _as_opened(case: Case) -> tuple[int, str]:
    return int(case.case.removeprefix("C") or 0), case.case
