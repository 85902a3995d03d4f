"""Cases that ask for approval: a count beyond tolerance (D43), an adjustment above its limit (D44).

Nothing is posted here. The line that opened the case waits for it; once the case is decided the book hands the line
in again, and `ledger.handling` posts it or lets it go.
"""

from __future__ import annotations

from ledger.events import DiscrepancyResolved, Resolution
from ledger.matching.decision import Decision
from ledger.matching.records import Case
from ledger.matching.workset import Workset
from ledger.policy import Policy

APPROVED = frozenset({"D43", "D44"})
"""Classes whose lines wait for the decision."""

WAYS: tuple[Resolution, ...] = ("accept", "waive", "recount")


def decide_approval(
    workset: Workset, decision: Decision, policy: Policy, case: Case, resolution: Resolution, asked: int, now_us: int
) -> str:
    """Whether the case may be decided so by this person; gives back why not, "" where it may.

    A recount is asked for by anybody and leaves the case open until the place is counted again.
    """
    if resolution not in WAYS:
        return f"Case {case.case} is decided by {', '.join(WAYS)}, not by {resolution}."
    if resolution == "recount":
        case.status = "waiting"
        return ""
    if asked != case.quantity:
        return f"Case {case.case} is decided as a whole: leave the quantity out."
    event = decision.resolved.event
    assert isinstance(event, DiscrepancyResolved)  # noqa: S101  the dispatch table says so
    approvers = policy.counts.limits_named(case.rule).approvers
    actor = event.actor
    if actor is None or actor.kind != "user" or not set(approvers) & set(actor.roles):
        return f"Case {case.case} is decided by: {', '.join(sorted(approvers))}."
    if actor.sites and case.site not in actor.sites:
        return f"{actor.id} does not work for site {case.site}."
    if actor.id in workset.requested_by.get((case.book, case.case), ()):
        return f"{actor.id} asked for it: case {case.case} is decided by somebody else."
    return ""


def stays_open(case: Case, resolution: str) -> bool:
    """Whether the decision leaves the case as it is: a count that is to be repeated."""
    return case.code in APPROVED and resolution == "recount"
