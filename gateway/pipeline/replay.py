"""Replay: read a message again with the map now in force.

What was parked, held or rejected is simply processed again. What is recorded is compared first, and its difference
shown; it is replaced by a new revision only when a person has confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Connection, select

from gateway.errors import PartnerMistake
from gateway.messages import REPLAYABLE, split_document_id
from gateway.pipeline.answering.places import read_again
from gateway.pipeline.context import Context
from gateway.store.documents import DocumentRow, load_documents
from gateway.store.evidence import load_evidence
from gateway.store.inbox import queue_again
from gateway.store.tables import inbox
from ledger.events import Event
from ledger.outcomes import Recorded

Difference = tuple[str, str, str, str]
"""(document, path, before, after)."""


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What a replay of one id would touch. `whole`: the message itself is parked and is read as if never before."""

    message: str
    whole: bool
    documents: tuple[int, ...]
    compared: tuple[DocumentRow, ...]


def plan_replay(connection: Connection, id: str) -> Plan:
    """Raises PartnerMistake("not_found") for an unknown id and ("busy") for one that is being processed."""
    message, number = split_document_id(id)
    row = connection.execute(select(inbox.c.status).where(inbox.c.id == message)).first()
    if row is None:
        raise PartnerMistake("not_found", f"there is no message {message}")
    if row.status in ("new", "leased"):
        raise PartnerMistake("busy", f"{message} is being processed")
    rows = [one for one in load_documents(connection, message) if number in (None, one.n)]
    if row.status == "parked" and not load_evidence(connection, [message]):
        raise PartnerMistake("not_opened", f"{message} could not be opened, so its sender must send it again")
    if number is not None and not rows:
        raise PartnerMistake("not_found", f"there is no document {id}")
    return Plan(
        message=message,
        whole=row.status == "parked" and not rows,
        documents=tuple(one.n for one in rows if one.status in REPLAYABLE),
        compared=tuple(one for one in rows if one.status not in REPLAYABLE and one.result),
    )


def queue_replay(connection: Connection, plan: Plan) -> None:
    """Put it back into the inbox, all of it or only the documents that may be touched."""
    if plan.whole:
        queue_again(connection, plan.message, None)
    elif plan.documents:
        queue_again(connection, plan.message, plan.documents)


def compare(connection: Connection, plan: Plan, recorded: Iterable[Event], context: Context) -> list[Difference]:
    """What recorded documents would say now. `recorded` are their events as the ledger keeps them."""
    data = load_evidence(connection, [plan.message]).get(plan.message, b"")
    before: dict[tuple[str, str, str], Event] = {}
    for event in recorded:
        document = event.source.document if event.source else ""
        before[document, type(event).__name__, event.number] = event
    found: list[Difference] = []
    for row in plan.compared:
        reading = read_again(data, row.id, context.configuration, row.partner, context.zones)
        if reading is None:
            found.append((row.id, "", "recorded", "can no longer be read"))
            continue
        now = {(row.id, type(event).__name__, event.number): event for event in reading.events}
        for key in {key: None for key in (*now, *(key for key in before if key[0] == row.id))}:
            found += _difference(key, before.get(key), now.get(key))
    return found


def recorded_in(plan: Plan) -> dict[str, list[Recorded]]:
    """What the ledger said of each compared document when it was recorded."""
    return {row.id: msgspec.json.decode(row.result, type=list[Recorded]) for row in plan.compared}


def _difference(key: tuple[str, str, str], before: Event | None, after: Event | None) -> Iterator[Difference]:
    document, kind, number = key
    if before is None or after is None:
        yield (document, f"{kind} {number}", "" if before is None else "recorded", "" if after is None else "new")
        return
    old, new = _leaves(before), _leaves(after)
    for path in {path: None for path in (*old, *new)}:
        if old.get(path, "") != new.get(path, ""):
            yield (document, f"{kind} {number} {path}", old.get(path, ""), new.get(path, ""))


def _leaves(event: Event) -> dict[str, str]:
    """Every business value of an event by its path; stamps are ours and left out."""
    plain = msgspec.to_builtins(event)
    found: dict[str, str] = {}

    def walk(path: str, value: object) -> None:
        if isinstance(value, dict):
            for name, inner in value.items():
                walk(f"{path}.{name}" if path else str(name), inner)
        elif isinstance(value, list | tuple):
            for index, inner in enumerate(value):
                walk(f"{path}[{index}]", inner)
        else:
            found[path] = str(value)

    for name, value in plain.items():
        if name not in Event.STAMPS and name not in ("kind", "site"):
            walk(name, value)
    return found
