"""Findings about documents: who sent what, which line, and where in the document it stands."""

from __future__ import annotations

from ledger.events import (
    AcknowledgedLine,
    AcknowledgmentReported,
    GoodsReceiptReversed,
    GoodsReceived,
    InvoiceLine,
    NoticeLine,
    OrderCancelled,
    OrderChanged,
    OrderLine,
    OrderPlaced,
    ReceiptLine,
    ReceiptShortConfirmed,
    ScheduleLine,
    ScheduleReleased,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    ShipmentStatusReported,
    ShortLine,
)
from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass, amount
from ledger.matching.records.documents import Evidence
from ledger.matching.records.documents import NoticeLine as NoticeLineNow
from ledger.matching.records.documents import OrderLine as OrderLineNow
from ledger.matching.records.documents import ReceiptLine as ReceiptLineNow
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.outcomes import Fault

OF_SHIPMENTS = ("856", "943", "945")
"""Documents whose number is that of a shipment; that of the others stands where orders do."""
_SHIPMENTS = (ShipmentNotified, ShipmentReplaced, ShipmentCancelled)


def about_line(
    kind: DiscrepancyClass,
    resolved: ResolvedEvent,
    line: ResolvedLine,
    text: str,
    *,
    field: str = "",
    value: str = "",
) -> Finding:
    """A finding about one line of a document."""
    said = line.said
    finding = about_document(kind, resolved, text, field=field, value=value, segment=said.segment)
    finding.part = line.part
    finding.unit = line.unit
    finding.quantity = finding.actual = line.quantity
    finding.part_number = said.part_number or said.supplier_part_number
    finding.line = line.line
    if isinstance(said, NoticeLine):
        finding.notice_line = line.line
        finding.order_number, finding.order_line = said.order_number, said.order_line
    elif isinstance(said, ReceiptLine | ShortLine):
        finding.receipt_line = line.line
    elif isinstance(said, OrderLine | AcknowledgedLine | ScheduleLine | InvoiceLine):
        finding.order_line = line.line
    return finding


def about_document(
    kind: DiscrepancyClass,
    resolved: ResolvedEvent,
    text: str,
    *,
    field: str = "",
    value: str = "",
    segment: int = 0,
) -> Finding:
    """A finding about a whole document; its number is the shipment, goods receipt or order by the event's kind."""
    event = resolved.event
    finding = Finding(
        code=kind.code,
        site=resolved.site,
        supplier=resolved.supplier,
        partner=event.partner,
        grade=kind.grade,
        fault=author_of(resolved) if kind.blames_author else kind.fault,
        cause=f"document:{event.number}",
        text=text,
        field=field,
        value=value,
        informs=kind.informs,
        evidence=evidence_of(resolved, segment),
    )
    if isinstance(event, _SHIPMENTS):
        finding.shipment_id = event.number
    elif isinstance(event, GoodsReceived | ReceiptShortConfirmed):
        finding.receipt_provider, finding.receipt_id = event.partner, event.number
    else:
        finding.order_number = event.number
    return finding


def about_goods(
    kind: DiscrepancyClass,
    resolved: ResolvedEvent,
    line: ResolvedLine,
    quantity: int,
    text: str,
    *,
    cause: str,
    expected: int = 0,
    rule: str = "",
) -> Finding:
    """A finding about one line of what was counted or done in the house: `quantity` of it, in millionths."""
    return Finding(
        code=kind.code,
        site=resolved.site,
        partner=resolved.event.partner,
        part=line.part,
        part_number=line.said.part_number,
        unit=line.unit,
        quantity=quantity,
        expected=expected,
        actual=line.quantity,
        line=line.line,
        fault=kind.fault,
        cause=cause,
        rule=rule,
        text=text,
        evidence=evidence_of(resolved, line.said.segment),
    )


def about_notice_line(kind: DiscrepancyClass, line: NoticeLineNow, quantity: int, text: str) -> Finding:
    """A finding about how a notice line stands now; settles when its `quantity`, in millionths, is not above 0."""
    return Finding(
        code=kind.code,
        site=line.key.site,
        supplier=line.key.supplier,
        part=line.part,
        part_number=line.part_number,
        unit=line.unit,
        quantity=quantity,
        expected=line.quantity,
        shipment_id=line.key.shipment_id,
        notice_line=line.line,
        settles=quantity <= 0,
        fault=kind.fault,
        cause=f"dock:{line.key.shipment_id}/{line.line}",
        text=text,
    )


def about_order_line(
    kind: DiscrepancyClass,
    line: OrderLineNow,
    quantity: int,
    text: str,
    *,
    expected: int,
    actual: int,
    rule: str,
    cause: str = "order",
) -> Finding:
    """A finding about how an order line stands now, all in millionths; settles as a notice line's does. It has no
    grade: who tells the supplier of it gives it one. `cause` is what it comes of: the order, or what was billed."""
    return Finding(
        code=kind.code,
        site=line.key.site,
        supplier=line.key.supplier,
        part=line.part,
        unit=line.unit,
        quantity=quantity,
        expected=expected,
        actual=actual,
        order_number=line.key.order_number,
        order_line=line.line,
        settles=quantity <= 0,
        fault=kind.fault,
        cause=f"{cause}:{line.key.order_number}/{line.line}",
        rule=rule,
        text=text,
    )


def about_billed(kind: DiscrepancyClass, line: OrderLineNow, quantity: int, mend: str, rule: str) -> Finding:
    """A finding about an order line of which `quantity`, in millionths, was invoiced and did not come; `mend` ends
    its text."""
    finding = about_order_line(
        kind, line, max(0, quantity),
        f"{amount(line.invoiced)} {line.unit} of {line.part} invoiced on order {line.key.order_number}, "
        f"{amount(line.received)} received. {mend}",
        expected=line.received, actual=line.invoiced, rule=rule, cause="billed",
    )  # fmt: skip
    finding.field = "quantity"
    return finding


def about_receipt_line(kind: DiscrepancyClass, line: ReceiptLineNow, quantity: int, text: str) -> Finding:
    """A finding about how a goods-receipt line without a notice stands now; settles as a notice line's does."""
    return Finding(
        code=kind.code,
        site=line.key.site,
        supplier=line.supplier,
        part=line.part,
        part_number=line.part_number,
        unit=line.unit,
        quantity=quantity,
        receipt_provider=line.key.provider,
        receipt_id=line.key.receipt_id,
        receipt_line=line.line,
        settles=quantity <= 0,
        fault=kind.fault,
        cause=f"dock:{line.key.receipt_id}/{line.line}",
        text=text,
    )


def author_of(resolved: ResolvedEvent) -> Fault:
    """Who wrote the document and so mends what is wrong in it: orders are the buyer's, counts the receiver's."""
    if isinstance(resolved.event, OrderPlaced | OrderChanged | OrderCancelled | ScheduleReleased):
        return "buyer"
    if isinstance(resolved.event, GoodsReceived | GoodsReceiptReversed | ReceiptShortConfirmed):
        return "receiver"
    if isinstance(resolved.event, ShipmentStatusReported):
        return "carrier"
    return "supplier"


def evidence_of(resolved: ResolvedEvent, segment: int = 0) -> tuple[Evidence, ...]:
    """The document and segment that said it; nothing for an event that came from no document."""
    source = resolved.event.source
    return (Evidence(source.message, source.document, segment),) if source is not None else ()


def about_sent(
    kind: DiscrepancyClass, resolved: ResolvedEvent, event: AcknowledgmentReported, text: str, *, settles: bool
) -> Finding:
    """A finding about the document that `event` names."""
    evidence = [Evidence(event.sent.partition(".")[0], event.sent, 0)]
    if event.answer:
        places = sorted({fault.segment for fault in event.faults}) or [0]
        answer = event.answer.partition(".")[0]
        # Segments are those of our document: of the partner's answer only that it said so.
        evidence = [Evidence(evidence[0].message, event.sent, place) for place in places]
        evidence.append(Evidence(answer, event.answer, 0))
    finding = Finding(
        code=kind.code,
        site="",
        partner=event.to,
        fault=kind.fault,
        cause=f"sent:{event.sent}",
        text=text,
        settles=settles,
        evidence=tuple(evidence),
    )
    if event.document in OF_SHIPMENTS:
        finding.shipment_id = event.number
    else:
        finding.order_number = event.number
    return finding


def named(event: AcknowledgmentReported) -> str:
    """`850 PO1001`, and without a number of its own the document's id."""
    return f"{event.document} {event.number}"
