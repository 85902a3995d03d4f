"""Who may decide a case, and cases that ask for approval: of a count (D40, D43), an adjustment (D44), a change (D46).

Nothing is posted here. The line that opened a case of approval waits for it; once the case is decided the book hands
the line in again, and `ledger.handling` posts it or lets it go.
"""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from ledger.events import Actor, DiscrepancyResolved, Resolution
from ledger.matching.decision import Decision
from ledger.matching.discrepancies import BY_CODE
from ledger.matching.records.documents import Case
from ledger.matching.workset import Workset
from ledger.policy import Policy

APPROVED = frozenset({"D40", "D43", "D44", "D46"})
"""Classes whose lines wait for the decision."""

WAYS: tuple[Resolution, ...] = ("accept", "waive", "recount")


def deciders_of(policy: Policy, code: str, rule: str) -> tuple[str, ...]:
    """Roles of the people who decide a case of a class, sorted; () where it is whoever may decide cases at all.

    `rule` is the rule that the case names.
    """
    if code == "D46":
        return tuple(sorted(policy.approvers_named(rule)))
    if code in APPROVED:
        return tuple(sorted(policy.limits_named(rule).approvers))
    ownership = policy.ownership.get(code)
    named = ownership.deciders if ownership is not None else None
    return tuple(sorted(BY_CODE[code].deciders if named is None else named))


def why_not(policy: Policy, case: Case, actor: Actor | None, asked_by: AbstractSet[str]) -> str:
    """Why this actor may not decide the case; "" where they may.

    Models never may. What asks for approval is for people; other cases are for systems, too, as agreed with them.
    """
    if actor is not None and actor.kind == "model":
        return f"{actor.id} is a model: it may propose, but case {case.case} is decided by people."
    is_person = actor is not None and actor.kind == "user"
    deciders = deciders_of(policy, case.code, case.rule)
    if actor is None or not is_person:
        return f"Case {case.case} is decided by: {', '.join(deciders)}." if case.code in APPROVED else ""
    if deciders and not set(deciders) & set(actor.roles):
        return f"Case {case.case} is decided by: {', '.join(deciders)}."
    if actor.sites and case.site and case.site not in actor.sites:
        return f"{actor.id} does not work for site {case.site}."
    if actor.id in asked_by:
        return f"{actor.id} asked for it: case {case.case} is decided by somebody else."
    return ""


def decide_approval(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """Whether a case of approval may be decided so; gives back why not, "" where it may.

    A recount is asked for by anybody and leaves the case open until the place is counted again.
    """
    ways = WAYS[:2] if case.code == "D46" else WAYS
    if resolution not in ways:
        return f"Case {case.case} is decided by {', '.join(ways)}, not by {resolution}."
    if resolution == "recount":
        case.status = "waiting"
        return ""
    if asked != case.quantity:
        return f"Case {case.case} is decided as a whole: leave the quantity out."
    return ""


def refused(workset: Workset, decision: Decision, policy: Policy, case: Case) -> str:
    """Why the decision is not this actor's to make, "" where it is."""
    event = decision.resolved.event
    assert isinstance(event, DiscrepancyResolved)  # noqa: S101  the dispatch table says so
    if case.code in APPROVED and event.resolution == "recount" and not _is_model(event.actor):
        return ""
    asked_by = workset.requested_by.get((case.book, case.case), frozenset())
    return why_not(policy, case, event.actor, asked_by) or recorded_it(workset, case, event.actor)


def recorded_it(workset: Workset, case: Case, actor: Actor | None) -> str:
    """Why the actor keeps out of the decision, having recorded what it is about; "" where they need not."""
    if actor is None or actor.kind != "user" or workset.recorded_by.get((case.book, case.case)) != actor.id:
        return ""
    return f"{actor.id} recorded what it is about: case {case.case} is decided by somebody else."


def _is_model(actor: Actor | None) -> bool:
    return actor is not None and actor.kind == "model"


def stays_open(case: Case, resolution: str) -> bool:
    """Whether the decision leaves the case as it is: a count that is to be repeated."""
    return case.code in APPROVED and resolution == "recount"
