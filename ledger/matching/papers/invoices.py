"""SupplierInvoiceReceived: files what is asked for. It is held against orders and receipts when it is read."""

from __future__ import annotations

from decimal import Decimal

from ledger.events import SupplierInvoiceReceived
from ledger.matching.billing import bill, invoiced_line, sign_of, signed_text
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d32_unreceived_invoice
from ledger.matching.papers.filed import Invoice
from ledger.matching.resolved import ResolvedEvent, document_of, microseconds
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
        filed = invoiced_line(resolved, event, line)
        workset.filed.append(filed)
        bill(workset, decision, policy, terms, now_us, line, filed)
        decision.lines.append(LineDecision(line.line, "posted"))
    if resolved.cause:
        withdraw(workset, decision, {line.line for line in resolved.lines})
    if not decision.lines:
        decision.lines.append(LineDecision("", "posted"))


def _header(resolved: ResolvedEvent, event: SupplierInvoiceReceived, now_us: int, *, evaluated: bool) -> Invoice:
    sign = sign_of(event)
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
        total=signed_text(event.total, sign),
        charges=signed_text(sum((one.amount for one in event.charges), Decimal(0)), sign) if event.charges else "",
        evaluated=evaluated,
        message=message,
        document=document,
    )
