"""The queue of open cases, gravest first: of one role, one person or everybody, with how old and how late each is."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec
from sqlalchemy import Connection, or_, select, text

from ledger.book.storage.codecs import CASE
from ledger.book.storage.document_tables import QUEUED_CASES
from ledger.book.storage.document_tables import cases as table
from ledger.masterdata import to_decimal
from ledger.matching.discrepancies import BY_CODE
from ledger.matching.records.documents import Case
from ledger.matching.records.transfers import party_of
from ledger.matching.resolved import microseconds, moment, moment_or_none
from ledger.policy import Policy
from ledger.queries.casework.severity import SEVERITIES, Gravity, Severity, gravity_of, rank_of
from ledger.queries.documents.prices import Money

Age = Literal["0-4 h", "4-24 h", "1-3 d", "3-7 d", ">7 d"]
AGES: tuple[Age, ...] = ("0-4 h", "4-24 h", "1-3 d", "3-7 d", ">7 d")
_ENDS_HOURS = (4, 24, 72, 168)
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
    ages: dict[str, int]
    severities: dict[str, int]
    cases: tuple[CaseQueued, ...]
    cut: bool
    """There are more than were asked for."""


def case_queue(
    conn: Connection,
    *,
    now: datetime,
    policy: Policy,
    book: str = "live",
    role: str = "",
    assignee: str = "",
    site: str = "",
    limit: int = 100,
) -> CaseQueue:
    """Cases that are not closed, and closed ones whose dispute is to be decided; gravest first, then oldest.

    Severity, age and lateness are those at `now`.
    """
    found = [case for case in _open(conn, book, site) if not assignee or case.assignee == assignee]
    roles = {case.case: roles_of(policy, case) for case in found}
    found = [case for case in found if not role or role in roles[case.case]]
    gravity = gravity_of(conn, found, book=book, policy=policy, now=now)
    found.sort(key=lambda case: (*rank_of(gravity[case.case]), case.opened_at, int(case.case[1:])))
    now_us = microseconds(now) or 0
    ages = [age_of(case, now_us) for case in found]
    return CaseQueue(
        now=now, ages={age: ages.count(age) for age in AGES},
        severities={
            one: sum(gravity[case.case].severity == one for case in found) for one in SEVERITIES
        },
        cases=tuple(_queued(case, gravity[case.case], roles[case.case], role, now_us) for case in found[:limit]),
        cut=len(found) > limit,
    )  # fmt: skip


def roles_of(policy: Policy, case: Case) -> tuple[str, ...]:
    """Who has something to do about a case: its owner first, then whom the policy names, then whoever has a task."""
    ownership = policy.ownership.get(case.code)
    named = ownership.roles if ownership is not None and ownership.roles else BY_CODE[case.code].roles
    tasks = (task.role for task in case.tasks if task.status == "open")
    return tuple(dict.fromkeys((case.owner, *named, *tasks)))


def age_of(case: Case, now_us: int) -> Age:
    """The bucket of its age."""
    hours = (now_us - case.opened_at) / HOUR
    return AGES[sum(hours >= end for end in _ENDS_HOURS)]


def _open(conn: Connection, book: str, site: str) -> list[Case]:
    query = select(table).where(table.c.book == book, text(QUEUED_CASES))
    if site:
        query = query.where(or_(table.c.site == site, table.c.supplier == party_of(site)))
    return [CASE.read(row) for row in conn.execute(query)]


def _queued(case: Case, gravity: Gravity, roles: tuple[str, ...], role: str, now_us: int) -> CaseQueued:
    return CaseQueued(
        id=case.case, code=case.code, status=case.status, severity=gravity.severity,
        coverage_hours=gravity.coverage_hours, service=gravity.service, value=gravity.value,
        age=age_of(case, now_us), opened_at=moment(case.opened_at), due_at=moment_or_none(case.due_at),
        overdue=case.due_at is not None and case.due_at < now_us and case.status not in ("resolved", "closed"),
        escalation=case.escalation, site=case.site, part=case.part, quantity=to_decimal(case.quantity),
        unit=case.unit, supplier=case.supplier, owner=case.owner, roles=roles, assignee=case.assignee,
        waits_for=case.waits_for, dispute=case.dispute,
        tasks=tuple(
            task.task for task in case.tasks if task.status == "open" and (not role or task.role == role)
        ),
        cause=case.cause, text=case.text,
    )  # fmt: skip
