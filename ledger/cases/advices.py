"""What we tell a partner: 824 for what is wrong inside its document, 861 for what the dock found.

One 824 per document and decision, one 861 per goods receipt and shipment; only what is new is told.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from ledger.advices import AdvisedFault, AdvisedItem, ApplicationAdvice, ReceivedLine, ReceivingAdvice, Variance
from ledger.events import (
    GoodsReceived,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    ReceiptShortConfirmed,
    ScheduleReleased,
    SupplierInvoiceReceived,
)
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import BY_CODE, d14_no_notice
from ledger.matching.records import (
    Case,
    CumulativeKey,
    Link,
    NoticeLine,
    Receipt,
    ReceiptKey,
    ReceiptLine,
    Shipment,
    ShipmentKey,
)
from ledger.matching.resolved import ResolvedEvent, document_of, moment
from ledger.matching.review import live_links
from ledger.matching.transfer_records import is_transfer
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.bucket import MILLION

Told = list[tuple[Finding, Case]]


def _number(decision: Decision, prefix: str, count: int = 0) -> str:
    """Ours and stable: prefix, book, sequence of the event that brought it, and a count within it.

    What one event lets go on may be several others, each with its advice: theirs name the event too.
    """
    resolved = decision.resolved
    test = "T" if resolved.book == "test" else ""
    again = f".{resolved.seq}" if resolved.cause else ""
    tail = f"-{count}" if count else ""
    return f"{test}{prefix}{resolved.effective_seq}{again}{tail}"


# --- 824 ----------------------------------------------------------------------------------------------------


def application_advice(decision: Decision, told: Told, now_us: int) -> ApplicationAdvice | None:
    """The verdict on the document and on each of its lines that has a fault; None when nothing is wrong inside."""
    faults = [finding for finding, _ in told if finding.grade and (finding.error_codes or _is_told(finding))]
    if not faults:
        return None
    resolved = decision.resolved
    event = resolved.event
    fatal = any(finding.grade == "fatal" for finding in faults)
    refused_all = bool(decision.lines) and all(line.status == "refused" for line in decision.lines)
    whole = [finding for finding in faults if not finding.line or finding.grade == "fatal"]
    items = [AdvisedItem(verdict="TR" if fatal or refused_all else "TE", faults=_faults(whole))]
    by_line: dict[str, list[Finding]] = {}
    for finding in faults:
        if finding.line and finding.grade != "fatal":
            by_line.setdefault(finding.line, []).append(finding)
    for line, mine in by_line.items():
        verdict = "IR" if any(finding.grade == "line" for finding in mine) else "IE"
        items.append(
            AdvisedItem(
                verdict=verdict,  # type: ignore[arg-type]
                line=line,
                part_number=mine[0].part_number,
                order_number=_order_named(resolved, mine[0]),
                faults=_faults(mine),
            )
        )
    message, document = document_of(event)
    return ApplicationAdvice(
        number=_number(decision, "AA"),
        partner=event.partner,
        book=event.book,
        site=resolved.site,
        created_at=moment(now_us),
        supplier=getattr(event, "supplier", ""),
        ship_to=getattr(event, "ship_to", ""),
        shipment_id=faults[0].shipment_id,
        causation=str(resolved.effective_seq),
        original_set=_set_of(event),
        original_number=event.number,
        original_created_at=event.created_at,
        original_message=message,
        original_document=document,
        items=tuple(items),
    )


def _is_told(finding: Finding) -> bool:
    """Whether its class has a code for the partner: some content is only the house's own concern."""
    return bool(BY_CODE[finding.code].error_code)


def _set_of(event: object) -> str:
    if isinstance(event, OrderPlaced):
        return "850"
    if isinstance(event, OrderChanged | OrderCancelled):
        return "860"
    if isinstance(event, OrderAcknowledged):
        return "855"
    if isinstance(event, ScheduleReleased):
        return {"planning": "830", "shipping": "862", "sequence": "866"}[event.schedule]
    if isinstance(event, SupplierInvoiceReceived):
        return "810"
    return "861" if isinstance(event, GoodsReceived | ReceiptShortConfirmed) else "856"


def _order_named(resolved: ResolvedEvent, finding: Finding) -> str:
    """The order that a line speaks of; a finding about an invoice's line is filed under the invoice itself."""
    event = resolved.event
    if not isinstance(event, SupplierInvoiceReceived) or finding.order_number != event.number:
        return finding.order_number
    named = (getattr(line.said, "order_number", "") for line in resolved.lines if line.line == finding.line)
    return next(named, "") or event.order_number


def _faults(findings: list[Finding]) -> tuple[AdvisedFault, ...]:
    return tuple(fault for finding in findings for fault in _faults_of(finding))


def _faults_of(finding: Finding) -> list[AdvisedFault]:
    evidence = finding.evidence
    return [
        AdvisedFault(
            code=code,
            text=finding.text,
            discrepancy=finding.code,
            field=field,
            line=finding.line,
            segment=evidence[0].segment if evidence else 0,
            value=finding.value if field == finding.field else "",
        )
        for code, field in finding.error_codes or ((BY_CODE[finding.code].error_code, finding.field),)
    ]


# --- 861 ----------------------------------------------------------------------------------------------------


def receiving_advices(
    workset: Workset, decision: Decision, policy: Policy, told: Told, now_us: int
) -> list[ReceivingAdvice]:
    """One advice per goods receipt and shipment that has something to tell."""
    groups: dict[tuple[ReceiptKey | None, str, str], Told] = {}
    for finding, case in told:
        kind = BY_CODE[finding.code]
        if kind.condition and not finding.grade and not is_transfer(finding.supplier):
            receipt = _receipt_of(workset, decision, finding)
            groups.setdefault((receipt, finding.supplier, finding.shipment_id), []).append((finding, case))
    advices = []
    for count, ((receipt_key, supplier, shipment_id), mine) in enumerate(groups.items()):
        advices.append(
            _receiving_advice(workset, decision, policy, mine, receipt_key, supplier, shipment_id, count, now_us)
        )
    return advices


def _receipt_of(workset: Workset, decision: Decision, finding: Finding) -> ReceiptKey | None:
    """The goods receipt that it is told about: the one being decided, else the last that answered the notice line."""
    resolved = decision.resolved
    event = resolved.event
    if finding.receipt_id:
        return ReceiptKey(resolved.book, finding.site, finding.receipt_provider, finding.receipt_id)
    if isinstance(event, GoodsReceived):
        return ReceiptKey(resolved.book, resolved.site, event.partner, event.number)
    links = live_links(workset.links_of_notice.get((_shipment_key(decision, finding), finding.notice_line)))
    if not links:
        return None
    return max(links, key=lambda link: (link.seq, link.receipt)).receipt


def _shipment_key(decision: Decision, finding: Finding) -> ShipmentKey:
    return ShipmentKey(decision.resolved.book, finding.site, finding.supplier, finding.shipment_id)


def _receiving_advice(
    workset: Workset,
    decision: Decision,
    policy: Policy,
    told: Told,
    receipt_key: ReceiptKey | None,
    supplier: str,
    shipment_id: str,
    count: int,
    now_us: int,
) -> ReceivingAdvice:
    resolved = decision.resolved
    finding = told[0][0]
    shipment = workset.shipments.get(_shipment_key(decision, finding)) if shipment_id else None
    receipt = None if receipt_key is None else workset.receipts.get(receipt_key)
    lines: dict[tuple[str, str], list[Finding]] = {}
    for one, _ in told:
        lines.setdefault((one.notice_line, one.receipt_line), []).append(one)
    return ReceivingAdvice(
        number=_number(decision, "RA", count),
        partner=shipment.partner if shipment is not None else policy.partner_for(supplier),
        book=resolved.event.book,
        site=finding.site,
        created_at=moment(now_us),
        supplier=_supplier_as_sent(shipment.supplier_as_sent if shipment is not None else "", receipt),
        ship_to=_ship_to_as_sent(shipment, receipt),
        shipment_id=shipment_id,
        causation=str(resolved.effective_seq),
        receipt_id="" if receipt_key is None else receipt_key.receipt_id,
        packing_slip="" if shipment is None else shipment.packing_slip,
        received_at=None if receipt is None else moment(receipt.received_at),
        shipped_at=None if shipment is None or shipment.shipped_at is None else moment(shipment.shipped_at),
        lines=tuple(_received_line(workset, decision, mine) for mine in lines.values()),
    )


def _ship_to_as_sent(shipment: Shipment | None, receipt: Receipt | None) -> str:
    if shipment is not None:
        return shipment.ship_to_as_sent
    return "" if receipt is None else receipt.ship_to_as_sent


def _supplier_as_sent(said: str, receipt: Receipt | None) -> str:
    if said or receipt is None:
        return said
    return receipt.supplier_as_sent


def _received_line(workset: Workset, decision: Decision, findings: list[Finding]) -> ReceivedLine:
    """One RCD: all that is to be said of one notice line, or of one receipt line without a notice."""
    finding = findings[0]
    if finding.notice_line:
        notice = workset.notice_lines[(_shipment_key(decision, finding), finding.notice_line)]
        links = live_links(workset.links_of_notice.get((notice.key, notice.line)))
        return _line_of_notice(workset, notice, links, findings)
    key = ReceiptKey(decision.resolved.book, finding.site, finding.receipt_provider, finding.receipt_id)
    return _line_of_receipt(workset, workset.receipt_lines[(key, finding.receipt_line)], findings)


def _line_of_notice(workset: Workset, notice: NoticeLine, links: list[Link], findings: list[Finding]) -> ReceivedLine:
    received = sum(link.quantity for link in links)
    quantities = [received, notice.quantity, *(finding.quantity for finding in findings)]
    unit, factor = _answer_unit(notice, quantities)
    return ReceivedLine(
        part_number=notice.part_number,
        line=notice.line,
        segment=notice.segment,
        part_revision=notice.part_revision,
        order_number=notice.order_number,
        order_line=notice.order_line,
        lot=notice.lot,
        serials=_serials(workset, links),
        unit=unit,
        quantity=_in_unit(received, factor),
        quantity_advised=_in_unit(notice.quantity, factor),
        cum_received=_cumulative(workset, notice.key.book, notice.key.site, notice.key.supplier, notice.part, factor),
        variances=tuple(_variance(finding, unit, factor) for finding in findings),
    )


def _line_of_receipt(workset: Workset, line: ReceiptLine, findings: list[Finding]) -> ReceivedLine:
    unit, factor = _answer_unit(line, [line.quantity, *(finding.quantity for finding in findings)])
    return ReceivedLine(
        part_number=line.part_number,
        line=line.line,
        segment=line.segment,
        part_revision=line.part_revision,
        order_number=line.order_number,
        order_line=line.order_line,
        lot=line.lot,
        serials=line.serials,
        unit=unit,
        quantity=_in_unit(line.quantity, factor),
        cum_received=_cumulative(workset, line.key.book, line.key.site, line.supplier, line.part, factor),
        variances=tuple(_variance(finding, unit, factor) for finding in findings),
    )


def _variance(finding: Finding, unit: str, factor: Fraction) -> Variance:
    condition = BY_CODE[finding.code].condition
    if finding.code == d14_no_notice.CLASS.code and finding.clearing:
        condition = d14_no_notice.NOT_PROCESSED
    return Variance(quantity=_in_unit(finding.quantity, factor), unit=unit, condition=condition)


def _serials(workset: Workset, links: list[Link]) -> tuple[str, ...]:
    found: list[str] = []
    for link in links:
        line = workset.receipt_lines.get((link.receipt, link.receipt_line))
        if line is not None:
            found.extend(line.serials)
    return tuple(dict.fromkeys(found))


def _cumulative(workset: Workset, book: str, site: str, supplier: str, part: str, factor: Fraction) -> Decimal | None:
    """Received in all, or since the agreed start; None where unknown, or not exact in the unit of the answer."""
    total = workset.cumulatives.get(CumulativeKey(book, site, part, supplier))
    if total is None:
        return None
    agreement = workset.agreements.get(total.key)
    received = total.received
    if agreement is not None:
        received += agreement.adjusted - agreement.received_before
    return _in_unit(received, factor) if _is_exact(received, factor) else None


def _answer_unit(line: NoticeLine | ReceiptLine, quantities: list[int]) -> tuple[str, Fraction]:
    """The unit as sent where every quantity is exact in it, else the base unit; with base units per answer unit."""
    if line.unit_sent and line.unit_sent != line.unit:
        factor = Fraction(line.numerator, line.denominator)
        if all(_is_exact(quantity, factor) for quantity in quantities):
            return line.unit_sent, factor
    return line.unit, Fraction(1)


def _is_exact(quantity: int, factor: Fraction) -> bool:
    return (quantity / factor).denominator == 1


def _in_unit(quantity: int, factor: Fraction) -> Decimal:
    """Millionths of the base unit as a Decimal in the answer's unit."""
    millionths = quantity / factor
    whole, rest = divmod(int(millionths), MILLION)
    return Decimal(whole) if not rest else (Decimal(int(millionths)) / MILLION).normalize()
