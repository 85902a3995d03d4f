"""OrderPlaced, OrderChanged, OrderCancelled: what is asked for. Orders move nothing."""

from __future__ import annotations

from ledger.events import OrderCancelled, OrderChanged, OrderPlaced
from ledger.events import OrderLine as SaidLine
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d02_unknown_order
from ledger.matching.discrepancies.about import about_document
from ledger.matching.records import GroupKey, Order, OrderKey, OrderLine
from ledger.matching.rematch import rematch
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, microseconds
from ledger.matching.review import review_order_line
from ledger.matching.waiting import (
    conflict_whole,
    has_grace_left,
    holds_back,
    refuse_whole,
    wait_whole,
    waits_for_place,
    withdraw,
)
from ledger.matching.workset import Workset
from ledger.policy import Policy, Terms


def decide_placed(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """An order in force. Goods that came before it and were held as unknown go into stock."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, OrderPlaced)  # noqa: S101  the dispatch table says so
    if waits_for_place(decision):
        return
    key = OrderKey(resolved.book, resolved.site, resolved.supplier, event.number)
    existing = workset.orders.get(key)
    if not event.lines:
        refuse_whole(decision, "", f"Order {event.number} has no line: it asks for nothing. Send it with its lines.")
        return
    if existing is not None and existing.seq != resolved.seq:
        conflict_whole(decision, "", f"Order {event.number} is in force (event {existing.seq}): send a change.")
        return
    if existing is None:
        _put_order(workset, resolved, event, key)
    terms = policy.terms_for(resolved.supplier, event.partner)
    for line in resolved.lines:
        if not holds_back(decision, line, terms):
            _put_line(workset, resolved, key, line, event.order_type in terms.blanket_order_types)
            decision.lines.append(LineDecision(line.line, "posted"))
    if resolved.cause:
        withdraw(workset, decision, {line.line for line in resolved.lines})
    _take_up_held_goods(workset, decision, policy, now_us, key)
    decision.released.append(f"order:{event.number}")


def decide_changed(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """A change to an order; it waits a grace time for the order. What was advised or received stays as it is."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, OrderChanged)  # noqa: S101  the dispatch table says so
    if waits_for_place(decision):
        return
    key = OrderKey(resolved.book, resolved.site, resolved.supplier, event.number)
    order = workset.orders.get(key)
    terms = policy.terms_for(resolved.supplier, event.partner)
    if order is None:
        _wait_for_order(decision, terms, now_us)
        return
    order.changed_seq, order.status, order.touched = resolved.effective_seq, "open", True
    blanket = (event.order_type or order.order_type) in terms.blanket_order_types
    named = set()
    for line in resolved.lines:
        said = line.said
        assert isinstance(said, SaidLine)  # noqa: S101  lines of an order
        named.add(line.line)
        existing = workset.order_lines.get((key, line.line))
        if said.change == "delete":
            if existing is not None:
                existing.status, existing.touched = "cancelled", True
            decision.lines.append(LineDecision(line.line, "posted"))
            continue
        if holds_back(decision, line, terms):
            continue
        if existing is None:
            _put_line(workset, resolved, key, line, blanket)
        else:
            _change_line(decision, policy, existing, line)
        decision.lines.append(LineDecision(line.line, "posted"))
    if event.complete and not resolved.cause:
        for record in workset.lines_of_order.get(key, ()):
            if record.line not in named:
                record.status, record.touched = "cancelled", True
    if resolved.cause:
        withdraw(workset, decision, named)
    _take_up_held_goods(workset, decision, policy, now_us, key)
    if not decision.lines:
        decision.lines.append(LineDecision("", "posted"))


def decide_cancelled(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The order is withdrawn; later notices against it are refused (D03)."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, OrderCancelled)  # noqa: S101  the dispatch table says so
    if waits_for_place(decision):
        return
    key = OrderKey(resolved.book, resolved.site, resolved.supplier, event.number)
    order = workset.orders.get(key)
    if order is None:
        _wait_for_order(decision, policy.terms_for(resolved.supplier, event.partner), now_us)
        return
    order.status, order.changed_seq, order.touched = "cancelled", resolved.effective_seq, True
    for line in workset.lines_of_order.get(key, ()):
        if line.status == "open":
            line.status, line.touched = "cancelled", True
    decision.lines.append(LineDecision("", "posted"))


def _wait_for_order(decision: Decision, terms: Terms, now_us: int) -> None:
    """A change or cancellation of an order that is not known yet, or never was (D02)."""
    resolved = decision.resolved
    number = resolved.event.number
    until = has_grace_left(resolved, terms.order_grace_minutes, now_us)
    if until is not None:
        wait_whole(decision, f"order:{number}", until)
        return
    finding = about_document(
        d02_unknown_order.CLASS,
        resolved,
        f"Order {number} is not known, so it cannot be changed or cancelled. Place it first.",
        field="number",
        value=number,
    )
    decision.findings.append(finding)
    refuse_whole(decision, finding.code, finding.text)


def _put_order(workset: Workset, resolved: ResolvedEvent, event: OrderPlaced, key: OrderKey) -> None:
    source = event.source
    workset.add_order(
        Order(
            key=key,
            status="open",
            seq=resolved.seq,
            partner=event.partner,
            order_type=event.order_type,
            currency=event.currency,
            message="" if source is None else source.message,
            document="" if source is None else source.document,
            touched=True,
            new=True,
        )
    )


def _put_line(workset: Workset, resolved: ResolvedEvent, key: OrderKey, line: ResolvedLine, blanket: bool) -> None:
    said = line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of an order
    workset.add_order_line(
        OrderLine(
            key=key,
            line=line.line,
            order_line=said.order_line,
            part=line.part,
            part_revision=line.revision,
            unit=line.unit,
            quantity=line.quantity,
            seq=resolved.seq,
            segment=said.segment,
            due_at=_due_at(resolved, line),
            blanket=blanket,
            touched=True,
            new=True,
        )
    )


def _due_at(resolved: ResolvedEvent, line: ResolvedLine) -> int | None:
    """The first delivery of the line, else the order's own date."""
    due = [at for _, at in line.schedule if at is not None]
    return min(due) if due else microseconds(resolved.event.due_at)  # type: ignore[attr-defined]


def _change_line(decision: Decision, policy: Policy, record: OrderLine, line: ResolvedLine) -> None:
    """Take the line as its new whole; totals stay, and may now exceed it (D08)."""
    record.quantity, record.part_revision = line.quantity, line.revision
    record.due_at = _due_at(decision.resolved, line) or record.due_at
    record.status = "closed" if record.received >= record.quantity and not record.blanket else "open"
    record.touched = True
    review_order_line(decision, policy, record, line.line)


def _take_up_held_goods(workset: Workset, decision: Decision, policy: Policy, now_us: int, key: OrderKey) -> None:
    """Goods received before their order are matched again, now that it is known."""
    if not workset.unmatched_of_group:
        return
    for part in sorted({line.part for line in workset.lines_of_order.get(key, ())}):
        for line in list(workset.unmatched_of_group.get(GroupKey(key.book, key.site, part), ())):
            of_supplier = not line.supplier or line.supplier == key.supplier
            if line.status == "unmatched" and line.order_number == key.order_number and of_supplier:
                # What is linked to a notice stays so: only what had neither notice nor order is looked at.
                rematch(workset, decision, policy, now_us, (), (line,), line.line)
