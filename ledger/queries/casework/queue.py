"""The queue of open cases, gravest first: of one role, one person or everybody, with how old and how late each is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from heapq import nsmallest
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, or_, select, text

from ledger.book.storage.codecs import CASE, read_tasks
from ledger.book.storage.document_tables import QUEUED_CASES
from ledger.book.storage.document_tables import cases as table
from ledger.masterdata import to_decimal
from ledger.matching.discrepancies import BY_CODE
from ledger.matching.records.documents import Case, Task
from ledger.matching.records.transfers import party_of
from ledger.matching.resolved import microseconds, moment, moment_or_none
from ledger.policy import Policy
from ledger.queries.casework.severity import (
    SEVERITIES,
    Gravity,
    InQuestion,
    Severity,
    gravity_of,
    rank_of,
)
from ledger.queries.documents.prices import Money

Age = Literal["0-4 h", "4-24 h", "1-3 d", "3-7 d", ">7 d"]
AGES: tuple[Age, ...] = ("0-4 h", "4-24 h", "1-3 d", "3-7 d", ">7 d")
_ENDS_HOURS = (4, 24, 72, 168)
SLICE = 500
"""Cases that one question names."""
HOUR = 3_600_000_000


class CaseQueued(msgspec.Struct, frozen=True, kw_only=True):
    """One open case as it waits for somebody."""

    id: str
    code: str
    status: str
    severity: Severity
    coverage_hours: Decimal | None
    service: Decimal
    value: Money | None
    age: Age
    opened_at: datetime
    due_at: datetime | None
    overdue: bool
    escalation: int
    site: str
    part: str
    quantity: Decimal
    unit: str
    supplier: str
    owner: str
    roles: tuple[str, ...]
    """Every role that has something to do about it: those of its class, and of its open tasks."""
    assignee: str
    waits_for: str
    dispute: str
    tasks: tuple[str, ...]
    """Names of the open ones; with a role asked for, of that role."""
    cause: str
    text: str


class CaseQueue(msgspec.Struct, frozen=True, kw_only=True):
    """The queue, with how many of all that match there are by age and severity."""

    now: datetime
    ages: dict[Age, int]
    severities: dict[Severity, int]
    cases: tuple[CaseQueued, ...]
    cut: bool
    """There are more than were asked for."""


class _Waiting(NamedTuple):
    """What the order of the queue depends on."""

    case: str
    site: str
    part: str
    quantity: int
    code: str
    owner: str
    opened_at: int
    tasks: tuple[Task, ...]

    @property
    def in_question(self) -> InQuestion:
        return InQuestion(self.case, self.site, self.part, self.quantity)


class QueuePlace(NamedTuple):
    """Where a case stands in the queue: after it the next page begins, asked for at the same `now`."""

    now: datetime
    severity: Severity
    coverage_hours: Decimal | None
    service: Decimal
    value: Decimal
    opened_at: datetime
    number: int

    @classmethod
    def of(cls, case: CaseQueued, now: datetime) -> QueuePlace:
        value = Decimal(0) if case.value is None else case.value.amount
        return cls(now, case.severity, case.coverage_hours, case.service, value, case.opened_at, int(case.id[1:]))


def case_queue(
    conn: Connection,
    *,
    now: datetime,
    policy: Policy,
    book: str = "live",
    role: str = "",
    assignee: str = "",
    site: str = "",
    after: QueuePlace | None = None,
    limit: int = 100,
) -> CaseQueue:
    """Cases that are not closed, and closed ones whose dispute is to be decided; gravest first, then oldest.

    Severity, age and lateness are those at `now`, or at that of `after`, behind which the page begins. Gravity
    follows from the stock of the moment, so all that match are weighed for each page; those shown alone are read as
    a whole.
    """
    now = now if after is None else after.now
    found = _waiting(conn, book, site, assignee)
    if role:
        found = [one for one in found if role in roles_of(policy, one)]
    gravity = gravity_of(conn, [one.in_question for one in found], book=book, policy=policy, now=now)
    now_us = microseconds(now) or 0
    ages, severities = dict.fromkeys(AGES, 0), dict.fromkeys(SEVERITIES, 0)
    for one in found:
        ages[age_of(one.opened_at, now_us)] += 1
        severities[gravity[one.case].severity] += 1
    ranked = [(_rank(one, gravity[one.case]), one) for one in found]
    if after is not None:
        passed = (*rank_of(*after[1:5]), microseconds(after.opened_at) or 0, after.number)
        ranked = [one for one in ranked if one[0] > passed]
    shown = [one for _, one in nsmallest(limit, ranked)]
    whole = _whole(conn, book, shown)
    return CaseQueue(
        now=now, ages=ages, severities=severities,
        cases=tuple(
            _queued(case, gravity[case.case], roles_of(policy, case), role, now_us) for case in whole
        ),
        cut=len(ranked) > limit,
    )  # fmt: skip


def roles_of(policy: Policy, case: Case | _Waiting) -> tuple[str, ...]:
    """Who has something to do about a case: its owner first, then whom the policy names, then whoever has a task."""
    ownership = policy.ownership.get(case.code)
    named = ownership.roles if ownership is not None and ownership.roles else BY_CODE[case.code].roles
    tasks = (task.role for task in case.tasks if task.status == "open")
    return tuple(dict.fromkeys((case.owner, *named, *tasks)))


def age_of(opened_at: int, now_us: int) -> Age:
    """The bucket of its age; times in microseconds."""
    hours = (now_us - opened_at) / HOUR
    return AGES[sum(hours >= end for end in _ENDS_HOURS)]


def _rank(case: _Waiting, gravity: Gravity) -> tuple[int | Decimal, ...]:
    """Sorts the gravest first, then the oldest; no two cases have the same."""
    value = Decimal(0) if gravity.value is None else gravity.value.amount
    rank = rank_of(gravity.severity, gravity.coverage_hours, gravity.service, value)
    return (*rank, case.opened_at, int(case.case[1:]))


def _waiting(conn: Connection, book: str, site: str, assignee: str) -> list[_Waiting]:
    query = select(*(table.c[name] for name in _Waiting._fields)).where(table.c.book == book, text(QUEUED_CASES))
    if site:
        query = query.where(or_(table.c.site == site, table.c.supplier == party_of(site)))
    if assignee:
        query = query.where(table.c.assignee == assignee)
    return [_Waiting._make((*row[:-1], read_tasks(row.tasks))) for row in conn.execute(query)]


def _whole(conn: Connection, book: str, shown: Sequence[_Waiting]) -> list[Case]:
    """The cases as they are stored, in the order given."""
    found: dict[str, Case] = {}
    for start in range(0, len(shown), SLICE):
        ids = [one.case for one in shown[start : start + SLICE]]
        rows = conn.execute(select(table).where(table.c.book == book, table.c.case.in_(ids)))
        found.update((row.case, CASE.read(row)) for row in rows)
    return [found[one.case] for one in shown]


def _queued(case: Case, gravity: Gravity, roles: tuple[str, ...], role: str, now_us: int) -> CaseQueued:
    return CaseQueued(
        id=case.case, code=case.code, status=case.status, severity=gravity.severity,
        coverage_hours=gravity.coverage_hours, service=gravity.service, value=gravity.value,
        age=age_of(case.opened_at, now_us), opened_at=moment(case.opened_at), due_at=moment_or_none(case.due_at),
        overdue=case.due_at is not None and case.due_at < now_us and case.status not in ("resolved", "closed"),
        escalation=case.escalation, site=case.site, part=case.part, quantity=to_decimal(case.quantity),
        unit=case.unit, supplier=case.supplier, owner=case.owner, roles=roles, assignee=case.assignee,
        waits_for=case.waits_for, dispute=case.dispute,
        tasks=tuple(
            task.task for task in case.tasks if task.status == "open" and (not role or task.role == role)
        ),
        cause=case.cause, text=case.text,
    )  # fmt: skip
