"""Re-readings: what a document said before gives way to what it says now, in place, wherever its goods have got to.

A re-reading is never refused half: it stands as a whole or raises CannotReread, and the book keeps nothing of it.
"""

from __future__ import annotations

from ledger.events import (
    PAPERS,
    Event,
    GoodsReceived,
    OrderChanged,
    OrderPlaced,
    ShipmentNotified,
    ShipmentReplaced,
    kind_of,
)
from ledger.matching.booking import CannotReread as CannotReread
from ledger.matching.decide import HANDLERS, Handler, decide_by
from ledger.matching.decision import Decision, LineDecision
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
    **dict.fromkeys(PAPERS, _reread_paper),
}
"""The kinds about documents that may be read again. Others decide or take back what others said: they are put right
by a document or decision of their own."""


def reread(workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int) -> Decision:
    """Decide a revision of an event that was recorded before (`resolved.before`).

    Raises CannotReread; the working set must then be thrown away.
    """
    decision = Decision(resolved)
    handler = REREAD.get(type(resolved.event))
    if handler is None and not resolved.gives_way:
        handler = _take_back_nothing if resolved.event.retracted else HANDLERS[type(resolved.event)]
    if handler is None:
        raise CannotReread(
            f"{kind_of(resolved.event)} {resolved.event.number} is in the books and its kind cannot be read anew: "
            f"put it right by an event of its own."
        )
    if not resolved.event.retracted and waits_for_place(decision):
        if not resolved.gives_way:
            return decision
        raise CannotReread(f"Its {resolved.missing.replace(':', ' ', 1)} is not known: import it first.")
    decide_by(handler, workset, decision, policy, now_us)
    return decision
