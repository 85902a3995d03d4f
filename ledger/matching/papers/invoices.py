"""SupplierInvoiceReceived: files what is asked for. It is held against orders and receipts when it is read."""

from __future__ import annotations

from decimal import Decimal

from ledger.events import InvoiceLine, SupplierInvoiceReceived
from ledger.matching.billing import bill
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d32_unreceived_invoice
from ledger.matching.papers.filed import NOTHING, Invoice, InvoicedLine, per_base_unit
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, document_of, microseconds
from ledger.matching.waiting import (
    conflict_whole,
    lacks_master_data,
    refuse_whole,
    wait_for_order,
    waits_for_place,
    withdraw,
)
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.bucket import QUANTITY_MAX

WITHOUT_ORDER = "it is not known at which site it was delivered"


def decide_invoiced(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """File the invoice once; the same number with other content is a conflict, kept and shown."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, SupplierInvoiceReceived)  # noqa: S101  the dispatch table says so
    terms = policy.terms_for(resolved.supplier, event.partner)
    if resolved.repeats:
        finding = d32_unreceived_invoice.find_duplicate(resolved)
        decision.findings.append(finding)
        conflict_whole(decision, finding.code, finding.text)
        return
    if resolved.missing.startswith("order:"):
        wait_for_order(decision, resolved.missing.removeprefix("order:"), terms, now_us, WITHOUT_ORDER)
        return
    if waits_for_place(decision):
        return
    if not event.lines and not event.charges:
        refuse_whole(
            decision, "", f"Invoice {event.number} has no line: it asks for nothing. Send it with its lines."
        )
        return
    workset.filed.append(_header(resolved, event, now_us, evaluated=terms.evaluated_receipt))
    for line in resolved.lines:
        if lacks_master_data(decision, line, terms):
            continue
        if not 0 < abs(line.quantity) <= QUANTITY_MAX:
            reason = f"A quantity of {line.said.quantity} cannot be invoiced."
            decision.lines.append(LineDecision(line.line, "refused", reason=reason))
            continue
        filed = _line(resolved, event, line)
        workset.filed.append(filed)
        bill(workset, decision, policy, terms, now_us, line, filed)
        decision.lines.append(LineDecision(line.line, "posted"))
    if resolved.cause:
        withdraw(workset, decision, {line.line for line in resolved.lines})
    if not decision.lines:
        decision.lines.append(LineDecision("", "posted"))


def _header(resolved: ResolvedEvent, event: SupplierInvoiceReceived, now_us: int, *, evaluated: bool) -> Invoice:
    sign = _sign(event)
    recorded = microseconds(event.recorded_at)
    message, document = document_of(event)
    return Invoice(
        book=resolved.book,
        site=resolved.site,
        supplier=resolved.supplier,
        invoice_number=event.number,
        seq=resolved.seq,
        partner=event.partner,
        invoice=event.invoice,
        invoiced_at=microseconds(event.invoiced_at),
        recorded_at=now_us if recorded is None else recorded,
        currency=event.currency,
        order_number=event.order_number,
        refers_to=event.refers_to,
        total=_text(event.total, sign),
        charges=_text(sum((one.amount for one in event.charges), Decimal(0)), sign) if event.charges else "",
        evaluated=evaluated,
        message=message,
        document=document,
    )


def _line(resolved: ResolvedEvent, event: SupplierInvoiceReceived, line: ResolvedLine) -> InvoicedLine:
    said = line.said
    assert isinstance(said, InvoiceLine)  # noqa: S101  lines of an invoice
    sign = _sign(event)
    amount, per = NOTHING if said.price is None else per_base_unit(said.price.amount, said.price.per, line)
    return InvoicedLine(
        book=resolved.book,
        site=resolved.site,
        supplier=resolved.supplier,
        invoice_number=event.number,
        seq=resolved.seq,
        line=line.line,
        order_number=said.order_number or event.order_number,
        order_line=said.order_line,
        shipment_id=said.shipment_id,
        receipt_id=said.receipt_id,
        part=line.part,
        unit=line.unit,
        quantity=line.quantity if sign > 0 else -abs(line.quantity),
        currency=(said.price.currency if said.price is not None else "") or event.currency,
        amount=amount,
        per=per,
        extended=_text(said.amount, sign),
        segment=said.segment,
    )


def _sign(event: SupplierInvoiceReceived) -> int:
    return -1 if event.invoice == "credit_note" else 1


def _text(amount: Decimal | None, sign: int) -> str:
    """The amount as the books keep it: a credit note's is below zero, however its sender wrote it."""
    if amount is None:
        return ""
    return f"{amount if sign > 0 else -abs(amount):f}"
