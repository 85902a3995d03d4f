"""What a batch must load before it can be decided."""

from __future__ import annotations

from collections.abc import Iterable

from ledger.events import (
    ABOUT_CASES,
    COUNTS,
    EXCEPTIONS,
    OF_THE_HOUSE,
    REPLENISHMENT,
    GoodsReceiptMatched,
    GoodsReceiptReversed,
    GoodsReceived,
    GoodsReturned,
    InspectionFailed,
    InvoiceLine,
    MaterialIssued,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    PartSubstituted,
    ReceiptLine,
    ReceiptShortConfirmed,
    ReturnDisposed,
    ScheduleReleased,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    ShortLine,
    SupplierInvoiceReceived,
    TimePassed,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
)
from ledger.matching.receiving.positions import stands
from ledger.matching.records.calls import CallKey
from ledger.matching.records.documents import GroupKey, OrderKey, ReceiptKey, ShipmentKey
from ledger.matching.records.transfers import TransferKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, microseconds
from ledger.matching.workset import Needs, Workset
from ledger.policy import Policy
from ledger.stock.bucket import Bucket

_SERVES = frozenset({MaterialIssued, PartSubstituted, GoodsReceived})
"""What may bring goods to the line."""


def needs(events: Iterable[ResolvedEvent], policy: Policy) -> Needs:
    """Keys of everything the decisions about these events may read."""
    wanted = Needs()
    for resolved in events:
        event = resolved.event
        if type(event) in _SERVES:
            parts = {line.part for line in resolved.lines if line.part and _goes_to_the_line(line)}
            wanted.called.update(GroupKey(resolved.book, resolved.site, part) for part in parts)
        if resolved.missing or type(event) in OF_THE_HOUSE:
            continue
        if isinstance(event, OrderPlaced | OrderChanged):
            _for_order(wanted, resolved, policy)
        elif isinstance(event, OrderCancelled | OrderAcknowledged):
            wanted.orders.add(OrderKey(resolved.book, resolved.site, resolved.supplier, event.number))
        elif isinstance(event, ShipmentNotified | ShipmentReplaced):
            _for_notice(wanted, resolved, policy)
        elif isinstance(event, SupplierInvoiceReceived):
            _for_invoice(wanted, resolved, event)
        elif isinstance(event, ScheduleReleased):
            if policy.reads_schedules:
                groups = {GroupKey(resolved.book, resolved.site, line.part) for line in resolved.lines if line.part}
                wanted.groups |= groups
                wanted.agreements |= groups
        elif isinstance(event, ShipmentCancelled):
            wanted.shipments.add(ShipmentKey(resolved.book, resolved.site, resolved.supplier, event.number))
        elif isinstance(event, GoodsReceived):
            _for_receipt(wanted, resolved, policy)
        elif isinstance(event, ReceiptShortConfirmed):
            _for_short(wanted, resolved)
        elif isinstance(event, GoodsReceiptReversed):
            key = ReceiptKey(resolved.book, resolved.site, event.partner, event.number)
            wanted.receipts.add(key)
            wanted.standing_back.add(key)
        elif isinstance(event, GoodsReceiptMatched):
            wanted.receipts.add(ReceiptKey(resolved.book, resolved.site, event.provider, event.number))
            if event.shipment_id:
                wanted.references.add((resolved.book, resolved.site, event.shipment_id))
        elif isinstance(event, TransferShipped | TransferCancelled | TransferReceived):
            _for_transfer(wanted, resolved)
        elif isinstance(event, InspectionFailed):
            wanted.cumulatives.update(GroupKey(resolved.book, resolved.site, line.part) for line in resolved.lines)
            if event.shipment_id and resolved.supplier:
                wanted.shipments.add(ShipmentKey(resolved.book, resolved.site, resolved.supplier, event.shipment_id))
        elif isinstance(event, GoodsReturned | ReturnDisposed):
            groups = {GroupKey(resolved.book, resolved.site, line.part) for line in resolved.lines if line.part}
            wanted.cumulatives |= groups
            wanted.agreements |= groups
        elif isinstance(event, ABOUT_CASES):
            wanted.cases.add((resolved.book, event.number))
        elif isinstance(event, COUNTS):
            wanted.counted.update(GroupKey(resolved.book, resolved.site, line.part) for line in resolved.lines)
        elif isinstance(event, REPLENISHMENT):
            wanted.calls.add(CallKey(resolved.book, resolved.site, event.partner, event.number))
        elif isinstance(event, EXCEPTIONS):
            wanted.counted.add(GroupKey(resolved.book, resolved.site, event.part))  # type: ignore[attr-defined]
        elif isinstance(event, TimePassed):
            now = microseconds(event.occurred_at)
            if now is not None:
                wanted.due.add((resolved.book, now))
    return wanted


def _goes_to_the_line(line: ResolvedLine) -> bool:
    return line.at_line if isinstance(line.said, ReceiptLine) else True


def _for_order(wanted: Needs, resolved: ResolvedEvent, policy: Policy) -> None:
    book, site = resolved.book, resolved.site
    wanted.orders.add(OrderKey(book, site, resolved.supplier, resolved.event.number))
    if policy.keeps_requirements:
        # Its days may be others now for what is under way.
        wanted.groups.update(GroupKey(book, site, line.part) for line in resolved.lines if line.part)
    wanted.unmatched.update(GroupKey(book, site, line.part) for line in resolved.lines if line.part)


def _for_notice(wanted: Needs, resolved: ResolvedEvent, policy: Policy) -> None:
    book, site, supplier = resolved.book, resolved.site, resolved.supplier
    wanted.shipments.add(ShipmentKey(book, site, supplier, resolved.event.number))
    wanted.naming.add((book, site, resolved.event.number))
    # A notice answers lines of its own parts only, and orders may be a hundred times as long.
    asked = {(line.said.order_number, line.part) for line in resolved.lines}  # type: ignore[attr-defined]
    wanted.order_parts.update((OrderKey(book, site, supplier, number), part) for number, part in asked if number)
    wanted.unmatched.update(GroupKey(book, site, line.part) for line in resolved.lines if line.part)
    terms = policy.terms_for(supplier, resolved.event.partner)
    if terms.cumulative is not None or terms.requirements is not None:
        parts = [*resolved.compare, *(line.part for line in resolved.lines if line.part)]
        wanted.agreements.update(GroupKey(book, site, part) for part in parts)


def _for_transfer(wanted: Needs, resolved: ResolvedEvent) -> None:
    book, event, destination = resolved.book, resolved.event, resolved.destination
    number = event.transfer if isinstance(event, TransferReceived) else event.number
    wanted.transfers.add(TransferKey(book, resolved.origin, destination, number))
    wanted.shipments.add(ShipmentKey(book, destination, resolved.supplier, number))
    if isinstance(event, TransferReceived):
        wanted.receipts.add(ReceiptKey(book, destination, event.partner, event.number))
    else:
        wanted.unmatched.update(GroupKey(book, destination, line.part) for line in resolved.lines if line.part)


def _for_receipt(wanted: Needs, resolved: ResolvedEvent, policy: Policy) -> None:
    book, site, event = resolved.book, resolved.site, resolved.event
    if policy.keeps_requirements or policy.keeps_cumulatives:
        # With the goods their supplier is told by how much its cumulative is off.
        wanted.questioned.update(GroupKey(book, site, line.part) for line in resolved.lines if line.part)
    wanted.receipts.add(ReceiptKey(book, site, event.partner, event.number))
    for line in resolved.lines:
        said = line.said
        assert isinstance(said, ReceiptLine)  # noqa: S101  lines of a goods receipt
        supplier = line.supplier or resolved.supplier
        reference = said.shipment_id or said.packing_slip or said.bill_of_lading or said.pro_number
        if reference and said.handling_unit and line.part:
            wanted.labels.add((GroupKey(book, site, line.part), reference, said.handling_unit))
        if said.shipment_id and supplier:
            wanted.shipments.add(ShipmentKey(book, site, supplier, said.shipment_id))
        elif reference:
            wanted.references.add((book, site, reference))
        elif line.part:
            wanted.groups.add(GroupKey(book, site, line.part))
        if said.order_number and supplier:
            wanted.order_parts.add((OrderKey(book, site, supplier, said.order_number), line.part))
        elif said.order_number:
            wanted.order_numbers.add((book, site, said.order_number))
        if line.part:
            wanted.cumulatives.add(GroupKey(book, site, line.part))


def _for_invoice(wanted: Needs, resolved: ResolvedEvent, event: SupplierInvoiceReceived) -> None:
    book, site, supplier = resolved.book, resolved.site, resolved.supplier
    for line in resolved.lines:
        said = line.said
        assert isinstance(said, InvoiceLine)  # noqa: S101  lines of an invoice
        number = said.order_number or event.order_number
        if number:
            wanted.order_parts.add((OrderKey(book, site, supplier, number), line.part))
        elif said.shipment_id:
            wanted.shipments.add(ShipmentKey(book, site, supplier, said.shipment_id))


def _for_short(wanted: Needs, resolved: ResolvedEvent) -> None:
    book, site = resolved.book, resolved.site
    for line in resolved.lines:
        said = line.said
        assert isinstance(said, ShortLine)  # noqa: S101  lines of a confirmation
        # By the reference, so that a notice of another supplier is told from none at all.
        wanted.references.add((book, site, said.shipment_id))


def watched(workset: Workset) -> set[Bucket]:
    """Buckets whose balances decisions may have to look at: call after loading, put them in `workset.balances`.

    Where loaded links stand: a re-match, reversal or resolution may want to move those goods.
    """
    buckets: set[Bucket] = set()
    for link in workset.links:
        line = workset.receipt_lines.get((link.receipt, link.receipt_line))
        if line is not None and link.state and not link.reversed:
            buckets.update(bucket for bucket, _ in stands(workset, link, line) if not bucket.is_external)
    return buckets
