"""OrderPlaced, OrderChanged, OrderCancelled: what is asked for. Orders move nothing."""

from __future__ import annotations

from ledger.events import OrderCancelled, OrderChanged, OrderPlaced
from ledger.events import OrderLine as SaidLine
from ledger.matching.billing import PRICED
from ledger.matching.deciding.review import linked_notices, review_order_line
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.ordering.lateness import watch
from ledger.matching.ordering.required import deliveries_of, wake_at
from ledger.matching.ordering.requirements import note_changed, order_line_of
from ledger.matching.papers.filed import OrderPrice, OrderVersion, per_base_unit
from ledger.matching.receiving.beyond import held_beyond, review_order
from ledger.matching.receiving.rematch import rematch
from ledger.matching.records.documents import GroupKey, Order, OrderKey, OrderLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, document_of, microseconds
from ledger.matching.waiting import (
    conflict_whole,
    holds_back,
    refuse_whole,
    wait_for_order,
    waits_for_place,
    withdraw,
)
from ledger.matching.workset import Workset
from ledger.policy import Policy, Terms

UNCHANGEABLE = "it cannot be changed or cancelled"


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
        existing = _put_order(workset, resolved, event, key)
    terms = policy.terms_for(resolved.supplier, event.partner)
    for line in resolved.lines:
        if not holds_back(decision, line, terms):
            known = workset.order_lines.get((key, line.line))
            if known is None:
                _put_line(workset, resolved, key, line, event.order_type in terms.blanket_order_types, terms, now_us)
                if len(line.schedule) > 1:
                    _file_deliveries(workset, decision, key, line, 0)
            else:
                # The order was read again: its lines keep what came of them.
                _change_line(workset, decision, policy, known, line, terms, now_us)
            _file_price(workset, decision, existing, line, now_us)
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
        wait_for_order(decision, event.number, terms, now_us, UNCHANGEABLE)
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
                _cancel_line(workset, decision, existing, now_us)
            decision.lines.append(LineDecision(line.line, "posted"))
            continue
        if holds_back(decision, line, terms):
            continue
        if existing is None:
            _put_line(workset, resolved, key, line, blanket, terms, now_us)
        else:
            _file_before(workset, existing)
            _change_line(workset, decision, policy, existing, line, terms, now_us)
            _file_deliveries(workset, decision, key, line, now_us)
        _file_price(workset, decision, order, line, now_us)
        decision.lines.append(LineDecision(line.line, "posted"))
    if event.complete and not resolved.cause:
        for record in workset.lines_of_order.get(key, ()):
            if record.line not in named:
                _cancel_line(workset, decision, record, now_us)
    if resolved.cause:
        withdraw(workset, decision, named)
    _take_up_held_goods(workset, decision, policy, now_us, key)
    decision.released.append(f"order:{event.number}")
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
        terms = policy.terms_for(resolved.supplier, event.partner)
        wait_for_order(decision, event.number, terms, now_us, UNCHANGEABLE)
        return
    order.status, order.changed_seq, order.touched = "cancelled", resolved.effective_seq, True
    for line in workset.lines_of_order.get(key, ()):
        if line.status == "open":
            _cancel_line(workset, decision, line, now_us)
    decision.lines.append(LineDecision("", "posted"))


def _put_order(workset: Workset, resolved: ResolvedEvent, event: OrderPlaced, key: OrderKey) -> Order:
    message, document = document_of(event)
    order = Order(
        key=key,
        status="open",
        seq=resolved.seq,
        partner=event.partner,
        order_type=event.order_type,
        currency=event.currency,
        message=message,
        document=document,
        touched=True,
        new=True,
    )
    workset.add_order(order)
    return order


def _file_price(workset: Workset, decision: Decision, order: Order, line: ResolvedLine, now_us: int) -> None:
    """What was agreed for the line from the day of the document on; what was invoiced of it is held against it."""
    resolved, said = decision.resolved, line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of an order
    if said.price is None:
        return
    price = per_base_unit(said.price, said.price_per, line)
    currency = getattr(resolved.event, "currency", "") or order.currency
    event = resolved.event
    since = microseconds(event.created_at or event.recorded_at) or now_us
    filed = OrderPrice(
        *order.key, line.line, resolved.effective_seq, resolved.seq, currency, *price, since
    )  # fmt: skip
    workset.filed.append(filed)
    known = workset.prices.get((order.key, line.line), ())
    if known and known[-1].since <= since and _is_as(known[-1], filed):
        return  # said again: nothing that was invoiced looks otherwise by it
    for seq, billed in workset.billed.get(line.part, ()):
        decision.compares[seq, f"{PRICED}{billed}"] = None


def _is_as(one: OrderPrice, other: OrderPrice) -> bool:
    return (one.currency, one.amount, one.per) == (other.currency, other.amount, other.per)


def _put_line(
    workset: Workset, resolved: ResolvedEvent, key: OrderKey, line: ResolvedLine, blanket: bool, terms: Terms,
    now_us: int,
) -> None:  # fmt: skip
    said = line.said
    assert isinstance(said, SaidLine)  # noqa: S101  lines of an order
    due_at = _due_at(resolved, line)
    record = OrderLine(
        key=key,
        line=line.line,
        order_line=said.order_line,
        part=line.part,
        part_revision=line.revision,
        unit=line.unit,
        quantity=line.quantity,
        seq=resolved.seq,
        segment=said.segment,
        due_at=due_at,
        blanket=blanket,
        touched=True,
        new=True,
    )
    watch(record, _arrivals(resolved, line), terms)
    workset.add_order_line(record)
    if terms.requirements is not None and not blanket:
        record.deliveries = deliveries_of(resolved, line, due_at, terms.requirements)
        _look_again(workset, record, now_us)


def _look_again(workset: Workset, line: OrderLine, now_us: int) -> None:
    """Wake when a delivery should have been advised; what is late already is looked at now."""
    line.wakes_at = wake_at(line, now_us)
    note_changed(workset, line)


def _cancel_line(workset: Workset, decision: Decision, record: OrderLine, now_us: int) -> None:
    _file_before(workset, record)
    record.status = "cancelled"
    note_changed(workset, record)
    seq = decision.resolved.effective_seq
    workset.filed.append(OrderVersion(*record.key, record.line, seq, 0, now_us, 0, record.due_at, "cancelled"))


def _file_before(workset: Workset, record: OrderLine) -> None:
    """How the line stood before its first change; later ones find it filed already."""
    workset.filed.append(
        OrderVersion(*record.key, record.line, record.seq, 0, 0, record.quantity, record.due_at, record.status)
    )


def _file_deliveries(
    workset: Workset, decision: Decision, key: OrderKey, line: ResolvedLine, changed_at: int
) -> None:
    """Every delivery of the line as it stands from now on."""
    seq = decision.resolved.effective_seq
    deliveries = line.schedule or ((line.quantity, None),)
    for entry, (quantity, due_at) in enumerate(deliveries):
        due = _due_at(decision.resolved, line) if due_at is None else due_at
        workset.filed.append(OrderVersion(*key, line.line, seq, entry, changed_at, quantity, due, "open"))


def _arrivals(resolved: ResolvedEvent, line: ResolvedLine) -> list[tuple[int | None, int]]:
    """By when how much of the line is to come: its own schedule, else all of it by the order's date."""
    if any(at is not None for _, at in line.schedule):
        return [(at, quantity) for quantity, at in line.schedule]
    return [(microseconds(resolved.event.due_at), line.quantity)]  # type: ignore[attr-defined]


def _due_at(resolved: ResolvedEvent, line: ResolvedLine) -> int | None:
    """The first delivery of the line, else the order's own date."""
    due = [at for _, at in line.schedule if at is not None]
    return min(due) if due else microseconds(resolved.event.due_at)  # type: ignore[attr-defined]


def _change_line(
    workset: Workset, decision: Decision, policy: Policy, record: OrderLine, line: ResolvedLine, terms: Terms,
    now_us: int,
) -> None:  # fmt: skip
    """Take the line as its new whole; totals stay, and may now exceed it (D08)."""
    record.quantity, record.part_revision = line.quantity, line.revision
    said = _due_at(decision.resolved, line)
    if said is not None:
        watch(record, _arrivals(decision.resolved, line), terms)
    record.due_at = due_at = said or record.due_at
    record.status = "closed" if record.received >= record.quantity and not record.blanket else "open"
    record.touched = True
    review_order_line(decision, policy, record, line.line)
    if terms.requirements is not None and not record.blanket:
        record.deliveries = deliveries_of(decision.resolved, line, due_at, terms.requirements)
        _look_again(workset, record, now_us)
        for notice in workset.notice_lines_of_group.get(GroupKey(record.key.book, record.key.site, record.part), ()):
            if notice.status == "open" and order_line_of(workset, notice) is record:
                decision.compares[notice.seq, record.part] = None
    review_order(workset, decision, policy, record, line.line)


def _take_up_held_goods(workset: Workset, decision: Decision, policy: Policy, now_us: int, key: OrderKey) -> None:
    """Goods received before their order are matched again, now that it is known."""
    if not workset.unmatched_of_group:
        return
    for part in sorted({line.part for line in workset.lines_of_order.get(key, ())}):
        for line in workset.unmatched(GroupKey(key.book, key.site, part)):
            of_supplier = not line.supplier or line.supplier == key.supplier
            if line.status == "unmatched" and line.order_number == key.order_number and of_supplier:
                # What is linked to a notice stays so: only what had neither notice nor order is looked at.
                rematch(workset, decision, policy, now_us, (), (line,), line.line)
        for order_line in workset.order_lines_of_part.get((key, part), ()):
            for link in held_beyond(workset, order_line):
                held = workset.receipt_lines[link.receipt, link.receipt_line]
                rematch(workset, decision, policy, now_us, linked_notices(workset, held), (held,), held.line)
