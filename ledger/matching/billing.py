"""Invoices against orders and goods receipts: what was asked for it, and whether it came (D30, D31, D32).

What was invoiced is a running total of the order line, less what was credited; it is held against what was received
of the line once the newest invoice has waited for its goods. Nothing moves by it.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from ledger.events import InvoiceLine, SupplierInvoiceReceived
from ledger.matching.decision import Decision, Finding
from ledger.matching.discrepancies import d30_price, d31_over_invoiced, d32_unreceived_invoice
from ledger.matching.discrepancies.about import evidence_of
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.ordering.requirements import find_order_line, note_changed, order_line_of
from ledger.matching.papers.filed import NOTHING, InvoicedLine, OrderPrice, per_base_unit, value_of
from ledger.matching.records.documents import OrderKey, OrderLine, ShipmentKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, microseconds
from ledger.matching.tolerances import allowed
from ledger.matching.waiting import grade_of
from ledger.matching.workset import Workset
from ledger.policy import Policy, Terms

DAY = 86_400_000_000
COUNTED, UNCOUNTED = "billed/", "unbilled/"
"""Before a line's name: it is looked at again when its invoice has waited, counted into its order line or not."""
PRICED = "priced/"
"""Before a line's name: another price was agreed on for its order line."""


def bill(
    workset: Workset, decision: Decision, policy: Policy, terms: Terms, now_us: int, line: ResolvedLine,
    filed: InvoicedLine,
) -> None:  # fmt: skip
    """Count a line that was filed into its order line, and look at its price; the rest waits for the goods."""
    resolved = decision.resolved
    ordered = billed_line(workset, resolved, line)
    until = now_us + int(terms.invoice_wait_days * DAY)
    if ordered is not None:
        _count(workset, ordered, filed.quantity, until)
        _review_price(workset, decision, policy, terms, line, filed, ordered, now_us)
    if not terms.evaluated_receipt and until > now_us:
        decision.compares_at[f"{UNCOUNTED if ordered is None else COUNTED}{line.line}"] = until
    elif ordered is None and not terms.evaluated_receipt:
        _find_unordered(decision, policy, terms, line)


def look_again(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The invoice has waited: lines whose order was not known are counted now that it is, or bill nothing. Or another
    price was agreed on since."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, SupplierInvoiceReceived)  # noqa: S101  the dispatch says so
    terms = policy.terms_for(resolved.supplier, event.partner)
    waited = set(resolved.compare)
    for line in resolved.lines:
        ordered = billed_line(workset, resolved, line)
        if f"{PRICED}{line.line}" in waited and ordered is not None and not line.missing:
            filed = invoiced_line(resolved, event, line)
            _review_price(workset, decision, policy, terms, line, filed, ordered, now_us)
        if ordered is not None and f"{COUNTED}{line.line}" in waited:
            note_changed(workset, ordered)
        elif f"{UNCOUNTED}{line.line}" in waited and not line.missing:
            if ordered is None:
                _find_unordered(decision, policy, terms, line)
            else:
                _count(workset, ordered, _signed(resolved, line), now_us)
                filed = invoiced_line(resolved, event, line)
                _review_price(workset, decision, policy, terms, line, filed, ordered, now_us)


def take_back(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """What an invoice counted as it was read before is counted no longer."""
    before = decision.resolved.before
    if before is None or not decision.resolved.gives_way:
        return
    terms = policy.terms_for(before.supplier, before.event.partner)
    recorded_at = microseconds(before.event.recorded_at) or now_us
    has_waited = recorded_at + int(terms.invoice_wait_days * DAY) <= now_us
    for line in before.lines:
        ordered = None if line.missing else billed_line(workset, before, line)
        if ordered is not None and (ordered.seq < before.seq or has_waited):
            _count(workset, ordered, -_signed(before, line), ordered.bills_due_at)


def review_billed(decision: Decision, policy: Policy, line: OrderLine, now_us: int) -> None:
    """D31 and D32 of one order line as it stands; before the newest invoice has waited they can only settle."""
    event = decision.resolved.event
    if policy.terms_for(line.key.supplier).evaluated_receipt:
        return
    nothing_came = line.received <= 0
    over = line.invoiced - line.received
    found = []
    for kind, find, quantity in (
        (d31_over_invoiced.CLASS, d31_over_invoiced.find, 0 if nothing_came else over),
        (d32_unreceived_invoice.CLASS, d32_unreceived_invoice.find, line.invoiced if nothing_came else 0),
    ):
        passes = allowed(
            policy, kind, site=line.key.site, supplier=line.key.supplier, part=line.part,
            order_number=line.key.order_number, order_line=line.order_line,
        )  # fmt: skip
        finding = find(line, quantity, passes.rule)
        if passes.action == "ignore" or passes.tolerance.allows(quantity, line.received):
            finding.settles = True
        if finding.settles or now_us >= line.bills_due_at:
            found.append((kind, finding))
    for kind, finding in found:
        if isinstance(event, SupplierInvoiceReceived) and not finding.settles:
            _tell(decision, policy, kind, finding, line)
        decision.findings.append(finding)


def billed_line(workset: Workset, resolved: ResolvedEvent, line: ResolvedLine) -> OrderLine | None:
    """The order line that an invoiced line bills: by the order that it names, else by the shipment."""
    event, said = resolved.event, line.said
    assert isinstance(event, SupplierInvoiceReceived) and isinstance(said, InvoiceLine)  # noqa: S101, PT018
    number = said.order_number or event.order_number
    if number:
        key = OrderKey(resolved.book, resolved.site, resolved.supplier, number)
        return find_order_line(workset, key, said.order_line, line.part)
    shipment = ShipmentKey(resolved.book, resolved.site, resolved.supplier, said.shipment_id)
    for notice in workset.notice_lines_of_part.get((shipment, line.part), ()) if said.shipment_id else ():
        if notice.status in ("open", "closed"):
            return order_line_of(workset, notice)
    return None


def _count(workset: Workset, line: OrderLine, quantity: int, until: int) -> None:
    line.invoiced += quantity
    line.bills_due_at = max(line.bills_due_at, until)
    note_changed(workset, line)


def _signed(resolved: ResolvedEvent, line: ResolvedLine) -> int:
    event = resolved.event
    assert isinstance(event, SupplierInvoiceReceived)  # noqa: S101  invoices alone are billed
    return line.quantity if sign_of(event) > 0 else -abs(line.quantity)


def _review_price(
    workset: Workset, decision: Decision, policy: Policy, terms: Terms, line: ResolvedLine, filed: InvoicedLine,
    ordered: OrderLine, now_us: int,
) -> None:  # fmt: skip
    """The price of an invoiced line beside that of its order line, each per base unit (D30); settles where it passes.

    It is held to the price in force on the invoice's day, or to one that was agreed on later: so a change that puts a
    wrong price right settles it, and a new price asks for nothing back of what was invoiced before it.
    """
    resolved = decision.resolved
    prices = _prices_on(resolved, workset.prices.get((ordered.key, ordered.line), ()), now_us)
    if not prices or filed.quantity <= 0 or not (filed.amount or filed.extended):
        return
    asked = value_of(filed.quantity, filed.amount, filed.per) if filed.amount else Decimal(filed.extended)
    passes = allowed(
        policy, d30_price.CLASS, site=ordered.key.site, supplier=ordered.key.supplier, part=ordered.part,
        order_number=ordered.key.order_number, order_line=ordered.order_line,
    )  # fmt: skip
    number = ordered.key.order_number
    same = [one for one in prices if not (filed.currency and one.currency) or filed.currency == one.currency]
    if not same:
        agreed_in = prices[-1].currency
        finding = d30_price.find_currency(resolved, line, number, filed.currency, agreed_in, asked, passes.rule)
    else:
        values = [value_of(filed.quantity, one.amount, one.per) for one in same]
        agreed = min(values, key=lambda value: abs(asked - value))
        currency = filed.currency or same[-1].currency
        finding = d30_price.find(resolved, line, number, currency, asked, agreed, passes.rule)
        finding.settles = passes.tolerance.allows_amount(asked - agreed, agreed)
    finding.settles = finding.settles or passes.action == "ignore"
    if finding.settles and not resolved.compare:
        return
    finding.grade = grade_of(terms, finding)
    decision.findings.append(finding)


def _prices_on(resolved: ResolvedEvent, prices: Sequence[OrderPrice], now_us: int) -> list[OrderPrice]:
    """Those that an invoice may go by: of its day, and agreed on since; where none is as old as it, the first."""
    event = resolved.event
    assert isinstance(event, SupplierInvoiceReceived)  # noqa: S101  invoices alone are billed
    day = microseconds(event.invoiced_at or event.created_at or event.recorded_at) or now_us
    known = [one for one in prices if one.amount]
    first = max((n for n, one in enumerate(known) if one.since <= day), default=0)
    return known[first:]


def _find_unordered(decision: Decision, policy: Policy, terms: Terms, line: ResolvedLine) -> None:
    resolved, said = decision.resolved, line.said
    assert isinstance(said, InvoiceLine)  # noqa: S101  lines of an invoice
    kind = d32_unreceived_invoice.CLASS
    passes = allowed(policy, kind, site=resolved.site, supplier=resolved.supplier, part=line.part)
    if passes.action == "ignore":
        return
    named = said.order_number or getattr(resolved.event, "order_number", "")
    what = f"order {named}" if named else f"shipment {said.shipment_id}" if said.shipment_id else ""
    finding = d32_unreceived_invoice.find_unordered(resolved, line, what, passes.rule)
    finding.grade = grade_of(terms, finding)
    decision.findings.append(finding)


def _tell(decision: Decision, policy: Policy, kind: DiscrepancyClass, finding: Finding, ordered: OrderLine) -> None:
    """It is found while an invoice is decided: its sender is told of that line of it."""
    resolved = decision.resolved
    finding.grade = kind.grade
    finding.grade = grade_of(policy.terms_for(resolved.supplier, resolved.event.partner), finding)
    finding.partner = resolved.event.partner
    mine = [line for line in resolved.lines if line.part == ordered.part]
    if mine:
        said = mine[-1].said
        finding.line, finding.part_number, finding.value = mine[-1].line, said.part_number, str(said.quantity)
        finding.evidence = evidence_of(resolved, said.segment)


# --- what is filed ------------------------------------------------------------------------------------------


def invoiced_line(resolved: ResolvedEvent, event: SupplierInvoiceReceived, line: ResolvedLine) -> InvoicedLine:
    """One line as it is filed."""
    said = line.said
    assert isinstance(said, InvoiceLine)  # noqa: S101  lines of an invoice
    sign = sign_of(event)
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
        extended=signed_text(said.amount, sign),
        segment=said.segment,
    )


def sign_of(event: SupplierInvoiceReceived) -> int:
    """-1 for a credit note: it counts against what was invoiced."""
    return -1 if event.invoice == "credit_note" else 1


def signed_text(amount: Decimal | None, sign: int) -> str:
    """The amount as the books keep it: a credit note's is below zero, however its sender wrote it."""
    if amount is None:
        return ""
    return f"{amount if sign > 0 else -abs(amount):f}"
