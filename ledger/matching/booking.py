"""Put movements into a decision, keeping the balances that the working set watches current."""

from __future__ import annotations

from collections.abc import Sequence

from ledger.matching.containments.sheets import under_sheets
from ledger.matching.decision import Decision
from ledger.matching.workset import Workset
from ledger.stock.bucket import Bucket, Movement


class CannotReread(Exception):
    """What a document said before cannot be taken back, or its new reading cannot stand in its place: nothing of it
    may be kept. The text says why, and what to do."""


def refuse_moved_on(workset: Workset, movements: Sequence[Movement]) -> None:
    """Raises CannotReread where goods that are to move stand there no longer."""
    leaving: dict[Bucket, int] = {}
    for source, _, quantity, _ in movements:
        if source.is_external:
            continue
        leaving[source] = leaving.get(source, 0) + quantity
        if leaving[source] > workset.balances.get(source, 0 if source.state != "in_transit" else leaving[source]):
            place = f"{source.location} ({source.state})" if source.location else source.state
            raise CannotReread(
                f"Goods of {source.part} have moved on from {place}: bring them back there, or put right what is "
                f"left by a count or an adjustment."
            )


def book_movements(workset: Workset, decision: Decision, movements: list[Movement]) -> None:
    """Add movements; goods that have moved on since are left where they are, contained goods in the house held.

    A re-match may want to move goods from shelf to shelf that a shelf no longer holds: then only what is there
    moves. Movements to or from accounts always go in full, they are what was agreed.
    """
    if workset.containing and decision.by_bucket:
        movements = under_sheets(workset, movements)
    balances, stock_of = workset.balances, workset.stock_of
    for movement in movements:
        source, target, quantity, line = movement
        if not target.is_external:
            if target.serial:
                balances.setdefault(target, 0)
                workset.add_serial(target)
            standing = stock_of.get(target[:3])
            if standing is not None:
                balances.setdefault(target, 0)
                standing[target] = None
        if balances:
            held = balances.get(source)
            if held is not None:
                if (
                    held < quantity
                    and source.state != "in_transit"
                    and not (source.is_external or target.is_external)
                ):
                    quantity = max(0, held)
                    if not quantity:
                        continue
                    movement = Movement(source, target, quantity, line)
                balances[source] = held - quantity
            held = balances.get(target)
            if held is not None:
                balances[target] = held + quantity
        decision.movements.append(movement)
