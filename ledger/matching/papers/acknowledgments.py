"""OrderAcknowledged: what is promised of an order. The order itself stays as it was placed."""

from __future__ import annotations

from ledger.events import AcknowledgedLine, OrderAcknowledged
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.ordering.lateness import watch
from ledger.matching.ordering.requirements import find_order_line
from ledger.matching.papers.filed import NOTHING, Promise, per_base_unit
from ledger.matching.records.documents import OrderKey, OrderLine
from ledger.matching.resolved import ResolvedEvent, ResolvedLine, document_of, microseconds
from ledger.matching.waiting import has_grace_left, lacks_master_data, wait_for_order, waits_for_place, withdraw
from ledger.matching.workset import Workset
from ledger.policy import Policy, Terms

WITHOUT_ORDER = "it cannot be acknowledged"


def decide_acknowledged(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """File each promise with its order line; an order, or a line of it, that has not come is waited for."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, OrderAcknowledged)  # noqa: S101  the dispatch table says so
    terms = policy.terms_for(resolved.supplier, event.partner)
    if resolved.missing.startswith("order:"):
        wait_for_order(decision, event.number, terms, now_us, WITHOUT_ORDER)
        return
    if waits_for_place(decision):
        return
    key = OrderKey(resolved.book, resolved.site, resolved.supplier, event.number)
    if key not in workset.orders:
        wait_for_order(decision, event.number, terms, now_us, WITHOUT_ORDER)
        return
    for line in resolved.lines:
        if not lacks_master_data(decision, line, terms):
            decision.lines.append(_decide_line(workset, decision, key, line, terms, now_us))
    _take_up_promises(workset, decision, key, terms)
    if resolved.cause:
        withdraw(workset, decision, {line.line for line in resolved.lines})
    if event.status:
        workset.filed.append(_promise_for_the_rest(resolved, event, key, now_us))
    if not decision.lines:
        decision.lines.append(LineDecision("", "posted"))


def _decide_line(
    workset: Workset, decision: Decision, key: OrderKey, line: ResolvedLine, terms: Terms, now_us: int
) -> LineDecision:
    resolved, said = decision.resolved, line.said
    assert isinstance(said, AcknowledgedLine)  # noqa: S101  lines of an acknowledgment
    if line.quantity < 0:
        return LineDecision(line.line, "refused", reason=f"A quantity of {said.quantity} cannot be promised.")
    ordered = find_order_line(workset, key, said.order_line, line.part)
    if ordered is None:
        # An answer to a change may overtake the change.
        until = has_grace_left(resolved, terms.order_grace_minutes, now_us)
        if until is not None:
            return LineDecision(line.line, "waiting", needs=f"order:{key.order_number}", until=until)
        named = f"line {said.order_line} of {line.part}" if said.order_line else line.part
        reason = f"Order {key.order_number} does not ask for {named}. Change the order, or send the line again."
        return LineDecision(line.line, "refused", reason=reason)
    workset.filed.append(_promise(resolved, ordered, line, said, now_us))
    return LineDecision(line.line, "posted")


def _take_up_promises(workset: Workset, decision: Decision, key: OrderKey, terms: Terms) -> None:
    """What is promised now holds in place of what was asked for, until the order is changed."""
    promised: dict[str, list[tuple[int | None, int]]] = {}
    for one in workset.filed:
        if isinstance(one, Promise) and one.seq == decision.resolved.seq and one.promised_at is not None:
            ordered = workset.order_lines[key, one.line]
            promised.setdefault(one.line, []).append((one.promised_at, one.quantity or ordered.quantity))
    for line, due in promised.items():
        watch(workset.order_lines[key, line], due, terms)


def _promise(
    resolved: ResolvedEvent, ordered: OrderLine, line: ResolvedLine, said: AcknowledgedLine, now_us: int
) -> Promise:
    event = resolved.event
    assert isinstance(event, OrderAcknowledged)  # noqa: S101
    amount, per = NOTHING if said.price is None else per_base_unit(said.price.amount, said.price.per, line)
    message, document = document_of(event)
    return Promise(
        *ordered.key,
        seq=resolved.seq,
        entry=line.line,
        line=ordered.line,
        status=said.status,
        code=said.code,
        quantity=line.quantity or None,
        unit=line.unit,
        promised_at=microseconds(said.promised_at),
        ships_at=microseconds(said.ships_at),
        acknowledged_at=_made_at(event, now_us),
        acknowledgment=event.acknowledgment,
        currency="" if said.price is None else said.price.currency or event.currency,
        amount=amount,
        per=per,
        reason=said.reason,
        message=message,
        document=document,
        segment=said.segment,
    )


def _promise_for_the_rest(resolved: ResolvedEvent, event: OrderAcknowledged, key: OrderKey, now_us: int) -> Promise:
    message, document = document_of(event)
    return Promise(
        *key,
        seq=resolved.seq,
        entry="",
        line="",
        status=event.status,
        code="",
        quantity=None,
        unit="",
        promised_at=None,
        ships_at=None,
        acknowledged_at=_made_at(event, now_us),
        acknowledgment=event.acknowledgment,
        currency="",
        amount="",
        per=NOTHING[1],
        reason=event.reason,
        message=message,
        document=document,
        segment=0,
    )


def _made_at(event: OrderAcknowledged, now_us: int) -> int:
    said = microseconds(event.acknowledged_at or event.created_at or event.recorded_at)
    return now_us if said is None else said
