"""A cancellation read again: what it had cancelled is in force again, and then it is decided as it is read now.

Nothing is put back over what came since; what was refused meanwhile, because it was cancelled, stays refused.
"""

from __future__ import annotations

from ledger.matching.booking import CannotReread
from ledger.matching.deciding.allowances import give_back
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.notices.notices import decide_cancelled as decide_notice_cancelled
from ledger.matching.notices.notices import post_notice
from ledger.matching.ordering.orders import decide_cancelled as decide_order_cancelled
from ledger.matching.records.documents import OrderKey, ShipmentKey
from ledger.matching.workset import Workset
from ledger.policy import Policy


def reread_order_cancelled(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The order is open again with the lines that it had."""
    resolved = decision.resolved
    before, was = resolved.before, resolved.order_before
    assert before is not None  # noqa: S101  only a re-reading gets here
    key = OrderKey(before.book, before.site, before.supplier, before.event.number)
    order = workset.orders.get(key)
    if order is not None and was is not None:
        if order.changed_seq != before.seq:
            raise CannotReread(
                f"Order {key.order_number} was changed since (event {order.changed_seq}): send a change."
            )
        order.status, order.changed_seq, order.touched = "open", was.changed_seq, True
        for line in workset.lines_of_order.get(key, ()):
            if line.status == "cancelled" and line.line in was.lines:
                is_done = line.received >= line.quantity and not line.blanket
                line.status, line.touched = "closed" if is_done else "open", True
        decision.released.append(f"order:{key.order_number}")
    if resolved.event.retracted:
        decision.lines.append(LineDecision("", "posted"))
    else:
        decide_order_cancelled(workset, decision, policy, now_us)


def reread_notice_cancelled(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """The notice is in force again, and its goods are under way."""
    resolved = decision.resolved
    before, notice = resolved.before, resolved.undone
    assert before is not None  # noqa: S101  only a re-reading gets here
    key = ShipmentKey(before.book, before.site, before.supplier, before.event.number)
    shipment = workset.shipments.get(key)
    if notice is None and shipment is not None and shipment.seq > before.seq:
        raise CannotReread(
            f"Shipment {key.shipment_id} was noticed again since (event {shipment.seq}): what it is now stands."
        )
    if notice is not None:
        give_back(workset, resolved)
        notice.cause = resolved.effective_seq
        again = Decision(notice)
        post_notice(workset, again, policy, now_us, key)
        lost = next((line for line in again.lines if line.status != "posted"), None)
        if lost is not None:
            why = lost.reason or f"line {lost.line} waits for {lost.needs.replace(':', ' ', 1)}"
            raise CannotReread(f"Shipment {key.shipment_id}, which it cancelled, cannot be in force again: {why}")
        decision.movements += again.movements
        decision.earlier, decision.earlier_event = len(again.movements), notice.seq
        decision.findings += again.findings
        decision.withdrawn += again.withdrawn
        decision.released += again.released
        decision.counted |= again.counted
    if resolved.event.retracted:
        decision.lines.append(LineDecision("", "posted", movements=len(decision.movements)))
    else:
        decide_notice_cancelled(workset, decision, policy, now_us)
