"""All that was said of one case, in order: what opened it, who did what, and what came of it."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, select, text

from ledger.book import tables
from ledger.book.document_tables import cases
from ledger.events import ABOUT_CASES, Actor, AnyEvent, read_event
from ledger.matching.resolved import moment
from ledger.outcomes import AnyOutcome, Refused
from ledger.queries.events import outcomes_of, read_outcomes

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
    """What was said; None for the document that opened the case, which `seq` finds."""
    outcomes: tuple[AnyOutcome, ...]


def case_timeline(conn: Connection, case_id: str, *, book: str = "live") -> list[CaseStep]:
    """The first so many steps, as they were recorded; empty where there is no such case."""
    of_case = cases.c.book == book, cases.c.case == case_id
    opened = conn.execute(select(cases.c.opened_seq).where(*of_case)).scalar_one_or_none()
    if opened is None:
        return []
    event = tables.event.c
    columns = (event.seq, event.site, event.kind, event.number, event.recorded_at, event.body)
    said = select(*columns).where(event.book == book, event.number == case_id, text(tables.SAID_OF_CASES))
    rows = [
        *conn.execute(select(*columns).where(event.book == book, event.seq == opened)),
        *conn.execute(said.order_by(event.seq).limit(STEPS_MAX)),
    ]
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
