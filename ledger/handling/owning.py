"""Whose goods are: changes of owner where goods stand, and the state that follows from who owns them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ledger.events import OwnershipLine, StockLine
from ledger.handling.rules import CHANGES_OWNER, CONSUMED_BY_MISTAKE, OWNED, Rule
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset
from ledger.stock.accounts import external_account
from ledger.stock.bucket import MILLION, Bucket

DecideLine = Callable[[Workset, Decision, ResolvedLine, Rule, int], LineDecision]


def change_owner(
    workset: Workset, decision: Decision, line: ResolvedLine, now_us: int, decide_line: DecideLine
) -> LineDecision:
    """One line of a change of owner."""
    said = line.said
    assert isinstance(said, OwnershipLine)  # noqa: S101  lines of a change of owner
    reason = ""
    if said.owner == said.to_owner and not line.missing:
        reason = f"The goods are {said.owner or 'ours'} already: `owner` and `to_owner` are the same."
    elif said.state and said.state not in OWNED:
        reason = f"Goods in {said.state} do not change hands: {', '.join(OWNED)} do."
    elif said.to_location and said.to_location != said.location:
        reason = "A change of owner moves nothing: leave `to_location` out, and send PutAwayCompleted."
    if reason and line.standing != "other":
        return LineDecision(line.line, "refused", reason=reason)
    rule = replace(CHANGES_OWNER, sources=(said.state,)) if said.state else CHANGES_OWNER
    return decide_line(workset, decision, line, rule, now_us)


def not_consumed(workset: Workset, resolved: ResolvedEvent, line: ResolvedLine) -> str:
    """Why consumption cannot be taken back: less was booked on that car or order; "" when it can."""
    said = line.said
    assert isinstance(said, StockLine)  # noqa: S101  lines of an event about stock
    if line.missing or line.standing == "other":
        return ""
    booked = workset.balances.get(account_of(resolved, line), 0)
    asked = line.quantity or len(said.serials) * MILLION
    if asked > booked:
        whose = f"{said.owner}'s" if said.owner else "ours"
        into = said.demand or said.vin or "no demand"
        return (
            f"{booked / MILLION:g} {line.unit} of {line.part} that were {whose} were built in for {into}: name the "
            f"`owner` and the `demand` that they were booked with."
        )
    return ""


def account_of(resolved: ResolvedEvent, line: ResolvedLine) -> Bucket:
    """Where goods are that were built in: whose they were and into what is kept."""
    said = line.said
    assert isinstance(said, StockLine)  # noqa: S101  lines of an event about stock
    return external_account(
        resolved.book, resolved.site, line.part, "production", owner=said.owner, demand=said.demand or said.vin
    )


def state_for(state: str, owner: str, said: StockLine, rule: Rule) -> str:
    """What is usable and not ours is consigned, whichever way it became usable; consigned goods that become ours are
    available."""
    if not owner and state != "consigned":
        return state
    if isinstance(said, OwnershipLine) and state in ("available", "consigned"):
        return "consigned" if owner else "available"
    if rule is CONSUMED_BY_MISTAKE and owner and not said.to_state:
        return "consigned"
    return "consigned" if state == "available" and owner and rule.targets else state
