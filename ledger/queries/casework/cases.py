"""Cases: what is in question, both values that differ, and the segments that are their evidence."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Integer, cast, func, or_, select

from ledger.book.storage import tables
from ledger.book.storage.codecs import CASE
from ledger.book.storage.document_tables import cases as table
from ledger.events import read_event
from ledger.masterdata import to_decimal
from ledger.matching.deciding.approvals import deciders_of
from ledger.matching.records.documents import Case
from ledger.matching.records.transfers import party_of
from ledger.matching.resolved import moment, moment_or_none
from ledger.policy import Policy

USUAL = Policy()


class EvidenceShown(msgspec.Struct, frozen=True, kw_only=True):
    message: str
    document: str
    segment: int


class TaskShown(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of work on a case for one role."""

    task: str
    role: str
    status: str
    text: str
    after: tuple[str, ...]
    by: str
    at: datetime


class CaseShown(msgspec.Struct, frozen=True, kw_only=True):
    """One case, quantities in the part's base unit. `number` (n of `C<n>`) is the cursor of the list."""

    id: str
    code: str
    status: str
    part: str
    quantity: Decimal
    expected: Decimal
    actual: Decimal
    unit: str
    fault: str
    evidence: tuple[EvidenceShown, ...]
    book: str
    site: str
    supplier: str
    partner: str
    grade: str
    cause: str
    rule: str
    text: str
    owner: str
    shipment_id: str
    notice_line: str
    receipt_id: str
    receipt_line: str
    order_number: str
    order_line: str
    clearing: Decimal
    """What stands in the clearing account for it; a case closes only at zero."""
    opened_at: datetime
    opened_seq: int
    due_at: datetime | None
    resolution: str
    resolved_at: datetime | None
    comment: str
    number: int
    assignee: str = ""
    waits_for: str = ""
    escalation: int = 0
    """How many steps of its escalation it has gone."""
    escalates_at: datetime | None = None
    dispute: str = ""
    disputed_by: str = ""
    disputed_at: datetime | None = None
    dispute_due_at: datetime | None = None
    tasks: tuple[TaskShown, ...] = ()
    reopened_at: datetime | None = None
    """When it was opened again: its time to answer runs from then."""
    decided_by: tuple[str, ...] = ()
    """Roles of which one is needed to decide it; empty where it is anybody who may decide cases."""
    asked_by: tuple[str, ...] = ()
    """People whose count or adjustment waits for it: they decide it not. Only of one case, and while it is open."""


def cases(
    conn: Connection,
    *,
    book: str = "live",
    status: str = "",
    code: str = "",
    part: str = "",
    supplier: str = "",
    partner: str = "",
    site: str = "",
    cause: str = "",
    dispute: str = "",
    assignee: str = "",
    after: int = 0,
    limit: int = 100,
    policy: Policy = USUAL,
) -> list[CaseShown]:
    """Cases in the order they were opened, numbered above `after`. `status="open"` is everything not closed yet.

    Cases of one `cause` are one physical cause.

    `policy` says who decides them now.
    """
    number = cast(func.substr(table.c.case, 2), Integer)
    query = select(table).where(table.c.book == book, number > after)
    if status == "open":
        query = query.where(table.c.status != "closed")
    elif status:
        query = query.where(table.c.status == status)
    for column, value in (
        (table.c.code, code), (table.c.part, part), (table.c.supplier, supplier), (table.c.partner, partner),
        (table.c.cause, cause), (table.c.dispute, dispute), (table.c.assignee, assignee),
    ):  # fmt: skip
        if value:
            query = query.where(column == value)
    if site:
        # A variance between two of our sites is the business of both.
        query = query.where(or_(table.c.site == site, table.c.supplier == party_of(site)))
    return [_shown(row, policy) for row in conn.execute(query.order_by(number).limit(limit))]


def case(conn: Connection, case_id: str, *, book: str = "live", policy: Policy = USUAL) -> CaseShown | None:
    """One case by its id; None when there is none. `policy` says who decides it now."""
    row = conn.execute(select(table).where(table.c.book == book, table.c.case == case_id)).one_or_none()
    if row is None:
        return None
    return msgspec.structs.replace(_shown(row, policy), asked_by=_asked_by(conn, book, case_id))


def _asked_by(conn: Connection, book: str, case_id: str) -> tuple[str, ...]:
    """People whose lines wait for the case, sorted."""
    waiting, event = tables.waiting.c, tables.event.c
    bodies = conn.execute(
        select(event.body)
        .join(tables.waiting, (waiting.book == event.book) & (waiting.event == event.seq))
        .where(waiting.book == book, waiting.need == f"case:{case_id}")
    ).scalars()
    actors = [read_event(body).actor for body in bodies]
    return tuple(sorted({actor.id for actor in actors if actor is not None and actor.kind == "user"}))


def _shown(row: Any, policy: Policy) -> CaseShown:
    kept: Case = CASE.read(row)
    return CaseShown(
        id=kept.case, code=kept.code, status=kept.status, part=kept.part, quantity=to_decimal(kept.quantity),
        expected=to_decimal(kept.expected), actual=to_decimal(kept.actual), unit=kept.unit, fault=kept.fault,
        evidence=tuple(
            EvidenceShown(message=found.message, document=found.document, segment=found.segment)
            for found in kept.evidence
        ),
        book=kept.book, site=kept.site, supplier=kept.supplier, partner=kept.partner, grade=kept.grade,
        cause=kept.cause, rule=kept.rule, text=kept.text, owner=kept.owner, shipment_id=kept.shipment_id,
        notice_line=kept.notice_line, receipt_id=kept.receipt_id, receipt_line=kept.receipt_line,
        order_number=kept.order_number, order_line=kept.order_line, clearing=to_decimal(kept.clearing),
        opened_at=moment(kept.opened_at), opened_seq=kept.opened_seq,
        due_at=moment_or_none(kept.due_at), resolution=kept.resolution,
        resolved_at=moment_or_none(kept.resolved_at), comment=kept.comment,
        number=int(kept.case[1:]), decided_by=deciders_of(policy, kept.code, kept.rule),
        assignee=kept.assignee, waits_for=kept.waits_for, escalation=kept.escalation,
        escalates_at=moment_or_none(kept.escalates_at or None), dispute=kept.dispute, disputed_by=kept.disputed_by,
        disputed_at=moment_or_none(kept.disputed_at or None),
        dispute_due_at=moment_or_none(kept.dispute_due_at or None),
        reopened_at=moment_or_none(kept.reopened_at or None),
        tasks=tuple(
            TaskShown(
                task=one.task, role=one.role, status=one.status, text=one.text, after=one.after, by=one.by,
                at=moment(one.at),
            )
            for one in kept.tasks
        ),
    )  # fmt: skip
