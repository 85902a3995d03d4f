"""The life of a case: which status may follow which, who owns it, by when it is answered, and when it escalates."""

from __future__ import annotations

from ledger.masterdata import MasterData
from ledger.masterdata.working_time import HOURS_MAX, after_days, after_hours
from ledger.matching.discrepancies import BY_CODE
from ledger.matching.records.documents import Case
from ledger.policy import Policy

LEGAL: dict[str, frozenset[str]] = {
    "open": frozenset({"assigned", "waiting", "resolved", "closed"}),
    "assigned": frozenset({"waiting", "resolved", "closed", "open"}),
    "waiting": frozenset({"assigned", "resolved", "closed", "open"}),
    "resolved": frozenset({"closed", "open", "assigned", "waiting"}),
    "closed": frozenset({"open"}),
}
"""Resolved means decided, with a task still to be done; closed is the end, unless somebody opens it again."""

HOUR = 3_600_000_000


def can_move(case: Case, status: str) -> bool:
    """Whether the case may take the status; it closes only with nothing left in clearing and no task open."""
    if status == "closed" and (case.clearing or open_tasks(case)):
        return False
    return status in LEGAL[case.status]


def open_tasks(case: Case) -> tuple[str, ...]:
    """Names of its tasks that are still to be done."""
    return tuple(task.task for task in case.tasks if task.status == "open")


def status_of(case: Case) -> str:
    """The status of a case that is neither decided nor closed, by who has it and whom it waits for."""
    if case.waits_for:
        return "waiting"
    return "assigned" if case.assignee else "open"


def owner_of(policy: Policy, code: str) -> str:
    """The role that works on a case of this class."""
    ownership = policy.ownership.get(code)
    if ownership is not None and ownership.roles:
        return ownership.roles[0]
    return BY_CODE[code].roles[0]


def due_at(policy: Policy, masterdata: MasterData, case: Case, since: int) -> int:
    """When the case has to be answered, in microseconds, counted from when it was opened, or opened again."""
    return _after(policy, masterdata, case, since, _hours(policy, case))


def _hours(policy: Policy, case: Case) -> float:
    """As its finding said, else as the policy says of the class, else as is usual of it."""
    if case.answer_hours:
        return float(case.answer_hours)
    ownership = policy.ownership.get(case.code)
    said = None if ownership is None else ownership.answer_hours
    return BY_CODE[case.code].answer_hours if said is None else said


def next_escalation(policy: Policy, masterdata: MasterData, case: Case) -> int:
    """When its next step is due, or its dispute to be decided; 0 for never."""
    times = [case.dispute_due_at] if case.dispute == "open" and case.dispute_due_at else []
    steps = policy.casework.escalates_at
    if case.status not in ("resolved", "closed") and case.escalation < len(steps):
        times.append(_step_at(policy, masterdata, case, steps[case.escalation]))
    return min(times, default=0)


def told_at(policy: Policy, case: Case, step: int) -> str:
    """The role that is told at a step of escalation, counted from 1."""
    ownership = policy.ownership.get(case.code)
    roles = () if ownership is None else ownership.escalates_to
    return roles[min(step, len(roles)) - 1] if roles else case.owner


def dispute_ends_at(policy: Policy, masterdata: MasterData, case: Case) -> int | None:
    """Until when the case may be disputed; None while it is not closed."""
    if case.status != "closed" or case.resolved_at is None:
        return None
    return after_days(masterdata, case.site, case.resolved_at, policy.casework.dispute_days)


def dispute_due_at(policy: Policy, masterdata: MasterData, case: Case, now_us: int) -> int:
    """By when a dispute that is raised now has to be decided."""
    return after_days(masterdata, case.site, now_us, policy.casework.dispute_answer_days)


def _step_at(policy: Policy, masterdata: MasterData, case: Case, percent: int) -> int:
    """When so many percent of the time to answer have gone by."""
    ownership, since = policy.ownership.get(case.code), case.reopened_at or case.opened_at
    if ownership is not None and ownership.working_time:
        return _after(policy, masterdata, case, since, _hours(policy, case) * percent / 100)
    return since + min(((case.due_at or since) - since) * percent // 100, HOURS_MAX * HOUR)


def _after(policy: Policy, masterdata: MasterData, case: Case, since: int, hours: float) -> int:
    ownership = policy.ownership.get(case.code)
    if ownership is None or not ownership.working_time:
        return since + int(min(hours, HOURS_MAX) * HOUR)
    rules = policy.casework
    return after_hours(masterdata, case.site, since, hours, rules.day_begins, rules.day_ends)
