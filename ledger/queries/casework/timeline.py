"""All that was said of one case, in order: what opened it, who did what, when it escalated, and what came of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, select, text

from ledger.book.storage import tables
from ledger.book.storage.document_tables import cases
from ledger.events import ABOUT_CASES, Actor, AnyEvent, read_event
from ledger.matching.resolved import moment
from ledger.outcomes import AnyOutcome, Refused
from ledger.queries.log.events import outcomes_of, read_outcomes

STEPS_MAX = 1_000


class CaseStep(msgspec.Struct, frozen=True, kw_only=True):
    """One event about the case: the outcomes are those that name it, or refuse what was said."""

    seq: int
    kind: str
    number: str
    at: datetime
    """When it was recorded."""
    actor: Actor | None
    result: str
    event: AnyEvent | None
    """What was said; None for the document that opened the case, which `seq` finds, and for time that passed."""
    outcomes: tuple[AnyOutcome, ...]


def case_timeline(conn: Connection, case_id: str, *, book: str = "live") -> list[CaseStep]:
    """The first so many steps, as they were recorded; empty where there is no such case."""
    of_case = cases.c.book == book, cases.c.case == case_id
    case = conn.execute(select(cases.c.opened_seq, cases.c.opened_at).where(*of_case)).one_or_none()
    if case is None:
        return []
    event = tables.event.c
    columns = (event.seq, event.site, event.kind, event.number, event.recorded_at, event.body)
    said = select(*columns).where(event.book == book, event.number == case_id, text(tables.SAID_OF_CASES))
    rows = [
        *conn.execute(select(*columns).where(event.book == book, event.seq == case.opened_seq)),
        *conn.execute(said.order_by(event.seq).limit(STEPS_MAX)),
        *conn.execute(_times(book, case_id, case.opened_at).with_only_columns(*columns)),
    ]
    rows = sorted({row.seq: row for row in rows}.values(), key=lambda row: row.seq)[:STEPS_MAX]
    outcomes = outcomes_of(conn, book, rows)
    steps = []
    for row in rows:
        body, found = read_event(row.body), outcomes.get(row.seq, [])
        told = tuple(one for each in found for one in read_outcomes(each.body))
        is_about = isinstance(body, ABOUT_CASES)
        steps.append(
            CaseStep(
                seq=row.seq, kind=row.kind, number=row.number, at=moment(row.recorded_at), actor=body.actor,
                result=found[-1].result if found else "", event=body if is_about else None,
                outcomes=tuple(
                    one for one in told
                    if getattr(one, "case", "") == case_id or (is_about and isinstance(one, Refused))
                ),
            )
        )  # fmt: skip
    return steps


def _times(book: str, case_id: str, opened_at: int) -> Select[Any]:
    """The times that passed since the case was opened and took a step of it: by the key of their events, which is
    when it was."""
    event, outcome = tables.event.c, tables.outcome.c
    since = moment(opened_at).isoformat(timespec="seconds").partition("+")[0]
    return (
        select(tables.event)
        .where(
            event.book == book, event.site == "", event.partner == "", event.kind == "TimePassed",
            event.number >= since, outcome.book == event.book, outcome.site == event.site,
            outcome.event == event.seq, outcome.body.like(f'%"case_escalated"%"case":"{case_id}"%'),
        )
        .order_by(event.seq)
        .limit(STEPS_MAX)
    )  # fmt: skip
