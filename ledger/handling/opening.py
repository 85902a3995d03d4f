"""OpeningBalanceLoaded: what stood where when the books of a site began, held against its own control totals.

A load that does not add up posts nothing: whoever made it is told both figures. A place that has goods in the books
already is refused, since a balance that is loaded twice is the one mistake that nobody finds later.
"""

from __future__ import annotations

from ledger.events import OpeningBalanceLoaded, OpeningLine
from ledger.handling.places import ON_HAND
from ledger.handling.rules import HELD
from ledger.matching.booking import book_movements
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.receiving.identities import stands_at
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.waiting import cannot_post, refuse_whole
from ledger.matching.workset import Workset
from ledger.stock.accounts import external_account
from ledger.stock.bucket import MILLION, QUANTITY_MAX, Bucket, Movement

Where = tuple[str, str]
"""Part and location."""


def decide_opening(workset: Workset, decision: Decision) -> None:
    """Decide the lines of one load; all are refused when its totals do not agree."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, OpeningBalanceLoaded)  # noqa: S101  the dispatch table says so
    if reason := _disagreement(event):
        refuse_whole(decision, "", reason)
        return
    taken = _taken(workset, resolved)
    decision.lines.extend(_decide_line(workset, decision, line, taken) for line in resolved.lines)


def _disagreement(event: OpeningBalanceLoaded) -> str:
    """Where the load is not what it says it is; "" where it is. Every line counts, those recorded before too."""
    total = sum(line.quantity for line in event.lines)
    said = event.control
    if said.lines != len(event.lines):
        return f"The control total says {said.lines} lines, and there are {len(event.lines)}; nothing was posted."
    if said.quantity != total:
        return f"The control total says {said.quantity} in all, and the lines add up to {total}; nothing was posted."
    return ""


def _taken(workset: Workset, resolved: ResolvedEvent) -> frozenset[Where]:
    """Places that had goods before this load."""
    return frozenset(
        (part, bucket.location)
        for part in {line.part for line in resolved.lines}
        for bucket in workset.stock_of.get((resolved.book, resolved.site, part), ())
        if bucket.state in ON_HAND and workset.balances[bucket] > 0
    )


def _decide_line(workset: Workset, decision: Decision, line: ResolvedLine, taken: frozenset[Where]) -> LineDecision:
    said = line.said
    assert isinstance(said, OpeningLine)  # noqa: S101  lines of an opening balance
    if (held_back := cannot_post(line)) is not None:
        return held_back
    if reason := _mistake(workset, decision.resolved.book, line, said, taken):
        return LineDecision(line.line, "refused", reason=reason)
    movements = _movements(decision.resolved, line, said)
    book_movements(workset, decision, movements)
    return LineDecision(line.line, "posted", len(movements))


def _mistake(
    workset: Workset, book: str, line: ResolvedLine, said: OpeningLine, taken: frozenset[Where]
) -> str:  # fmt: skip
    if not said.location:
        return "An opening balance needs `location`; send the line again with it."
    if line.inexact:
        return f"{said.quantity} {said.unit} is no whole quantity of {line.unit}."
    if not 0 < line.quantity <= QUANTITY_MAX:
        return f"A quantity of {said.quantity} cannot be loaded."
    if said.serials and not line.quantity == len(said.serials) * MILLION == len(set(said.serials)) * MILLION:
        return f"{len(said.serials)} serials are named, and a quantity of {said.quantity}."
    if said.state == "allocated" and not said.demand:
        return "Goods in allocated need `demand`; send the line again with it."
    if said.state in HELD and not said.hold_reason:
        return f"Goods in {said.state} need `hold_reason`; send the line again with it."
    if known := next(filter(None, (stands_at(workset, book, line.part, one) for one in said.serials)), None):
        return f"Serial {known.serial} stands at {known.location or known.site} already, in {known.state}."
    if (line.part, said.location) in taken:
        return f"{line.part} at {said.location} has goods in the books already; count the place instead."
    return ""


def _movements(resolved: ResolvedEvent, line: ResolvedLine, said: OpeningLine) -> list[Movement]:
    account = external_account(resolved.book, resolved.site, line.part, "opening")
    state = said.state or "available"
    target = Bucket(
        resolved.book, resolved.site, line.part, line.revision, said.lot, "", said.location, said.owner,
        said.stock_segment, state, said.hold_reason if state in HELD else "", said.handling_unit, "",
        said.demand if state == "allocated" else "",
    )  # fmt: skip
    if not said.serials:
        return [Movement(account, target, line.quantity, line.line)]
    return [Movement(account, target._replace(serial=serial), MILLION, line.line) for serial in said.serials]
