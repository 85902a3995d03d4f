"""Documents that we sent and that a partner answers with TA1, 997, 999 or 824, found by their control numbers.

Settled once or again (a later answer replaces an earlier one), reviewed by a person, or open again when they are sent
again. Whatever happens to one is added to its history, and nothing is taken out of it.

Status: `unsent`, `awaiting` an answer since the partner has it, `accepted`, `partial`, `rejected`, `overdue`,
`reviewed`, `rewritten` as another document, `none` (an acknowledgment of ours, which is never answered).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, func, insert, select, update

from gateway.document import Fault
from gateway.store.tables import outbox, sent_document, sent_draft, sent_history

REVIEWABLE = ("unsent", "awaiting", "partial", "rejected", "overdue", "reviewed")
REOPENED = ("awaiting", "partial", "rejected", "overdue", "reviewed")
"""What waits again once the same bytes are sent again; what was accepted stays so."""
OPEN = ("partial", "rejected", "overdue")
"""What a person must look at."""


class Sent(NamedTuple):
    message: str
    n: int
    partner: str
    type: str
    number: str
    group_id: str
    interchange: str
    group_control: str
    control: str
    status: str
    origin: str = ""
    reported: int = 0
    """1 where the books are told what becomes of it: its partner is measured by that, or they were told that it is
    refused or overdue, and so of what ends that."""
    clock_from: int = 0
    """When the partner had it, the last time that it was sent; 0 before that."""


class SentEvent(NamedTuple):
    """One line of a document's history."""

    n: int
    event: str
    status_before: str
    by: str
    comment: str
    at: int


_columns = tuple(sent_document.c[name] for name in Sent._fields)
_history = tuple(sent_history.c[name] for name in SentEvent._fields)


# --- finding ------------------------------------------------------------------------------------------------------


def find_group(connection: Connection, *, partner: str, group_id: str, group_control: str) -> list[Sent]:
    """Documents of one group that we sent to a partner, by AK101 and AK102."""
    rows = connection.execute(
        select(*_columns)
        .where(
            sent_document.c.group_control == group_control,
            sent_document.c.partner == partner,
            sent_document.c.group_id == group_id,
        )
        .order_by(sent_document.c.message.desc(), sent_document.c.n)
    )
    return _newest(Sent(*row) for row in rows)


def find_interchange(connection: Connection, *, partner: str, interchange: str) -> list[Sent]:
    """Documents of one interchange, by TA101."""
    rows = connection.execute(
        select(*_columns)
        .where(sent_document.c.interchange == interchange, sent_document.c.partner == partner)
        .order_by(sent_document.c.message.desc(), sent_document.c.n)
    )
    return _newest(Sent(*row) for row in rows)


def _newest(found: Iterable[Sent]) -> list[Sent]:
    """Numbers start over after 999999999: the newest message that carries them is meant."""
    listed = list(found)
    return [one for one in listed if one.message == listed[0].message]


def find_number(connection: Connection, *, partner: str, type: str, number: str) -> list[Sent]:
    """Documents by their business number, newest first."""
    rows = connection.execute(
        select(*_columns)
        .where(sent_document.c.partner == partner, sent_document.c.type == type, sent_document.c.number == number)
        .order_by(sent_document.c.message.desc())
    )
    return [Sent(*row) for row in rows]


def find_message(connection: Connection, message: str) -> list[Sent]:
    """All documents of one message that we sent."""
    rows = connection.execute(select(*_columns).where(sent_document.c.message == message).order_by(sent_document.c.n))
    return [Sent(*row) for row in rows]


def find_overdue(connection: Connection, *, now: int) -> list[Sent]:
    rows = connection.execute(
        select(*_columns)
        .where(sent_document.c.status == "awaiting", sent_document.c.due_at <= now)
        .order_by(sent_document.c.message, sent_document.c.n)
    )
    return [Sent(*row) for row in rows]


def list_open(connection: Connection, *, partner: str, limit: int) -> list[Row[Any]]:
    """What partners refused or never answered, oldest first, with all its columns."""
    query = select(sent_document).where(sent_document.c.status.in_(OPEN))
    if partner:
        query = query.where(sent_document.c.partner == partner)
    return list(connection.execute(query.order_by(sent_document.c.message, sent_document.c.n).limit(limit)))


# --- what happens to them -----------------------------------------------------------------------------------------


def settle(
    connection: Connection,
    one: Sent,
    *,
    status: str,
    answered_by: str,
    at: int,
    faults: tuple[Fault, ...] = (),
) -> None:
    """An answer came, or none did in time (`overdue`, answered by nothing)."""
    reported = {"reported": 1} if status in OPEN else {}
    connection.execute(
        update(sent_document)
        .where(sent_document.c.message == one.message, sent_document.c.n == one.n)
        .values(
            status=status,
            answered_by=answered_by,
            faults=msgspec.json.encode(faults).decode() if faults else "",
            **reported,
        )
    )
    note(connection, [one], event=status, by=answered_by, at=at)


def review(connection: Connection, message: str, n: int, *, comment: str, by: str, at: int) -> int:
    """A person settles documents without an answer, all of a message where `n` is 0; how many there were."""
    found = [one for one in find_message(connection, message) if n in (0, one.n) and one.status in REVIEWABLE]
    for one in found:
        connection.execute(
            update(sent_document)
            .where(sent_document.c.message == message, sent_document.c.n == one.n)
            .values(status="reviewed", comment=comment)
        )
    note(connection, found, event="reviewed", by=by, at=at, comment=comment)
    return len(found)


def reopen(connection: Connection, message: str, *, by: str, at: int, comment: str = "") -> int:
    """The same bytes go again: what was not accepted waits for its answer once more. How many documents do."""
    found = [one for one in find_message(connection, message) if one.status in REOPENED]
    for one in found:
        connection.execute(
            update(sent_document)
            .where(sent_document.c.message == message, sent_document.c.n == one.n)
            .values(status="unsent", answered_by="", faults="", clock_from=0, due_at=0)
        )
    note(connection, found, event="resent", by=by, at=at, comment=comment)
    return len(found)


def supersede(connection: Connection, found: Sequence[Sent], *, by: str, at: int, comment: str) -> None:
    """Documents are written anew in another message, which `comment` names; an answer to them is none to it."""
    for one in found:
        connection.execute(
            update(sent_document)
            .where(sent_document.c.message == one.message, sent_document.c.n == one.n)
            .values(status="rewritten", comment=comment)
        )
    note(connection, found, event="rewritten", by=by, at=at, comment=comment)


def note(
    connection: Connection, documents: Sequence[Sent], *, event: str, by: str, at: int, comment: str = ""
) -> None:
    """Add a line to the history of documents, each as it stood before."""
    rows = [
        {
            "message": one.message,
            "n": one.n,
            "event": event,
            "status_before": one.status,
            "by": by,
            "comment": comment,
            "at": at,
        }
        for one in documents
    ]
    if rows:
        connection.execute(insert(sent_history), rows)


def load_history(connection: Connection, message: str) -> list[SentEvent]:
    """All that happened to the documents of a message, oldest first."""
    rows = connection.execute(select(*_history).where(sent_history.c.message == message).order_by(sent_history.c.seq))
    return [SentEvent(*row) for row in rows]


def book_of(connection: Connection, message: str) -> str:
    """The book whose message it is."""
    found = connection.execute(select(outbox.c.book).where(outbox.c.id == message)).scalar()
    return str(found or "live")


def count_resends(connection: Connection, message: str, *, by: str) -> int:
    """How often a message was sent again by `by`."""
    query = select(func.count(func.distinct(sent_history.c.at))).where(
        sent_history.c.message == message, sent_history.c.event == "resent", sent_history.c.by == by
    )
    return connection.execute(query).scalar() or 0


def count_settled(connection: Connection, one: Sent, *, event: str) -> int:
    """How often a document came to that."""
    query = select(func.count()).where(
        sent_history.c.message == one.message, sent_history.c.n == one.n, sent_history.c.event == event
    )
    return connection.execute(query).scalar() or 0


def keep_draft(connection: Connection, message: str, draft: str) -> None:
    """What a message was written from, for the day on which it must be written again."""
    connection.execute(insert(sent_draft).values(message=message, draft=draft))


def load_draft(connection: Connection, message: str) -> str:
    """What `keep_draft` kept; "" where it was not written from one, or before drafts were kept."""
    return connection.execute(select(sent_draft.c.draft).where(sent_draft.c.message == message)).scalar() or ""
