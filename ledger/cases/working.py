"""`decide`: work on a case - who has it, notes, tasks, disputes, opening again. It moves no goods and finds nothing.

What closes a case is said by `DiscrepancyResolved`; here one that was decided ends when its last task does.
"""

from __future__ import annotations

from collections.abc import Callable

from ledger.cases.lifecycle import (
    dispute_due_at,
    dispute_ends_at,
    due_at,
    open_tasks,
    status_of,
)
from ledger.events import (
    Actor,
    CaseAssigned,
    CaseDisputed,
    CaseEvidence,
    CaseNoted,
    CaseReopened,
    CaseTaskSet,
    DisputeDecided,
    Event,
    kind_of,
)
from ledger.matching.deciding.approvals import APPROVED, recorded_it
from ledger.matching.deciding.authority import not_allowed
from ledger.matching.deciding.case_identity import PER_AGREEMENT, PER_PLACE, case_identity
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.discrepancies import d47_exception
from ledger.matching.records.documents import Case, Evidence, Task
from ledger.matching.resolved import ResolvedEvent, moment
from ledger.matching.waiting import refuse_whole
from ledger.matching.workset import Workset
from ledger.policy import Policy

FOLLOWS = (APPROVED | PER_PLACE | PER_AGREEMENT) - {d47_exception.CLASS.code}
"""Classes whose cases open again by themselves. That of a signal does not: a signal fires once."""
TASKS_MAX = 50
EVIDENCE_MAX = 1_000


def decide(workset: Workset, resolved: ResolvedEvent, policy: Policy, now_us: int) -> Decision:
    """Decide one piece of work on a case; as `ledger.matching.decide`, and never raises for bad data."""
    decision, event = Decision(resolved), resolved.event
    case = workset.cases.get((resolved.book, event.number))
    if case is None:
        refuse_whole(decision, "", f"There is no case {event.number}.")
        return decision
    reason = not_allowed(policy, resolved) or _not_theirs(policy, case, event)
    reason = reason or _HANDLERS[type(event)](workset, case, event, policy, now_us)
    if reason:
        refuse_whole(decision, "", reason)
        return decision
    case.touched = True
    decision.worked_on.append(case)
    decision.lines.append(LineDecision("", "posted"))
    return decision


def _not_theirs(policy: Policy, case: Case, event: Event) -> str:
    """Whose case it is may note and dispute; the rest is our work, and disputing it is no other partner's."""
    actor = event.actor
    if actor is None or actor.kind != "partner":
        return ""
    is_theirs = actor.id in (case.partner, policy.partner_for(case.supplier))
    if isinstance(event, CaseDisputed):
        return "" if is_theirs else f"Case {case.case} is not about {actor.id}, who cannot dispute it."
    if isinstance(event, CaseNoted) or not is_theirs:
        return ""
    return f"{kind_of(event)} of case {case.case} is not said by {actor.id}, whose case it is: send CaseDisputed."


def _assign(workset: Workset, case: Case, event: Event, policy: Policy, now_us: int) -> str:
    assert isinstance(event, CaseAssigned)  # noqa: S101  the dispatch table says so
    if case.status == "closed":
        return f"Case {case.case} is closed: open it again first (CaseReopened)."
    case.assignee, case.waits_for = event.assignee, event.waits_for
    case.owner = event.role or case.owner
    if case.status != "resolved":
        case.status = status_of(case)  # type: ignore[assignment]
    return ""


def _note(workset: Workset, case: Case, event: Event, policy: Policy, now_us: int) -> str:
    assert isinstance(event, CaseNoted)  # noqa: S101  the dispatch table says so
    if not event.comment and not event.evidence:
        return "A note needs a comment or evidence."
    return _lay_to(case, event.evidence)


def _lay_to(case: Case, evidence: tuple[CaseEvidence, ...]) -> str:
    found = (Evidence(one.message, one.document, one.segment) for one in evidence)
    all_of_it = tuple(dict.fromkeys((*case.evidence, *found)))
    if len(all_of_it) > EVIDENCE_MAX:
        return f"Case {case.case} has {len(case.evidence)} pieces of evidence; it takes {EVIDENCE_MAX}."
    case.evidence = all_of_it
    return ""


def _set_task(workset: Workset, case: Case, event: Event, policy: Policy, now_us: int) -> str:
    assert isinstance(event, CaseTaskSet)  # noqa: S101  the dispatch table says so
    if case.status == "closed":
        return f"Case {case.case} is closed: open it again first (CaseReopened)."
    tasks = {task.task: task for task in case.tasks}
    before = tasks.get(event.task)
    role = event.role or (before.role if before is not None else "")
    if not event.task or not role:
        return "A new task needs its name and the role that does it."
    if before is None and len(tasks) >= TASKS_MAX:
        return f"Case {case.case} has {TASKS_MAX} tasks; end one of them first."
    after = event.after or (before.after if before is not None else ())
    if unknown := sorted(name for name in after if name not in tasks or name == event.task):
        return f"Case {case.case} has no task {', '.join(unknown)} to come before {event.task}."
    if _comes_before(tasks, event.task, after):
        return f"Task {event.task} of case {case.case} would come after itself."
    actor = event.actor
    if event.status != "open":
        if before is None:
            return f"Case {case.case} has no task {event.task}."
        if actor is not None and actor.kind == "user" and before.role not in actor.roles:
            return f"Task {event.task} of case {case.case} is ended by: {before.role}."
        waits = sorted(name for name in after if tasks[name].status == "open")
        if event.status == "done" and waits:
            return f"Task {event.task} of case {case.case} comes after {', '.join(waits)}."
    text = event.text or (before.text if before is not None else "")
    by = "" if actor is None else actor.id
    tasks[event.task] = Task(event.task, role, event.status, text, after, by, now_us)
    case.tasks = tuple(tasks.values())
    return ""


def _comes_before(tasks: dict[str, Task], task: str, after: tuple[str, ...]) -> bool:
    """Whether the task comes, by whatever way, before one of those that it is to come after."""
    seen: set[str] = set()
    waiting = list(after)
    while waiting:
        name = waiting.pop()
        if name not in seen:
            seen.add(name)
            waiting.extend(tasks[name].after)
    return task in seen


def _dispute(workset: Workset, case: Case, event: Event, policy: Policy, now_us: int) -> str:
    assert isinstance(event, CaseDisputed)  # noqa: S101  the dispatch table says so
    if case.dispute == "open":
        return f"Case {case.case} is disputed already."
    if case.dispute:
        return f"The dispute about case {case.case} was {case.dispute}; it is not raised twice."
    if case.fault != "supplier" and not case.supplier:
        return f"Case {case.case} is no supplier's: there is nothing to dispute."
    ends = dispute_ends_at(policy, workset.masterdata, case)
    if ends is not None and ends < now_us:
        return f"Case {case.case} could be disputed until {moment(ends):%Y-%m-%d %H:%M} UTC."
    if reason := _lay_to(case, event.evidence):
        return reason
    case.dispute, case.disputed_at = "open", now_us
    case.disputed_by = "" if event.actor is None else event.actor.id
    case.dispute_due_at = dispute_due_at(policy, workset.masterdata, case, now_us)
    return ""


def _decide_dispute(workset: Workset, case: Case, event: Event, policy: Policy, now_us: int) -> str:
    assert isinstance(event, DisputeDecided)  # noqa: S101  the dispatch table says so
    if case.dispute != "open":
        return f"No dispute about case {case.case} is open."
    reason = _may_not_grant(case, event.actor) or recorded_it(workset, case, event.actor)
    if not reason:
        case.dispute, case.dispute_due_at = event.decision, 0
    return reason


def _may_not_grant(case: Case, actor: Actor | None) -> str:
    if actor is None or actor.kind != "user":
        return f"The dispute about case {case.case} is decided by a person."
    if actor.id == case.disputed_by:
        return f"{actor.id} raised it: the dispute about case {case.case} is decided by somebody else."
    return ""


def _reopen(workset: Workset, case: Case, event: Event, policy: Policy, now_us: int) -> str:
    assert isinstance(event, CaseReopened)  # noqa: S101  the dispatch table says so
    if case.status not in ("resolved", "closed"):
        return f"Case {case.case} is not closed."
    if case.code in FOLLOWS:
        return f"Case {case.case} follows the figures: say them anew, and it opens by itself."
    if (other := workset.open_cases.get(case_identity(case))) is not None and other is not case:
        return f"Case {other.case} is open about the same."
    case.status, case.resolution, case.resolved_at = status_of(case), "", None  # type: ignore[assignment]
    case.escalation, case.reopened_at = 0, now_us
    case.due_at = due_at(policy, workset.masterdata, case, now_us)
    workset.open_again(case)
    return ""


_Handler = Callable[[Workset, Case, Event, Policy, int], str]

_HANDLERS: dict[type[Event], _Handler] = {
    CaseAssigned: _assign,
    CaseNoted: _note,
    CaseTaskSet: _set_task,
    CaseDisputed: _dispute,
    DisputeDecided: _decide_dispute,
    CaseReopened: _reopen,
}


def is_done(case: Case) -> bool:
    """Whether a case that was decided has nothing left to do."""
    return case.status == "resolved" and not open_tasks(case)
