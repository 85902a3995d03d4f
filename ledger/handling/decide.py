"""`decide`: what becomes of the lines of one event about goods in the house.

A line moves whole or not at all. What is not there yet is waited for (an inspection before its goods receipt, a
backflush before its issue); past the end of its wait it is refused. Nothing is ever driven below zero.
"""

from __future__ import annotations

from ledger.events import (
    ConsumptionReversed,
    DispositionLine,
    GoodsReturned,
    GoodsShipped,
    InspectionFailed,
    InventoryAdjusted,
    InventorySnapshotReported,
    OpeningBalanceLoaded,
    OwnershipChanged,
    OwnershipLine,
    PartSubstituted,
    ReturnDisposed,
    StockCounted,
    StockLine,
    TransferCancelled,
    TransferReceived,
    TransferShipped,
    kind_of,
)
from ledger.handling.adjusting import as_moved, decide_adjusted, rule_of
from ledger.handling.counting import decide_counted
from ledger.handling.inspecting import find_failed
from ledger.handling.naming import unnamed
from ledger.handling.opening import decide_opening
from ledger.handling.owning import account_of, change_owner, not_consumed, state_for
from ledger.handling.permissions import asks_approval, forbidden, kept_back, unknown_segment
from ledger.handling.picking import Pick, Picked, contained_instead, pick
from ledger.handling.returning import count_back, rule_for, whose
from ledger.handling.revising import Choice, choose, choose_substitute, release
from ledger.handling.rules import CONSUMED_BY_MISTAKE, RULES, Rule
from ledger.handling.snapshots import decide_snapshot
from ledger.handling.substituting import movements_for_freed, way_of
from ledger.handling.transferring import decide_shipped, decide_transfer_cancelled, decide_transfer_received
from ledger.masterdata.vin import mistake_in_vin
from ledger.matching.answered import look_at_answers
from ledger.matching.booking import book_movements
from ledger.matching.containments.deciding import tell_of_arrivals
from ledger.matching.containments.scope import LABEL
from ledger.matching.deciding.authority import not_allowed
from ledger.matching.decision import OWN_CASE, Decision, LineDecision
from ledger.matching.receiving.holds import REVISION
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.waiting import MINUTE, has_grace_left, refuse_whole, wait_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy
from ledger.stock.accounts import external_account
from ledger.stock.bucket import MILLION, OUTSIDE, QUANTITY_MAX, Bucket, Movement

HELD = ("quality_hold", "quarantine")

STOCK_WAIT_MINUTES = 24 * 60
"""How long a line waits for goods that are not there yet."""


def decide(workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int) -> Decision:
    """Decide one event; as `ledger.matching.decide`, and never raises for bad data."""
    decision = Decision(resolved, by_bucket=True)
    if resolved.missing:
        wait_whole(decision, resolved.missing)
        return decision
    by_state = type(resolved.event) in RULES
    if reason := not_allowed(policy, resolved, by_state=by_state):
        refuse_whole(decision, "", reason)
        return decision

    def decide_line(work: Workset, made: Decision, line: ResolvedLine, rule: Rule, at: int) -> LineDecision:
        return _decide_line(work, made, policy, line, rule, at)

    match resolved.event:
        case StockCounted():
            decide_counted(workset, decision, policy, now_us)
        case InventorySnapshotReported():
            decide_snapshot(workset, decision, policy, now_us)
        case OpeningBalanceLoaded():
            decide_opening(workset, decision)
        case InventoryAdjusted():
            for line in resolved.lines:
                decision.lines.append(_decide_adjustment(workset, decision, policy, line, now_us))
        case TransferShipped():
            decide_shipped(workset, decision, policy, now_us, decide_line)
        case TransferReceived():
            decide_transfer_received(workset, decision, policy, now_us)
        case TransferCancelled():
            decide_transfer_cancelled(workset, decision, policy, now_us)
        case OwnershipChanged():
            for line in resolved.lines:
                decision.lines.append(change_owner(workset, decision, line, now_us, decide_line))
        case ConsumptionReversed():
            for line in resolved.lines:
                reason = not_consumed(workset, resolved, line)
                decision.lines.append(
                    LineDecision(line.line, "refused", reason=reason)
                    if reason
                    else _decide_line(workset, decision, policy, line, CONSUMED_BY_MISTAKE, now_us)
                )
        case GoodsReturned() | ReturnDisposed():
            for line in resolved.lines:
                decision.lines.append(_decide_return(workset, decision, policy, line, now_us))
        case PartSubstituted():
            for line in resolved.lines:
                decision.lines.append(_decide_line(workset, decision, policy, line, way_of(line), now_us))
        case _:
            rule = RULES[type(resolved.event)]
            for line in resolved.lines:
                decision.lines.append(_decide_line(workset, decision, policy, line, rule, now_us))
    if isinstance(resolved.event, GoodsShipped) and decision.movements:
        decision.released.append(f"shipped:{resolved.event.number}")
        look_at_answers(workset, decision)
    if workset.containing:
        tell_of_arrivals(workset, decision)
    return decision


def _decide_adjustment(
    workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, now_us: int
) -> LineDecision:
    """By the reason, goods go from state to state as they do by events of their own, or the books are put right."""
    rule = rule_of(line)
    if rule is not None and line.standing != "other":
        return _decide_line(workset, decision, policy, as_moved(line), rule, now_us)
    decided = decide_adjusted(workset, decision, policy, line)
    if decided is not None:
        return decided
    assert isinstance(line.said, StockLine)  # noqa: S101  lines of an adjustment
    return _not_there(decision.resolved, line, line.said, now_us)


def _decide_return(
    workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, now_us: int
) -> LineDecision:
    """Goods that go back to their supplier are no longer counted as received from it."""
    said = line.said
    rule = rule_for(said) if isinstance(said, DispositionLine) else RULES[GoodsReturned]
    if rule.targets != ("supplier",) or not line.part:
        return _decide_line(workset, decision, policy, line, rule, now_us)
    supplier, reason = whose(workset, decision.resolved, line)
    if reason:
        return LineDecision(line.line, "refused", reason=reason)
    before = len(decision.movements)
    decided = _decide_line(workset, decision, policy, line, rule, now_us)
    count_back(workset, decision, decision.movements[before:], supplier)
    return decided


def _decide_line(
    workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, rule: Rule, now_us: int
) -> LineDecision:
    said, resolved = line.said, decision.resolved
    assert isinstance(said, StockLine)  # noqa: S101  lines of an event about stock
    if line.standing == "other":
        return LineDecision(line.line, "conflict", reason=f"Line {line.line} was recorded with other content.")
    if line.missing:
        return LineDecision(line.line, "waiting", needs=line.missing)
    reason = _mistake(resolved, line, said, rule)
    if not reason and said.hold_reason:
        reason = _mislabelled(workset, said)
    if not reason and policy.segments:
        reason = _strange(workset, policy, resolved, line, said)
        line.kept_back = kept_back(policy, resolved, said, rule)
    if reason:
        return LineDecision(line.line, "refused", reason=reason)
    if said.serials and not line.quantity:
        line.quantity = len(said.serials) * MILLION
    choice = _choose(workset, resolved, line, said, rule, now_us)
    picked = choice.picked or []
    if choice.picked is None and not choice.reason:
        reason = contained_instead(workset, resolved, line, said, rule)
        if reason:
            return LineDecision(line.line, "refused", reason=reason)
        return _not_there(resolved, line, said, now_us)
    targets = [_target(one, said, rule) for one in picked]
    reason = (
        choice.reason
        or forbidden(policy, resolved, line, rule, picked, targets)
        or unnamed(workset, resolved, line, said, rule, picked)
    )
    if reason:
        return LineDecision(line.line, "refused", reason=reason)
    asked = asks_approval(workset, decision, policy, line, rule, picked)
    if asked:
        return LineDecision(line.line, "refused", reason=asked)
    if asked is not None:
        return LineDecision(line.line, "waiting", needs=OWN_CASE)
    movements = [
        move
        for one, target in zip(picked, targets, strict=True)
        for move in _moves(one, target, said, rule, line.line)
    ]
    if rule.stage != "allocation":
        choice.note(workset, resolved, line, said, rule.stage or "receipt")
    if isinstance(resolved.event, PartSubstituted):
        movements += movements_for_freed(workset, resolved, line, said)
    book_movements(workset, decision, movements)
    if isinstance(resolved.event, InspectionFailed):
        decision.findings.append(find_failed(workset, resolved, line))
    return LineDecision(line.line, "posted", len(movements))


def _strange(workset: Workset, policy: Policy, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine) -> str:
    """What is wrong with the segments that the line names."""
    standing = workset.stock_of.get((resolved.book, resolved.site, line.part), ())
    names = (said.stock_segment, getattr(said, "to_segment", ""))
    return next((wrong for name in names if (wrong := unknown_segment(policy, name, standing))), "")


def _choose(
    workset: Workset, resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, rule: Rule, now_us: int
) -> Choice:
    """The goods that the line means, of a revision that may go this way."""
    if rule.comes_in:
        return Choice(_incoming(resolved, line, said, rule))
    if isinstance(resolved.event, PartSubstituted):
        return choose_substitute(workset, resolved, line, said, rule, now_us)
    if rule.stage:
        return choose(workset, resolved, line, said, rule, now_us)
    picked = pick(workset, resolved, line, said, rule)
    if picked is None or not rule.releases:
        return Choice(picked)
    return release(workset, resolved, line, said, picked, now_us)


def _mistake(resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, rule: Rule) -> str:
    """What is wrong with the line itself, "" when nothing is."""
    for name in rule.needs:
        if not getattr(said, name):
            return f"{kind_of(resolved.event)} needs `{name}`; send the line again with it."
    if said.vin and (wrong := mistake_in_vin(said.vin)):
        return wrong
    if isinstance(resolved.event, PartSubstituted) and not (said.demand or said.vin):
        return f"{kind_of(resolved.event)} needs `demand` or `vin`; send the line again with it."
    if said.to_state and said.to_state not in rule.targets:
        allowed = ", ".join(rule.targets) or "no other state"
        return f"{kind_of(resolved.event)} leads to {allowed}, not to {said.to_state}."
    if said.serials:
        if line.quantity and line.quantity != len(said.serials) * MILLION:
            return f"{len(said.serials)} serials are named, and a quantity of {said.quantity}."
        if len(set(said.serials)) != len(said.serials):
            return "A serial is named twice."
    if line.inexact:
        return f"{said.quantity} {said.unit} is no whole quantity of {line.unit}."
    if not said.serials and not 0 < line.quantity <= QUANTITY_MAX:
        return f"A quantity of {said.quantity} cannot be moved."
    return ""


def _mislabelled(workset: Workset, said: StockLine) -> str:
    """Goods are held for a containment only while it is open."""
    if not said.hold_reason.startswith(LABEL):
        return ""
    named = said.hold_reason.removeprefix(LABEL)
    known = any(containment.number == named for containment in workset.containing)
    return "" if known else f"No containment {named} is open; open it, or name another hold reason."


def _not_there(resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, now_us: int) -> LineDecision:
    until = has_grace_left(resolved, STOCK_WAIT_MINUTES, now_us)
    if until is None:
        hours = STOCK_WAIT_MINUTES * MINUTE // (60 * MINUTE)
        reason = f"{said.quantity or len(said.serials)} {line.unit} of {line.part} did not come within {hours} hours."
        if line.kept_back:
            kept = ", ".join(sorted(line.kept_back))
            reason += f" Goods of segment {kept} are taken only where `stock_segment` names it."
        return LineDecision(line.line, "refused", reason=reason)
    return LineDecision(line.line, "waiting", needs=f"stock:{line.part}", until=until)


def _incoming(resolved: ResolvedEvent, line: ResolvedLine, said: StockLine, rule: Rule) -> Picked:
    """Goods from outside: they stand in their account, however many."""
    account = external_account(resolved.book, resolved.site, line.part, rule.sources[0])
    if rule.sources[0] == "production":
        account = account_of(resolved, line)
    if said.serials:
        return [Pick(account, MILLION, serial) for serial in said.serials]
    return [Pick(account, line.quantity)]


def _stays_held(source: Bucket, rule: Rule) -> str:
    """Contained goods stay so wherever they are held, and goods whose state stays for what they were held for."""
    return source.hold_reason if not rule.targets or source.hold_reason.startswith(LABEL) else ""


def _moves(picked: Pick, target: Bucket, said: StockLine, rule: Rule, line: str) -> list[Movement]:
    """The step of one pick, or both where the rule leads through a state; none for goods that are there already."""
    source = picked.bucket
    if rule.through and source.state != rule.through:
        between = source._replace(state=rule.through, hold_reason=said.reason, serial=picked.serial or source.serial)
        first = Movement(source, between, picked.quantity, line)
        return [first, Movement(between, target, picked.quantity, line)]
    return [Movement(source, target, picked.quantity, line)] if target != source else []


def _target(picked: Pick, said: StockLine, rule: Rule) -> Bucket:
    """Where the goods come to stand."""
    source = picked.bucket
    book, site, part, revision, lot, serial, location, owner, segment, state, _, handling_unit, asn_line, _ = source
    if rule.comes_in:
        location, segment, owner, lot = said.location, said.stock_segment, said.owner, said.lot
        revision, handling_unit = said.part_revision, said.handling_unit
    else:
        segment = getattr(said, "to_segment", "") or rule.to_segment or segment
        lot = getattr(said, "to_lot", "") or lot
    if isinstance(said, OwnershipLine):
        owner = said.to_owner
    state = state_for(said.to_state or (rule.targets[0] if rule.targets else state), owner, said, rule)
    if state in OUTSIDE:
        # What comes back by a correction comes back to its owner.
        whose = source.owner if state == "production" else ""
        into = (said.demand or said.vin) if rule.takes_demand else ""
        return external_account(book, site, part, state, owner=whose, demand=into)
    return Bucket(
        book, site, part, revision, lot, picked.serial or serial, said.to_location or location, owner, segment, state,
        _hold_reason(source, said, rule) if state in HELD else "", handling_unit, asn_line,
        said.demand if rule.takes_demand else "",
    )  # fmt: skip


def _hold_reason(source: Bucket, said: StockLine, rule: Rule) -> str:
    """As the line says; what is held for its revision stays so, whatever else is found wrong with it."""
    return REVISION if source.hold_reason == REVISION else said.hold_reason or _stays_held(source, rule)
