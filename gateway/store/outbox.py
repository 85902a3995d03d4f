"""The outbox: what is to be sent, per destination in order, with attempts, leases and what was parked.

Workers claim destinations, not messages: within one destination nothing overtakes, and a dead partner slows no other.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection, Select, bindparam, case, exists, insert, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.store.direct import DirectInsert, DirectSelect
from gateway.store.evidence import chunk_rows, put_evidence
from gateway.store.tables import destination, outbox, sent_document

LEASE_SECONDS = 60


class NewAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """One message to send. `dedupe` names what it says (`advice:A1`), "" for what may be said again.

    With status `draft` or `collected` there are no bytes yet, and `draft` holds what is to be written.
    """

    id: str
    destination: str
    partner: str
    kind: str
    data: bytes = b""
    media_type: str = "application/edi-x12"
    name: str = ""
    answers: str = ""
    book: str = "live"
    dedupe: str = ""
    created_at: int = 0
    status: str = "ready"
    reason: str = ""
    draft: str = ""
    number: str = ""
    """Business number of what a draft says."""
    due_at: int = 0
    """When what is collected leaves."""


class NewSent(msgspec.Struct, frozen=True, kw_only=True):
    """One document inside a NewAnswer, for reconciliation. `status` `unsent` awaits its 997, `none` needs none."""

    message: str
    n: int
    partner: str
    type: str
    number: str
    sender: str
    receiver: str
    group_id: str
    interchange: str
    group_control: str
    control: str
    status: str
    origin: str = ""
    """Id in the outbox of the draft that it was written from."""
    reported: int = 0
    """1 where the books are told whatever becomes of it."""


class Due(NamedTuple):
    """A destination under lease; `token` fences, `attempts` is what failed in a row before."""

    id: str
    token: int
    attempts: int


class Waiting(NamedTuple):
    """The next message of a destination."""

    seq: int
    id: str
    partner: str
    kind: str
    name: str
    media_type: str
    attempts: int
    created_at: int


_fields = tuple(name for name in NewAnswer.__struct_fields__ if name != "data")
_insert = DirectInsert(insert(outbox), (*_fields, "digest", "size"))
_insert_receipt = DirectInsert(insert(outbox), (*_fields, "digest", "size", "sent_at"))
_insert_sent = DirectInsert(insert(sent_document), NewSent.__struct_fields__)
_insert_destination = DirectInsert(sqlite_insert(destination).on_conflict_do_nothing(index_elements=["id"]), ("id",))
# The condition is that of the partial index, which the planner uses only where it is repeated.
_find_dedupe = DirectSelect(
    text("SELECT dedupe FROM outbox WHERE dedupe IN (SELECT value FROM json_each(:names)) AND dedupe <> ''")
)


def put_answers(connection: Connection, answers: Sequence[NewAnswer]) -> set[str]:
    """Queue answers in their order with their bytes; returns the ids queued (a known `dedupe` is not)."""
    named = [answer.dedupe for answer in answers if answer.dedupe]
    known: set[str] = set()
    if named:
        known.update(
            dedupe for (dedupe,) in _find_dedupe.fetch(connection, names=msgspec.json.encode(named).decode())
        )
    rows_new: list[dict[str, object]] = []
    chunks: list[dict[str, object]] = []
    queued: set[str] = set()
    destinations: set[str] = set()
    for answer in answers:
        if answer.dedupe:
            if answer.dedupe in known:
                continue
            known.add(answer.dedupe)
        fields = {name: getattr(answer, name) for name in _fields}
        rows_new.append(fields | {"digest": hashlib.sha256(answer.data).hexdigest(), "size": len(answer.data)})
        if not answer.draft:
            chunks.extend(chunk_rows(answer.id, answer.data))
        queued.add(answer.id)
        destinations.add(answer.destination)
    if rows_new:
        _insert.put(connection, rows_new)
        put_evidence(connection, chunks)
        _insert_destination.put(connection, [{"id": name} for name in sorted(destinations)])
    return queued


def put_receipt(connection: Connection, receipt: NewAnswer, *, sent_at: int = 0) -> None:
    """Queue an MDN, or keep one that goes with the HTTP answer itself (`sent_at`); its bytes are put by the caller.

    The lean sibling of `put_answers`, for the step that a sender waits for: no duplicates are looked for.
    """
    fields = {name: getattr(receipt, name) for name in _fields}
    fields |= {"digest": hashlib.sha256(receipt.data).hexdigest(), "size": len(receipt.data), "sent_at": sent_at}
    _insert_receipt.put(connection, [fields])
    if receipt.status == "ready":
        _insert_destination.put(connection, [{"id": receipt.destination}])


def put_sent(connection: Connection, rows: Iterable[NewSent]) -> None:
    listed = [msgspec.structs.asdict(row) for row in rows]
    if listed:
        _insert_sent.put(connection, listed)


def claim_destinations(
    connection: Connection, *, now: int, most: int, pushed: Sequence[str] | None = None
) -> list[Due]:
    """Lease destinations that have something ready and whose next attempt is due.

    `pushed` limits them to destinations that we send to (a mailbox waits for its partner instead).
    """
    chosen = _due(now=now, pushed=pushed).order_by(destination.c.next_attempt, destination.c.id).limit(most)
    rows = connection.execute(
        update(destination)
        .where(destination.c.id.in_(chosen.scalar_subquery()))
        .values(lease_until=now + LEASE_SECONDS * 1_000_000, token=destination.c.token + 1)
        .returning(destination.c.id, destination.c.token, destination.c.attempts)
    )
    return sorted(Due(*row) for row in rows)


def has_due(connection: Connection, *, now: int, pushed: Sequence[str]) -> bool:
    """Whether `claim_destinations` would find anything."""
    query = _due(now=now, pushed=pushed).limit(1)
    return connection.execute(query).first() is not None


# As the partial index says it, in the statement's own text: with bound values SQLite cannot tell that the index holds
# all such rows, and would read through everything ever sent.
_IS_OPEN = text("outbox.status IN ('draft', 'ready')")


def _due(*, now: int, pushed: Sequence[str] | None) -> Select[tuple[str]]:
    ready = exists().where(outbox.c.destination == destination.c.id, outbox.c.status == "ready", _IS_OPEN)
    due = select(destination.c.id).where(destination.c.next_attempt <= now, destination.c.lease_until < now, ready)
    if pushed is not None:
        due = due.where(
            or_(destination.c.id.in_(pushed), destination.c.id.like("hook:%"), destination.c.id.like("mdn:%"))
        )
    return due


def load_waiting(connection: Connection, name: str, *, most: int) -> list[Waiting]:
    """What is ready for a destination, in order, up to the first draft: nothing overtakes it."""
    rows = connection.execute(
        select(
            outbox.c.seq, outbox.c.id, outbox.c.partner, outbox.c.kind, outbox.c.name, outbox.c.media_type,
            outbox.c.attempts, outbox.c.created_at, outbox.c.status,
        )
        .where(outbox.c.destination == name, _IS_OPEN)
        .order_by(outbox.c.seq)
        .limit(most)
    )  # fmt: skip
    ready = itertools.takewhile(lambda row: row.status == "ready", rows)
    return [Waiting(*row[:-1]) for row in ready]


def holds_destination(connection: Connection, due: Due) -> bool:
    row = connection.execute(select(destination.c.token).where(destination.c.id == due.id)).first()
    return row is not None and row.token == due.token


def mark_sent(connection: Connection, ids: Sequence[str], *, at: int, status: str = "sent") -> None:
    """They arrived (2xx) or were fetched; for documents that await a 997 the overdue clock starts now."""
    if not ids:
        return
    connection.execute(
        update(outbox)
        .where(outbox.c.id == bindparam("b_id"), or_(outbox.c.status == "ready", outbox.c.status == "awaiting"))
        .values(status=status, sent_at=at, attempts=outbox.c.attempts + 1, reason=""),
        [{"b_id": id} for id in ids],
    )


def mark_awaiting(connection: Connection, ids: Sequence[str]) -> None:
    """They left, and only an MDN will tell whether they arrived: out of the way of what follows."""
    if ids:
        connection.execute(
            update(outbox)
            .where(outbox.c.id == bindparam("b_id"), outbox.c.status == "ready")
            .values(status="awaiting", attempts=outbox.c.attempts + 1, reason=""),
            [{"b_id": id} for id in ids],
        )


def start_clock(connection: Connection, id: str, *, at: int, due_at: int) -> None:
    """An overdue clock starts once, when the partner first has the message; an answer that came first stays."""
    connection.execute(
        update(sent_document)
        .where(sent_document.c.message == id, sent_document.c.status == "unsent")
        .values(status="awaiting", clock_from=at, due_at=due_at)
    )


def mark_confirmed(connection: Connection, id: str, *, at: int) -> None:
    """An MDN that came later says it arrived, even if it was given up before."""
    connection.execute(
        update(outbox)
        .where(outbox.c.id == id, outbox.c.status.in_(("ready", "awaiting", "parked")))
        .values(status="sent", sent_at=at, reason="")
    )


def mark_refused(connection: Connection, id: str, *, reason: str) -> bool:
    """An MDN that came later says it did not arrive; False: it is not open any more, and nothing was changed."""
    done = connection.execute(
        update(outbox)
        .where(outbox.c.id == id, outbox.c.status.in_(("ready", "awaiting")))
        .values(status="parked", reason=reason)
    )
    return done.rowcount > 0


def mark_failed(connection: Connection, id: str, *, reason: str, park: bool) -> bool:
    """A try failed; False: an MDN has settled the message meanwhile, and nothing was changed."""
    done = connection.execute(
        update(outbox)
        .where(outbox.c.id == id, outbox.c.status == "ready")
        .values(attempts=outbox.c.attempts + 1, reason=reason, status="parked" if park else "ready")
    )
    return done.rowcount > 0


def reason_of(connection: Connection, id: str) -> str:
    """Why it has not arrived yet, "" if nothing is known."""
    return connection.execute(select(outbox.c.reason).where(outbox.c.id == id)).scalar() or ""


def mark_held(connection: Connection, id: str, *, reason: str) -> bool:
    """It could not even be tried, which is no try; False: that reason was known, or it is no longer to be sent."""
    done = connection.execute(
        update(outbox)
        .where(outbox.c.id == id, outbox.c.status == "ready", outbox.c.reason != reason)
        .values(reason=reason)
    )
    return done.rowcount > 0


def release_destination(connection: Connection, due: Due, *, next_attempt: int, attempts: int) -> None:
    """End the lease; `attempts` in a row that failed, 0 after a success."""
    connection.execute(
        update(destination)
        .where(destination.c.id == due.id, destination.c.token == due.token)
        .values(lease_until=0, next_attempt=next_attempt, attempts=attempts)
    )


def release_all(connection: Connection) -> None:
    """Give back every lease at the start of the only writer."""
    connection.execute(update(destination).values(lease_until=0))


def send_again(connection: Connection, id: str) -> int | None:
    """An awaited MDN did not come: ready once more, bytes unchanged. Attempts so far, None if it waits no longer."""
    row = connection.execute(
        update(outbox)
        .where(outbox.c.id == id, outbox.c.status == "awaiting")
        .values(status="ready")
        .returning(outbox.c.attempts)
    ).first()
    return None if row is None else int(row.attempts)


def is_open(connection: Connection, id: str) -> bool:
    """Still to be sent, or its MDN is awaited."""
    return connection.execute(select(outbox.c.status).where(outbox.c.id == id)).scalar() in ("ready", "awaiting")


def is_parked(connection: Connection, id: str) -> bool:
    """Given up, until a person looks."""
    return connection.execute(select(outbox.c.status).where(outbox.c.id == id)).scalar() == "parked"


def left_with_answer(connection: Connection, id: str) -> bool:
    """An MDN that was the HTTP answer to its message: nowhere is agreed to send it on its own."""
    row = connection.execute(select(outbox.c.kind, outbox.c.destination).where(outbox.c.id == id)).first()
    return row is not None and row.kind == "mdn" and not row.destination.startswith("mdn:")


def carrier_of(connection: Connection, id: str) -> str:
    """The message that carried what was collected; "" where it is one of its own."""
    return connection.execute(select(outbox.c.sent_in).where(outbox.c.id == id)).scalar() or ""


def queue_receipt_again(connection: Connection, id: str) -> None:
    """A partner asks again for an asynchronous MDN that left before; one that is parked or waits stays as it is."""
    sent = update(outbox).where(outbox.c.id == id, outbox.c.status == "sent", outbox.c.destination.startswith("mdn:"))
    connection.execute(sent.values(status="ready", attempts=0))


def queue_again(connection: Connection, id: str) -> bool:
    """Ready once more, bytes and numbers unchanged; also wakes its destination. False: no such message."""
    row = connection.execute(
        update(outbox)
        .where(outbox.c.id == id)
        .values(status=case((outbox.c.draft != "", "draft"), else_="ready"), attempts=0, reason="")
        .returning(outbox.c.destination)
    ).first()
    if row is None:
        return False
    connection.execute(
        update(destination).where(destination.c.id == row.destination).values(next_attempt=0, attempts=0)
    )
    return True
