"""An order, or a change to one, read again: its lines take their new content and keep what came of them."""

from __future__ import annotations

from ledger.events import OrderChanged, OrderPlaced
from ledger.events import OrderLine as SaidLine
from ledger.matching.booking import CannotReread
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.ordering.orders import decide_changed, decide_placed
from ledger.matching.records.documents import Order, OrderKey, OrderLine
from ledger.matching.resolved import ResolvedEvent, document_of
from ledger.matching.waiting import withdraw
from ledger.matching.workset import Workset
from ledger.policy import Policy


def reread_placed(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The order as it is read now, line by line; lines that it no longer has are cancelled."""
    resolved = decision.resolved
    event, before = resolved.event, resolved.before
    assert isinstance(event, OrderPlaced) and before is not None  # noqa: S101, PT018
    key = OrderKey(resolved.book, resolved.site, resolved.supplier, event.number)
    _give_up_other(workset, before, key)
    order = workset.orders.get(key)
    if order is not None:
        if order.changed_seq and order.changed_seq != before.seq:
            raise CannotReread(
                f"Order {event.number} was changed since (event {order.changed_seq}): send a change, or read that "
                f"document again."
            )
        _take_over(order, resolved, event)
    said = set() if event.retracted else {line.line for line in resolved.lines}
    for line in workset.lines_in_order(key):
        if line.line not in said:
            _cancel(line, event.number, event.retracted)
    withdraw(workset, decision)
    if event.retracted:
        if order is not None:
            order.status = "cancelled"
        decision.lines.append(LineDecision("", "posted"))
        return
    parts = {line.line: line.part for line in resolved.lines}
    for line in workset.lines_in_order(key):
        part = parts.get(line.line, line.part)
        if part and part != line.part:
            _cancel(line, event.number, whole=True)
            workset.order_lines_of_part[key, line.part].remove(line)
            line.part = part
            workset.order_lines_of_part.setdefault((key, part), []).append(line)
    decide_placed(workset, decision, policy, now_us)


def reread_changed(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The change as it is read now, where nothing was changed after it and it still names what it named."""
    resolved = decision.resolved
    event, before = resolved.event, resolved.before
    assert isinstance(event, OrderChanged) and before is not None  # noqa: S101, PT018
    key = OrderKey(resolved.book, resolved.site, resolved.supplier, event.number)
    order = workset.orders.get(key)
    if order is not None:
        if order.changed_seq != before.seq:
            raise CannotReread(f"Order {event.number} was changed since (event {order.changed_seq}): send a change.")
        now = set() if event.retracted else {line.line for line in resolved.lines}
        for line in before.lines:
            record = workset.order_lines.get((key, line.line))
            if line.line in now or record is None:
                continue
            if not isinstance(line.said, SaidLine) or record.seq != before.seq:
                raise CannotReread(
                    f"Line {line.line} of order {event.number} was changed by it, and read so it would not be: send "
                    f"a change that says what the line is to be."
                )
            _cancel(record, event.number, whole=True)
    if event.retracted:
        decision.lines.append(LineDecision("", "posted"))
        return
    decide_changed(workset, decision, policy, now_us)


def _give_up_other(workset: Workset, before: ResolvedEvent, key: OrderKey) -> None:
    """The order under which it was read before, where that was another supplier's."""
    other = OrderKey(before.book, before.site, before.supplier, before.event.number)
    order = workset.orders.get(other)
    if other == key or order is None or order.seq != before.seq:
        return
    for line in workset.lines_in_order(other):
        _cancel(line, other.order_number, whole=True)
    order.status, order.touched = "cancelled", True


def _take_over(order: Order, resolved: ResolvedEvent, event: OrderPlaced) -> None:
    order.message, order.document = document_of(event)
    order.seq, order.status, order.touched = resolved.seq, "open", True
    order.order_type, order.currency = event.order_type, event.currency


def _cancel(line: OrderLine, number: str, whole: bool) -> None:
    if whole and (line.advised or line.received):
        raise CannotReread(f"Line {line.line} of order {number} was advised or received: cancel the order instead.")
    line.status, line.touched = "cancelled", True
