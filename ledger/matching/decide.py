"""`decide`: one event against the working set. Says what becomes of it and changes the records in place."""

from __future__ import annotations

from collections.abc import Callable

from ledger.events import (
    MASTER_DATA,
    AcknowledgmentReported,
    ContainmentClosed,
    ContainmentOpened,
    CustomerReceiptReported,
    DiscrepancyResolved,
    DisruptionReported,
    Event,
    ExceptionCleared,
    ExceptionRaised,
    GoodsReceiptMatched,
    GoodsReceiptReversed,
    GoodsReceived,
    OrderAcknowledged,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    ReceiptShortConfirmed,
    ReplenishmentRequested,
    ReplenishmentWithdrawn,
    ScheduleReleased,
    ScorecardFrozen,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    ShipmentStatusReported,
    SupplierInvoiceReceived,
    TimePassed,
)
from ledger.matching import answered, billing, ticks
from ledger.matching.billing import review_billed
from ledger.matching.containments import deciding as containing
from ledger.matching.deciding import exceptions, resolutions
from ledger.matching.deciding.authority import not_allowed
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.notices import notices
from ledger.matching.ordering import calls, cumulatives, orders
from ledger.matching.ordering.required import review_ordered, review_positions
from ledger.matching.papers import acknowledgments, carriage, invoices, schedules, scoring
from ledger.matching.receiving import receipts, said, shorts
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.waiting import refuse_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy

Handler = Callable[[Workset, Decision, Policy, int], None]


def decide_master_data(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Master data is in force once it is recorded; what waited for it is decided again by the book."""
    decision.lines.append(LineDecision("", "posted"))


HANDLERS: dict[type[Event], Handler] = {
    OrderPlaced: orders.decide_placed,
    OrderChanged: orders.decide_changed,
    OrderCancelled: orders.decide_cancelled,
    ShipmentNotified: notices.decide_notified,
    ShipmentReplaced: notices.decide_replaced,
    ShipmentCancelled: notices.decide_cancelled,
    GoodsReceived: receipts.decide_received,
    GoodsReceiptReversed: receipts.decide_reversed,
    GoodsReceiptMatched: said.decide_matched,
    DiscrepancyResolved: resolutions.decide_resolved,
    TimePassed: ticks.decide_time,
    ContainmentOpened: containing.decide_opened,
    ContainmentClosed: containing.decide_closed,
    OrderAcknowledged: acknowledgments.decide_acknowledged,
    ScheduleReleased: schedules.decide_released,
    ShipmentStatusReported: carriage.decide_reported,
    SupplierInvoiceReceived: invoices.decide_invoiced,
    DisruptionReported: scoring.decide_disrupted,
    ScorecardFrozen: scoring.decide_frozen,
    ReceiptShortConfirmed: shorts.decide_short,
    AcknowledgmentReported: answered.decide_acknowledgment,
    CustomerReceiptReported: answered.decide_customer_receipt,
    ExceptionRaised: exceptions.decide_raised,
    ExceptionCleared: exceptions.decide_cleared,
    ReplenishmentRequested: calls.decide_requested,
    ReplenishmentWithdrawn: calls.decide_withdrawn,
    **dict.fromkeys(MASTER_DATA, decide_master_data),
}


def decide(workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int) -> Decision:
    """Decide one event; events of a batch are decided in their order over one working set.

    `now_us` is `recorded_at` in microseconds UTC. Changes records in `workset` (flags `new` and `touched`) and, for
    buckets in `workset.balances`, their balances. Never raises for bad data.
    """
    decision = Decision(resolved)
    if resolved.compare:
        _look_again(workset, decision, policy, now_us)
        return decision
    if resolved.event.actor is not None and (reason := not_allowed(policy, resolved)):
        refuse_whole(decision, "", reason)
        return decision
    decide_by(HANDLERS[type(resolved.event)], workset, decision, policy, now_us)
    return decision


def _look_again(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """What an earlier event said of the named parts, in the light of what is known now; nothing else is decided."""
    resolved = decision.resolved
    event = resolved.event
    if not isinstance(event, SupplierInvoiceReceived):
        resolved.lines = tuple(line for line in resolved.lines if line.part in resolved.compare)
    if isinstance(event, ScheduleReleased):
        review_positions(workset, decision, policy, now_us)
        return
    if isinstance(event, SupplierInvoiceReceived):
        billing.look_again(workset, decision, policy, now_us)
        _review_changed(workset, decision, policy, now_us)
        return
    if isinstance(event, CustomerReceiptReported):
        answered.look_again(workset, decision)
        return
    cumulatives.compare_again(workset, decision, policy, now_us)
    if policy.reads_schedules:
        notices.look_again(workset, decision, policy, now_us)


SCHEDULED = (ScheduleReleased, ShipmentNotified, ShipmentReplaced, ShipmentCancelled)
"""Kinds after which a part under a schedule is looked at."""


def decide_by(handler: Handler, workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """What a handler decides, with the agreements and containments that it touches."""
    if policy.keeps_cumulatives and isinstance(decision.resolved.event, ShipmentNotified | ShipmentReplaced):
        cumulatives.begin(workset, decision, policy)
    handler(workset, decision, policy, now_us)
    if decision.counted:
        cumulatives.compare(workset, decision, policy, now_us)
    if workset.changed_lines:
        _review_changed(workset, decision, policy, now_us)
    if workset.scheduled and isinstance(decision.resolved.event, SCHEDULED):
        review_positions(workset, decision, policy, now_us)
    if workset.exceptions:
        exceptions.clear_met(workset, decision)
    if workset.containing and not decision.contained:
        containing.tell_of_arrivals(workset, decision)


def _review_changed(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Order lines whose totals are others now, against what is required of them."""
    changed = [line for _, line in sorted(workset.changed_lines.items())]
    workset.changed_lines.clear()
    for line in changed:
        if line.deliveries:
            review_ordered(workset, decision, policy, line, now_us)
        if line.bills_due_at:
            review_billed(decision, policy, line, now_us)
