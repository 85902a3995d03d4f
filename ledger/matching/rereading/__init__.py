"""Re-readings: what a document said before gives way to what it says now, in place, wherever its goods have got to.

A re-reading is never refused half: it stands as a whole or raises CannotReread, and the book keeps nothing of it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ledger.events import (
    CASEWORK,
    PAPERS,
    AcknowledgmentReported,
    ContainmentClosed,
    ContainmentOpened,
    CustomerReceiptReported,
    DiscrepancyResolved,
    Event,
    GoodsReceiptMatched,
    GoodsReceiptReversed,
    GoodsReceived,
    OrderCancelled,
    OrderChanged,
    OrderPlaced,
    ReceiptShortConfirmed,
    ShipmentCancelled,
    ShipmentNotified,
    ShipmentReplaced,
    SupplierInvoiceReceived,
    kind_of,
)
from ledger.matching.billing import take_back
from ledger.matching.booking import CannotReread as CannotReread
from ledger.matching.decide import HANDLERS, Handler, decide_by
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.rereading.cancellations import reread_notice_cancelled, reread_order_cancelled
from ledger.matching.rereading.notices import reread_notice
from ledger.matching.rereading.orders import reread_changed, reread_placed
from ledger.matching.rereading.receipts import reread_received
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.waiting import waits_for_place
from ledger.matching.workset import Workset
from ledger.policy import Policy


def _reread_paper(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """What was filed is taken out, and the new reading filed in its place."""
    resolved = decision.resolved
    assert resolved.before is not None  # noqa: S101  only a re-reading gets here
    workset.unfiled.append(resolved.before.seq)
    if isinstance(resolved.before.event, SupplierInvoiceReceived):
        take_back(workset, decision, policy, now_us)
    if resolved.event.retracted:
        decision.lines.append(LineDecision("", "posted"))
    else:
        HANDLERS[type(resolved.event)](workset, decision, policy, now_us)


def _take_back_nothing(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """What waited waits no longer: the book has ended that."""
    decision.lines.append(LineDecision("", "posted"))


REREAD: dict[type[Event], Handler] = {
    OrderPlaced: reread_placed,
    OrderChanged: reread_changed,
    ShipmentNotified: reread_notice,
    ShipmentReplaced: reread_notice,
    GoodsReceived: reread_received,
    OrderCancelled: reread_order_cancelled,
    ShipmentCancelled: reread_notice_cancelled,
    **dict.fromkeys(PAPERS, _reread_paper),
}
"""The kinds about documents that may be read again."""

INSTEAD: Mapping[type[Event], str] = {
    AcknowledgmentReported: "What became of a document is told anew: acknowledge it, or mark it reviewed.",
    GoodsReceiptReversed: "Its goods have left the books: send the goods receipt again, under another number.",
    ReceiptShortConfirmed: "The lines are closed: goods that come all the same are received as ever, and their case "
    "says what was short.",
    CustomerReceiptReported: "What the customer said stands: ask it for another advice, under another number.",
    GoodsReceiptMatched: "Say it again, and otherwise: the last word holds.",
    DiscrepancyResolved: "A decision stands: correct the goods that it moved by a count or an adjustment, with the "
    "reason.",
    **dict.fromkeys(CASEWORK, "Say what holds instead: work on a case follows what was said before."),
    ContainmentOpened: "Close it (ContainmentClosed {number}) and open another that says what it should.",
    ContainmentClosed: "Open another containment for what is to stay held.",
}
"""What to do in place of reading others again: they decide, or take back what had been received."""


def reread(workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int) -> Decision:
    """Decide a revision of an event that was recorded before (`resolved.before`).

    Raises CannotReread; the working set must then be thrown away.
    """
    decision = Decision(resolved)
    handler = REREAD.get(type(resolved.event))
    if handler is None and not resolved.gives_way:
        handler = _take_back_nothing if resolved.event.retracted else HANDLERS.get(type(resolved.event))
    if handler is None:
        raise CannotReread(
            f"{kind_of(resolved.event)} {resolved.event.number} is in the books and is not read anew. "
            f"{INSTEAD[type(resolved.event)].format(number=resolved.event.number)}"
        )
    if not resolved.event.retracted and waits_for_place(decision):
        if not resolved.gives_way:
            return decision
        raise CannotReread(f"Its {resolved.missing.replace(':', ' ', 1)} is not known: import it first.")
    decide_by(handler, workset, decision, policy, now_us)
    return decision
