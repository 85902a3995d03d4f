"""What was done with goods in the house, read again: what it moved goes back, and it is decided anew.

Goods that have moved on since stay where they are, and the re-reading is refused. Nothing here knows documents.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from ledger.events import COUNTS, OWNERSHIP, Event, OpeningBalanceLoaded, kind_of
from ledger.handling.decide import decide
from ledger.handling.returning import count_in_again
from ledger.handling.rules import RULES
from ledger.matching.allowances import give_back
from ledger.matching.booking import CannotReread, book_movements, refuse_moved_on
from ledger.matching.decision import Decision, LineDecision
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


REREAD: frozenset[type[Event]] = frozenset({*RULES, *COUNTS, *OWNERSHIP}) - {OpeningBalanceLoaded}
"""Kinds that may be read again: what they did is their movements, what is counted and settled by these, and their own
cases. The other half of a transfer is at another site, and answers to it may have come."""


def reread(
    workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int, moved: Sequence[Moved]
) -> Decision:
    """Decide a revision of an event whose first reading made the movements `moved`. Raises CannotReread."""
    before, event = resolved.before, resolved.event
    assert before is not None  # noqa: S101  only a re-reading gets here
    if not resolved.gives_way and not event.retracted:
        return decide(workset, resolved, policy, now_us)
    if type(event) not in REREAD and resolved.gives_way:
        raise CannotReread(
            f"{kind_of(event)} {event.number} is in the books and its kind cannot be read anew: put it right by an "
            f"event of its own."
        )
    if resolved.missing and not event.retracted:
        raise CannotReread(f"Its {resolved.missing.replace(':', ' ', 1)} is not known: import it first.")
    back = Decision(resolved, by_bucket=True)
    returned = [Movement(target, source, quantity, line) for source, target, quantity, line in reversed(moved)]
    refuse_moved_on(workset, returned)
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
        decision.lines.append(LineDecision("", "posted", movements=len(returned)))
    else:
        decision = decide(workset, resolved, policy, now_us)
    decision.movements[:0] = back.movements
    decision.taken_back = len(back.movements)
    decision.withdrawn[:0] = withdrawn
    decision.counted |= back.counted
    return decision
