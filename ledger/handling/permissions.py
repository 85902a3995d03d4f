"""Who may move which goods by which kind of event, and for which reasons: the policy laid over the table of ways.

Each function says in words what is not allowed, "" where nothing is wrong. Systems and partners are bound by their
agreements; what is asked of goods and reasons is asked of everybody.
"""

from __future__ import annotations

from collections.abc import Iterable

from ledger.events import InventoryAdjusted, StockLine
from ledger.handling.picking import Picked
from ledger.handling.rules import RULES, Rule
from ledger.matching.containments.scope import LABEL
from ledger.matching.decision import OWN_CASE, Decision
from ledger.matching.discrepancies import d46_change
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset
from ledger.policy import Policy, SegmentRules, TransitionRules
from ledger.policy.policy import APPROVAL
from ledger.policy.words import instead_of
from ledger.stock.bucket import Bucket

NOTHING_SAID = TransitionRules()
_KIND_OF = {id(rule): kind.__name__ for kind, rule in RULES.items()}


def kind_of_way(resolved: ResolvedEvent, rule: Rule) -> str:
    """The kind whose rules hold: an adjustment by a reason of state goes the way of another kind."""
    return _KIND_OF.get(id(rule)) or type(resolved.event).__name__


def forbidden(
    policy: Policy, resolved: ResolvedEvent, line: ResolvedLine, rule: Rule, picked: Picked, targets: Iterable[Bucket]
) -> str:
    """Why these goods may not go this way by this actor with this reason; `targets` is where they would stand."""
    if not (policy.transitions or policy.segments or rule.needs_reason_from or resolved.event.actor):
        return ""
    said = line.said
    assert isinstance(said, StockLine)  # noqa: S101  lines of an event about stock
    kind = kind_of_way(resolved, rule)
    stated = policy.transitions.get(kind, NOTHING_SAID)
    goods = [one.bucket for one in picked]
    segments = _segments(policy, goods)
    return (
        _wrong_person(resolved, kind, rule, stated, goods, segments)
        or _wrong_reason(policy, resolved, said, kind, rule, stated, goods, segments)
        or (_wrong_segment(policy, resolved, kind, goods, targets, segments) if policy.segments else "")
    )


def asks_approval(
    workset: Workset, decision: Decision, policy: Policy, line: ResolvedLine, rule: Rule, picked: Picked
) -> str | None:
    """Whether somebody else must approve the line first: None when nobody must, or has; "" when its case asks now;
    else why it is refused, as the case was decided."""
    resolved = decision.resolved
    actor = resolved.event.actor
    if actor is None or actor.kind != "user" or not (policy.transitions or policy.segments):
        return None
    if resolved.came.startswith(OWN_CASE):
        case = workset.cases.get((resolved.book, resolved.came.removeprefix(OWN_CASE)))
        if case is not None and case.code == d46_change.CLASS.code:
            return None if case.resolution == "accept" else f"Case {case.case}: {case.resolution}."
    kind = kind_of_way(resolved, rule)
    goods = [one.bucket for one in picked]
    asked = [f"{APPROVAL}{kind}@{name}" for name, one in _segments(policy, goods).items() if one.approvals.get(kind)]
    if policy.transitions.get(kind, NOTHING_SAID).approvers:
        asked.append(f"{APPROVAL}{kind}")
    if not asked:
        return None
    states = sorted({bucket.state for bucket in goods})
    decision.findings.append(d46_change.find(resolved, line, states, asked[0]))
    return ""


def kept_back(policy: Policy, resolved: ResolvedEvent, said: StockLine, rule: Rule) -> frozenset[str]:
    """Segments whose available goods the line does not take, since it names neither them nor a unit nor serials."""
    if not policy.segments or said.stock_segment or said.handling_unit or said.serials:
        return frozenset()
    kind = kind_of_way(resolved, rule)
    return frozenset(name for name, one in policy.segments.items() if kind in one.kept_from)


def unknown_segment(policy: Policy, name: str, standing: Iterable[Bucket]) -> str:
    """What is wrong with the name of a segment; goods that stand under it already may always be named by it."""
    if not name or not policy.segments or name in policy.segments or any(one.segment == name for one in standing):
        return ""
    return f'There is no segment "{name}": {instead_of(name, policy.segments)}'


def _segments(policy: Policy, goods: Iterable[Bucket]) -> dict[str, SegmentRules]:
    if not policy.segments:
        return {}
    return policy.segments_for((one.segment, one.state, one.owner) for one in goods)


def _wrong_person(
    resolved: ResolvedEvent, kind: str, rule: Rule, stated: TransitionRules, goods: list[Bucket],
    segments: dict[str, SegmentRules],
) -> str:  # fmt: skip
    actor = resolved.event.actor
    if actor is None:
        return ""
    if actor.kind == "user":
        narrower = {state: frozenset(roles) for state, roles in rule.by_state} | {
            state: frozenset(roles) for state, roles in stated.by_state.items()
        }
        usual = rule.roles if stated.roles is None else frozenset(stated.roles)
        name = type(resolved.event).__name__
        for state in sorted({one.state for one in goods}):
            roles = narrower.get(state, usual)
            if roles and not roles & set(actor.roles):
                return f"{name} of goods in {state} is decided by: {', '.join(sorted(roles))}."
        for segment, one in segments.items():
            roles = frozenset(one.roles.get(kind, ()))
            if roles and not roles & set(actor.roles):
                return f"{name} of goods of segment {segment} is decided by: {', '.join(sorted(roles))}."
    if actor.sites and resolved.site not in actor.sites:
        return f"{actor.id} does not work for site {resolved.site}."
    return ""


def _wrong_reason(
    policy: Policy, resolved: ResolvedEvent, said: StockLine, kind: str, rule: Rule, stated: TransitionRules,
    goods: list[Bucket], segments: dict[str, SegmentRules],
) -> str:  # fmt: skip
    for state in sorted({one.state for one in goods}):
        if state in rule.needs_reason_from and not said.reason:
            return f"Goods leave {state} only with a reason; send the line again with `reason`."
    if stated.needs_reason and not (said.reason or said.hold_reason):
        return f"{kind} needs a reason: {instead_of('', stated.codes)}"
    if not stated.reasons:
        return ""
    field = "hold_reason" if "hold_reason" in rule.needs else "reason"
    code = getattr(said, field)
    adjusted = isinstance(resolved.event, InventoryAdjusted)
    if not code or code.startswith(LABEL) or (adjusted and (field == "reason" or code == said.reason)):
        # A containment is its own reason; an adjustment's codes are known by `ledger.handling.adjusting`.
        return ""
    known = set(stated.codes)
    terms = policy.terms.get(resolved.event.partner)
    known.update(terms.reasons.get(kind, ()) if terms is not None else ())
    known.update(code for one in segments.values() for code in one.reasons.get(kind, ()))
    return "" if code in known else f'{kind} knows no reason "{code}": {instead_of(code, known)}'


def _wrong_segment(
    policy: Policy, resolved: ResolvedEvent, kind: str, goods: list[Bucket], targets: Iterable[Bucket],
    segments: dict[str, SegmentRules],
) -> str:  # fmt: skip
    for name, one in segments.items():
        if kind in one.never:
            return f"Goods of segment {name} are never moved by {kind}."
    actor = resolved.event.actor
    came = [target for target in targets if not target.is_external]
    for name, one in _segments(policy, came).items():
        allowed = one.states
        wrong = sorted({target.state for target in came if allowed and target.state not in allowed})
        if wrong:
            return f"Goods of segment {name} come to {', '.join(allowed)}, not to {wrong[0]}."
    if actor is not None and actor.kind == "user":
        before, after = {one.segment for one in goods if not one.is_external}, {one.segment for one in came}
        for name in sorted((before ^ after) & policy.segments.keys() if came else ()):
            roles = policy.segments[name].assigned_by
            if roles and not set(roles) & set(actor.roles):
                return f"Goods come into segment {name} and out of it by: {', '.join(sorted(roles))}."
    return ""
