"""`escalate`: when time passes, cases not closed in time go a step further, and overdue disputes are told."""

from __future__ import annotations

from ledger.cases.lifecycle import next_escalation, told_at
from ledger.matching.records.documents import Case
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.workset import Workset
from ledger.outcomes import CaseEscalated
from ledger.policy import Policy


def escalate(workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int) -> tuple[CaseEscalated, ...]:
    """Every step that is due by now in the book of the event; of several of one case only the last is told."""
    due = [case for case in workset.cases.values() if case.book == resolved.book and 0 < case.escalates_at <= now_us]
    return tuple(
        told
        for case in sorted(due, key=lambda one: int(one.case[1:]))
        for told in _step(workset, case, policy, now_us)
    )


def _step(workset: Workset, case: Case, policy: Policy, now_us: int) -> list[CaseEscalated]:
    told: list[CaseEscalated] = []
    case.touched = True
    if case.dispute == "open" and 0 < case.dispute_due_at <= now_us:
        told.append(_said(case, 0, case.owner, "The dispute is not decided in time."))
        case.dispute_due_at = 0
    steps, before = policy.casework.escalates_at, case.escalation
    while (at := next_escalation(policy, workset.masterdata, case)) and at <= now_us:
        case.escalation += 1
    if case.escalation > before:
        percent = steps[case.escalation - 1]
        reason = f"{percent} % of the time to answer have gone by."
        told.append(_said(case, case.escalation, told_at(policy, case, case.escalation), reason))
    case.escalates_at = at
    return told


def _said(case: Case, step: int, role: str, reason: str) -> CaseEscalated:
    return CaseEscalated(case=case.case, code=case.code, step=step, role=role, reason=reason)
