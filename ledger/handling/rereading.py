"""What was done with goods in the house, read again: what it moved goes back, and it is decided anew.

Goods that have moved on since stay where they are, and the re-reading is refused. Nothing here knows documents.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from ledger.events import (
    Event,
    OpeningBalanceLoaded,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
    kind_of,
)
from ledger.handling.decide import decide
from ledger.handling.returning import count_in_again
from ledger.handling.transferring import unship
from ledger.matching.booking import CannotReread, book_movements, refuse_moved_on
from ledger.matching.deciding.allowances import give_back
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.receiving.identities import stands_at
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.bucket import Bucket, Movement


class Moved(NamedTuple):
    """A movement as it stands in the books."""

    source: Bucket
    target: Bucket
    quantity: int
    line: str


INSTEAD: Mapping[type[Event], str] = {
    OpeningBalanceLoaded: "The books began with it: put them right by a count or an adjustment.",
    TransferReceived: "Take it back (GoodsReceiptReversed {number}), and receive the goods by another number.",
    TransferCancelled: "Its goods stand at their site again: ship them by a transfer of another number.",
}
"""Kinds that cannot be read again, and what to do in their place. Of all others, what they did is their movements,
what is counted, used and settled by these, and their own cases."""


def reread(
    workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int, moved: Sequence[Moved]
) -> Decision:
    """Decide a revision of an event whose first reading made the movements `moved`. Raises CannotReread."""
    before, event = resolved.before, resolved.event
    assert before is not None  # noqa: S101  only a re-reading gets here
    if not resolved.gives_way and not event.retracted:
        return decide(workset, resolved, policy, now_us)
    if type(event) in INSTEAD and resolved.gives_way:
        raise CannotReread(
            f"{kind_of(event)} {event.number} is in the books and is not read anew. "
            f"{INSTEAD[type(event)].format(number=event.number)}"
        )
    if resolved.missing and not event.retracted:
        raise CannotReread(f"Its {resolved.missing.replace(':', ' ', 1)} is not known: import it first.")
    back = Decision(resolved, by_bucket=True)
    if isinstance(before.event, TransferShipped) and unship(workset, back, policy, before, resolved):
        moved = ()
    returned = [Movement(target, source, quantity, line) for source, target, quantity, line in reversed(moved)]
    refuse_moved_on(workset, returned)
    _refuse_doubled(workset, returned)
    book_movements(workset, back, returned)
    give_back(workset, resolved)
    for line in before.lines:
        count_in_again(workset, back, before, line)
    withdrawn = [
        case
        for case in workset.open_cases.values()
        if case.opened_seq == before.seq and case.book == resolved.book and not case.clearing
    ]
    if event.retracted:
        decision = Decision(resolved, by_bucket=True)
        decision.lines.append(LineDecision("", "posted", movements=len(back.movements)))
    else:
        decision = decide(workset, resolved, policy, now_us)
    decision.movements[:0] = back.movements
    decision.earlier, decision.earlier_event = len(back.movements), before.seq
    decision.withdrawn[:0] = withdrawn
    decision.counted |= back.counted
    return decision


def _refuse_doubled(workset: Workset, movements: Sequence[Movement]) -> None:
    """Raises CannotReread where a piece that would come back was found at another place meanwhile."""
    for _, target, _, _ in movements:
        found = stands_at(workset, target.book, target.part, target.serial) if target.serial else None
        if found is not None and found.state != "in_transit" and found != target:
            raise CannotReread(
                f"Serial {target.serial} of {target.part} stands at {found.location or found.state} now: put right "
                f"where it is first."
            )
