"""Goods that go back: what is decided about returned goods, and whose the goods were that leave for a supplier.

What was received from a supplier in all no longer counts what went back to it (RCD21, and D11 where it is agreed).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from ledger.events import DispositionLine, GoodsReturned, ReturnDisposed
from ledger.handling.rules import DISPOSITIONS, Rule
from ledger.matching.booking import CannotReread
from ledger.matching.decision import Decision
from ledger.matching.ordering.cumulatives import give_back
from ledger.matching.records.documents import CumulativeKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset
from ledger.stock.bucket import Movement

REMAN = "reman"


def rule_for(said: DispositionLine) -> Rule:
    """The way of a disposition. What comes out of remanufacturing keeps its segment; a core is held as one."""
    rule = DISPOSITIONS[said.disposition]
    if said.disposition == "restock" and said.stock_segment == REMAN and not said.to_segment:
        return replace(rule, to_segment=REMAN)
    return rule


def whose(workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, *, back: bool = False) -> tuple[str, str]:
    """Our id of the supplier that goods without an owner go back to, or (`back`) went back to, "" where none ever
    delivered the part; and what is wrong where that cannot be told."""
    if resolved.supplier:
        return resolved.supplier, ""
    named = getattr(line.said, "owner", "")
    if named:
        return named, ""
    delivered = sorted(
        key.supplier
        for key, total in workset.cumulatives.items()
        if key[:3] == (resolved.book, resolved.site, line.part)
        and key.supplier
        and (total.returned if back else total.received) > 0
    )
    if len(delivered) > 1:
        return "", f"{line.part} came from {', '.join(delivered)}: name the `supplier` that it goes back to."
    return (delivered[0] if delivered else ""), ""


def count_in_again(workset: Workset, decision: Decision, before: ResolvedEvent, line: ResolvedLine) -> None:
    """Count as received again what a line had sent back to a supplier, which was misread. Raises CannotReread where
    it cannot be told any more which supplier that was."""
    back = [
        movement
        for movement in decision.movements
        if movement.line == line.line and movement.source.state == "supplier"
    ]
    if not back or not isinstance(before.event, GoodsReturned | ReturnDisposed):
        return
    supplier, reason = whose(workset, before, line, back=True)
    if reason:
        raise CannotReread(reason)
    for source, target, quantity, _ in back:
        key = CumulativeKey(source.book, source.site, source.part, target.owner or supplier)
        give_back(workset, decision, key, -quantity)


def count_back(workset: Workset, decision: Decision, movements: Sequence[Movement], supplier: str) -> None:
    """Take what went back out of the cumulative received: of its owner, else of the supplier named."""
    for movement in movements:
        source = movement.source
        if movement.target.state == "supplier":
            key = CumulativeKey(source.book, source.site, source.part, source.owner or supplier)
            give_back(workset, decision, key, movement.quantity)
