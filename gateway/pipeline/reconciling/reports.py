"""What the books are told about documents that we sent: that one is refused or overdue, and what ends that.

An acceptance of what nobody had to look at is told to nobody: that is what nearly all of them are. Only partners that
are measured by their acknowledgments have each of them told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from gateway.document import Fault
from gateway.messages import document_id, from_microseconds
from gateway.pipeline.answering.decide import Answers
from gateway.pipeline.context import Context
from gateway.store import sent
from gateway.store.sent import OPEN, Sent
from ledger.events import AcknowledgmentReported, Actor, AnsweredFault, Event
from ledger.events.answers import SentStatus

FAULTS_MAX = 50
"""Of what a partner finds wrong, so much is kept in the event; all of it stands in its own document."""
SYSTEM = Actor(kind="system", id="acknowledgments")


def report(
    connection: Connection,
    one: Sent,
    status: SentStatus,
    *,
    at: int,
    answer: str = "",
    answered_with: str = "",
    faults: Sequence[Fault] = (),
    comment: str = "",
    by: str = "",
    **more: Any,
) -> list[AcknowledgmentReported]:
    """The event about one document, as it stood before: none where nobody has to know.

    `answer` is the document of the partner, `by` the person who settled it; `more` goes into the event as it is. The
    event has no source: it is said by us, and nobody's document is read anew by taking it back.
    """
    if status not in OPEN and not one.reported and not (faults and answered_with == "824"):
        return []
    id = document_id(one.message, one.n)
    return [
        AcknowledgmentReported(
            number=one.number or id,
            sent=id,
            document=one.type,
            status=status,
            to=one.partner,
            answer=answer,
            answered_with=answered_with,
            faults=tuple(_said(fault) for fault in faults[:FAULTS_MAX]),
            comment=comment,
            sent_at=from_microseconds(one.clock_from) if one.clock_from else None,
            occurred_at=from_microseconds(at),
            book="test" if sent.book_of(connection, one.message) == "test" else "live",
            actor=Actor(kind="user", id=by) if by else SYSTEM,
            **more,
        )
    ]


def _said(fault: Fault) -> AnsweredFault:
    return AnsweredFault(
        code=fault.code,
        text=fault.text,
        segment=fault.segment or 0,
        tag=fault.tag,
        element=fault.element or 0,
        value=fault.value,
    )


def record(connection: Connection, reports: Sequence[Event], context: Context) -> int:
    """Put reports into the books; how many messages follow from them."""
    if not reports:
        return 0
    recorded = context.ledger.record(connection, reports, context.policy, context.now)
    answers = Answers(connection, context, ())
    answers.follow(recorded, reports)
    return answers.save()
