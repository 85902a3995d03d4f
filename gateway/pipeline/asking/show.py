"""What is known of messages, in the shapes that REST and command line print. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, cast

import msgspec
from sqlalchemy import Connection, Row, or_, select

from gateway.document import Fault
from gateway.mapping import Configuration
from gateway.messages import Answer, from_microseconds
from gateway.pipeline.answering.places import read_again
from gateway.pipeline.posting.batch import status_of
from gateway.pipeline.reading.references import Referring
from gateway.store import alerts, gathering, sent
from gateway.store.collected import find_carriers
from gateway.store.documents import DocumentRow, load_documents
from gateway.store.evidence import load_evidence
from gateway.store.replays import ReplayRow, load_replays
from gateway.store.tables import inbox, outbox, sent_document
from gateway.store.transports import load_facts
from ledger import queries
from ledger.outcomes import Recorded, Refused, Result

_recorded = msgspec.json.Decoder(list[Recorded])


def show_message(connection: Connection, id: str) -> dict[str, Any]:
    """One message with documents and answers. Raises KeyError when there is none."""
    row = connection.execute(select(inbox).where(inbox.c.id == id)).first()
    if row is None:
        return _show_sent(connection, id)
    shown = _received(row)
    shown["faults"] = _faults(row.faults)
    rows = load_documents(connection, id)
    kept = _events_kept(connection, rows)
    shown["documents"] = [_document(one, kept) for one in rows]
    shown["answers"] = [_plain(answer) for answer in load_answers(connection, id)]
    shown["transport"] = _transport(connection, id)
    shown["replays"] = [_replayed(one) for one in load_replays(connection, id)]
    return shown


def list_alerts(connection: Connection, *, after: int, limit: int) -> list[dict[str, Any]]:
    """What a person should look at, oldest first, after the number `after`."""
    return [
        {"number": number, **msgspec.structs.asdict(one), "at": from_microseconds(one.at)}
        for number, one in alerts.list_alerts(connection, after=after, limit=limit)
    ]


def list_messages(
    connection: Connection, *, direction: str, partner: str, status: str, after: str, limit: int
) -> list[dict[str, Any]]:
    """Oldest first from the id `after` on; `out` gives answers."""
    table = inbox if direction == "in" else outbox
    query = select(table).order_by(table.c.seq).limit(limit)
    if after:
        query = query.where(table.c.seq > select(table.c.seq).where(table.c.id == after).scalar_subquery())
    if partner:
        # What we send belongs to whom it goes to: a webhook about a partner is not in that partner's mailbox.
        column = table.c.partner if table is inbox else table.c.destination
        query = query.where(column.in_((partner, f"mdn:{partner}")))
    if status:
        query = query.where(table.c.status == status)
    rows = connection.execute(query).all()
    if direction == "in":
        return [_received(row) for row in rows]
    return [_plain(answer) for answer in _answers(connection, rows)]


def list_open(connection: Connection, *, partner: str, limit: int) -> list[dict[str, Any]]:
    """Documents of ours that partners refused or never acknowledged, oldest first: what a person must look at."""
    found = sent.list_open(connection, partner=partner, limit=limit)
    return [_sent_document(one) | {"partner": one.partner} for one in found]


def list_collected(connection: Connection, *, partner: str, limit: int) -> list[dict[str, Any]]:
    """Documents of ours that wait to leave together, oldest first."""
    return [
        {
            "id": one.id,
            "partner": one.partner,
            "type": one.kind,
            "number": one.number,
            "test": one.book == "test",
            "due_at": from_microseconds(one.due_at).isoformat(),
            "created_at": from_microseconds(one.created_at).isoformat(),
        }
        for one in gathering.list_waiting(connection, partner=partner, limit=limit)
    ]


def load_answers(connection: Connection, message: str) -> tuple[Answer, ...]:
    """What answers a received message, in the order it was queued; what was collected, once it has left."""
    carriers = find_carriers(connection, message)
    mine = or_(outbox.c.answers == message, outbox.c.id.in_(carriers)) if carriers else outbox.c.answers == message
    rows = connection.execute(select(outbox).where(mine).order_by(outbox.c.seq)).all()
    return tuple(_answers(connection, rows))


def show_provenance(
    connection: Connection, message: str, configuration: Configuration
) -> dict[str, list[dict[str, Any]]]:
    """Where each canonical value of each document stands, by document id; computed from the kept bytes."""
    data = load_evidence(connection, [message]).get(message, b"")
    received = connection.execute(select(inbox.c.received_at).where(inbox.c.id == message)).scalar()
    day = from_microseconds(received or 0).date()
    referring = Referring(queries.masterdata(connection)) if configuration.refers else Referring()
    found: dict[str, list[dict[str, Any]]] = {}
    for row in load_documents(connection, message):
        references = referring.of(row.partner, day)
        reading = read_again(data, row.id, configuration, row.partner, references=references) if row.map else None
        if reading is not None:
            found[row.id] = [place._asdict() for place in reading.provenance()]
    return found


def segments_of_answer(data: bytes) -> tuple[tuple[str, ...], ...]:
    """TA1 and ST...SE of an interchange that we wrote (its ISA has its 106 characters); empty for other formats."""
    if len(data) < 106 or not data.startswith(b"ISA"):
        return ()
    text = data.decode("latin-1")
    element, terminator = text[3], text[105]
    segments = (tuple(part.strip("\r\n").split(element)) for part in text.split(terminator) if part.strip())
    return tuple(segment for segment in segments if segment[0] not in ("ISA", "GS", "GE", "IEA"))


def _received(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "direction": "in",
        "status": "new" if row.status == "leased" else row.status,
        "reason_code": row.reason_code,
        "reason": row.reason,
        "partner": row.partner,
        "channel": row.channel,
        "name": row.name,
        "media_type": row.media_type,
        "bytes": row.size,
        "digest": row.digest,
        "test": bool(row.test),
        "received_at": from_microseconds(row.received_at).isoformat(),
    }


Kept = dict[tuple[str, int], queries.EventKept]
"""Events as they stand now, by book and sequence."""

EVENTS_MAX = 5_000


def _events_kept(connection: Connection, rows: list[DocumentRow]) -> Kept:
    """The events that these documents made. Those of one message stand together, so that a range finds them."""
    found: Kept = {}
    sequences: dict[str, list[int]] = {}
    for row in rows:
        if row.status != "repeated" and row.result:
            for one in _recorded.decode(row.result):
                sequences.setdefault(one.book, []).append(one.seq)
    for book, listed in sequences.items():
        span = max(listed) - min(listed) + 1
        if span <= EVENTS_MAX:
            events = queries.events(connection, book=book, after=min(listed) - 1, limit=span)
            found |= {(book, event.seq): event for event in events}
    return found


def _now(one: Recorded, kept: Kept) -> Recorded:
    """What the ledger says of an event today; of a repeat, what it said then."""
    event = kept.get((one.book, one.seq))
    if event is None or event.kind != one.kind:
        return one
    result = cast(Result, event.result or one.result)
    return msgspec.structs.replace(one, result=result, outcomes=event.outcomes, movements=event.movements)


def _reason_now(events: list[Recorded], status: str) -> str:
    """Why a document that had waited is refused: the last reason the ledger gave."""
    if status != "refused":
        return ""
    reasons = [outcome.reason for one in events for outcome in one.outcomes if isinstance(outcome, Refused)]
    return reasons[-1] if reasons else ""


def _document(row: DocumentRow, kept: Kept) -> dict[str, Any]:
    events = [_now(one, kept) for one in _recorded.decode(row.result)] if row.result else []
    # Waits end after the document was processed, and the books know.
    status = status_of(events) if row.status in ("waiting", "refused") and events else row.status
    shown = {
        "id": row.id,
        "partner": row.partner,
        "format": row.format,
        "type": row.type,
        "version": row.version,
        "sender": row.key.sender,
        "receiver": row.key.receiver,
        "interchange": row.key.interchange,
        "group": row.key.group_control,
        "control": row.key.control,
        "test": row.test,
        "accepted": row.accepted,
        "status": status,
        "reason_code": row.reason_code,
        "reason": row.reason if status == row.status else _reason_now(events, status),
        "faults": [_plain(fault) for fault in row.faults],
        "unmapped": row.unmapped,
        "original": row.original,
        "digest": row.digest,
        "guide": row.guide,
        "map": row.map,
        "events": [_plain(one) for one in events],
    }
    return shown


def _show_sent(connection: Connection, id: str) -> dict[str, Any]:
    row = connection.execute(select(outbox).where(outbox.c.id == id)).first()
    if row is None:
        raise KeyError(id)
    (answer,) = _answers(connection, [row])
    documents = connection.execute(
        select(sent_document).where(sent_document.c.message == id).order_by(sent_document.c.n)
    )
    return {
        **_plain(answer),
        "direction": "out",
        "media_type": row.media_type,
        "bytes": row.size,
        "digest": row.digest,
        "attempts": row.attempts,
        "number": row.number,
        "due_at": from_microseconds(row.due_at).isoformat() if row.status == "collected" else None,
        "sent_in": row.sent_in,
        "documents": [_sent_document(one) for one in documents],
        "history": [_sent_event(id, one) for one in sent.load_history(connection, id)],
        "answers": [],
        "transport": _transport(connection, id),
    }


def _replayed(one: ReplayRow) -> dict[str, Any]:
    return {
        "document": f"{one.message}.{one.n}",
        "by": one.by,
        "map_before": one.map_before,
        "map": one.map,
        "difference": [list(line) for line in one.difference],
        "at": from_microseconds(one.at).isoformat(),
    }


def _sent_document(one: Row[Any]) -> dict[str, Any]:
    return {
        "id": f"{one.message}.{one.n}",
        "type": one.type,
        "number": one.number,
        "interchange": one.interchange,
        "group": one.group_control,
        "control": one.control,
        "status": one.status,
        "faults": _faults(one.faults),
        "answered_by": one.answered_by,
        "comment": one.comment,
        "due_at": from_microseconds(one.due_at).isoformat() if one.due_at else None,
    }


def _sent_event(message: str, one: sent.SentEvent) -> dict[str, Any]:
    return {
        "document": f"{message}.{one.n}",
        "event": one.event,
        "status_before": one.status_before,
        "by": one.by,
        "comment": one.comment,
        "at": from_microseconds(one.at).isoformat(),
    }


def _transport(connection: Connection, id: str) -> dict[str, Any] | None:
    """What the transport knows of a message; None where it left nothing."""
    facts = load_facts(connection, id)
    if facts is None:
        return None
    shown = {"channel": facts.channel, "key": facts.key, "mic": facts.mic, **facts.facts}
    if facts.due_at:
        shown["mdn_due_at"] = from_microseconds(facts.due_at).isoformat()
    return shown


def _answers(connection: Connection, rows: Iterable[Row[Any]]) -> Iterator[Answer]:
    listed = list(rows)
    evidence = load_evidence(connection, [row.id for row in listed if row.kind != "webhook"])
    for row in listed:
        yield Answer(
            id=row.id,
            kind=row.kind,
            to=row.destination.removeprefix("mdn:"),
            partner=row.partner,
            message=row.answers,
            segments=segments_of_answer(evidence.get(row.id, b"")),
            sent=from_microseconds(row.sent_at) if row.sent_at else None,
            status=row.status,
            reason=row.reason,
            test=row.book == "test",
            created_at=from_microseconds(row.created_at),
        )


def _faults(text: str) -> list[dict[str, Any]]:
    return [_plain(fault) for fault in msgspec.json.decode(text, type=tuple[Fault, ...])] if text else []


def _plain(value: msgspec.Struct) -> dict[str, Any]:
    plain: dict[str, Any] = msgspec.to_builtins(value)
    return plain
