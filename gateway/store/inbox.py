"""The inbox: every delivery once, its lease and where it stands. The row is the work item; there is no other queue.

A claim gives a lease and a fencing token; whoever finishes must still hold both, so a worker that slept through its
lease changes nothing.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection, Row, Select, and_, bindparam, func, insert, or_, select, text, update

from gateway.document import Fault
from gateway.store.direct import DirectInsert, DirectSelect, DirectUpdate
from gateway.store.tables import inbox
from ledger.events import Actor

LEASE_SECONDS = 60
ATTEMPTS_MAX = 3
"""Readings that may end without an answer (a crash of the process) before the row is parked."""


class NewMessage(msgspec.Struct, frozen=True, kw_only=True):
    """A delivery as accepted. `transport_key` None: the transport names none, so every delivery is a new one."""

    id: str
    partner: str
    channel: str
    name: str
    transport_key: str | None
    media_type: str
    digest: str
    size: int
    received_at: int
    test: bool
    status: str = "new"
    """`parked` for what its transport could not open; with `reason_code` and `reason`."""
    reason_code: str = ""
    reason: str = ""
    actor: str = ""
    """JSON of who handed it in, "" where the partner speaks for itself."""


class Claimed(msgspec.Struct, frozen=True, kw_only=True):
    """A message under lease. `replay` are the document numbers that may be touched, None for a first reading."""

    id: str
    seq: int
    partner: str
    channel: str
    name: str
    media_type: str
    received_at: int
    test: bool
    token: int
    attempts: int
    size: int
    replay: tuple[int, ...] | None = None
    actor: Actor | None = None
    """Who handed it in, where a person or a program of ours did; None: the partner speaks for itself."""


class Earlier(NamedTuple):
    id: str
    digest: str
    status: str


class Finished(msgspec.Struct, frozen=True, kw_only=True):
    """How a claimed message ends: done, or parked with its reason."""

    id: str
    token: int
    at: int
    reason_code: str = ""
    reason: str = ""
    faults: tuple[Fault, ...] = ()

    @property
    def is_parked(self) -> bool:
        return bool(self.reason_code)


def find_delivery(connection: Connection, channel: str, partner: str, key: str) -> Earlier | None:
    """The first delivery under a transport key."""
    rows = _by_key.fetch(connection, channel=channel, partner=partner, key=key)
    return Earlier(*rows[0]) if rows else None


_by_key = DirectSelect(
    select(inbox.c.id, inbox.c.digest, inbox.c.status).where(
        inbox.c.channel == bindparam("channel"),
        inbox.c.partner == bindparam("partner"),
        inbox.c.transport_key == bindparam("key"),
    )
)
_insert = DirectInsert(insert(inbox), NewMessage.__struct_fields__)


def put_message(connection: Connection, message: NewMessage) -> None:
    _insert.put(connection, [{**msgspec.structs.asdict(message), "test": int(message.test)}])


# As the partial index says it, in the statement's own text: with bound values SQLite cannot tell that the index holds
# all such rows, and would read through every message ever received.
_IS_OPEN = text("inbox.status IN ('new', 'leased')")


def claim(connection: Connection, *, now: int, most: int) -> list[Claimed]:
    """Lease the oldest waiting messages, at most `most`; those whose lease ended count as waiting."""
    waiting = or_(inbox.c.status == "new", and_(inbox.c.status == "leased", inbox.c.lease_until < now))
    return _lease(connection, select(inbox.c.seq).where(_IS_OPEN, waiting).order_by(inbox.c.seq).limit(most), now)


def claim_one(connection: Connection, id: str, *, now: int) -> Claimed:
    """Lease one waiting message. Raises LookupError where it does not wait."""
    for one in _lease(connection, select(inbox.c.seq).where(inbox.c.id == id, inbox.c.status == "new"), now):
        return one
    raise LookupError(id)


def as_received(connection: Connection, id: str) -> Claimed | None:
    """The facts of a message as `claim` gives them, without a lease; None where there is none."""
    row = connection.execute(select(inbox).where(inbox.c.id == id)).first()
    return None if row is None else _claimed(row)


def _lease(connection: Connection, chosen: Select[tuple[int]], now: int) -> list[Claimed]:
    rows = connection.execute(
        update(inbox)
        .where(inbox.c.seq.in_(chosen.scalar_subquery()))
        .values(
            status="leased",
            lease_until=now + LEASE_SECONDS * 1_000_000,
            token=inbox.c.token + 1,
            attempts=inbox.c.attempts + 1,
        )
        .returning(
            inbox.c.id, inbox.c.seq, inbox.c.partner, inbox.c.channel, inbox.c.name, inbox.c.media_type,
            inbox.c.received_at, inbox.c.test, inbox.c.token, inbox.c.attempts, inbox.c.size, inbox.c.replay,
            inbox.c.actor,
        )
    ).all()  # fmt: skip
    return sorted(map(_claimed, rows), key=lambda message: message.seq)


def _claimed(row: Row[Any]) -> Claimed:
    return Claimed(
        id=row.id,
        seq=row.seq,
        partner=row.partner,
        channel=row.channel,
        name=row.name,
        media_type=row.media_type,
        received_at=row.received_at,
        test=bool(row.test),
        token=row.token,
        attempts=row.attempts,
        size=row.size,
        replay=tuple(msgspec.json.decode(row.replay, type=list[int])) if row.replay else None,
        actor=msgspec.json.decode(row.actor, type=Actor) if row.actor else None,
    )


_finish = DirectUpdate(
    update(inbox)
    .where(
        inbox.c.id == bindparam("b_id"), inbox.c.token == bindparam("b_token"), text("inbox.status = 'leased'")
    )
    .values(
        status=bindparam("b_status"),
        reason_code=bindparam("b_code"),
        reason=bindparam("b_reason"),
        faults=bindparam("b_faults"),
        done_at=bindparam("b_at"),
        lease_until=text("0"),
        replay=text("''"),
    )
)  # fmt: skip
_tokens = DirectSelect(
    text("SELECT id, token FROM inbox WHERE id IN (SELECT value FROM json_each(:ids)) AND status = 'leased'")
)


def holds_leases(connection: Connection, claims: list[tuple[str, int]]) -> set[str]:
    """Of (id, token), those ids whose lease is still ours: asked before anything is changed for them."""
    tokens = dict(claims)
    rows = _tokens.fetch(connection, ids=msgspec.json.encode(list(tokens)).decode())
    return {id for id, token in rows if token == tokens[id]}


def finish(connection: Connection, finished: list[Finished]) -> None:
    """End the leases. The caller asked `holds_leases` in the same database transaction."""
    if not finished:
        return
    _finish.run(
        connection,
        [
            {
                "b_id": one.id,
                "b_token": one.token,
                "b_status": "parked" if one.is_parked else "done",
                "b_code": one.reason_code,
                "b_reason": one.reason,
                "b_faults": msgspec.json.encode(one.faults).decode() if one.faults else "",
                "b_at": one.at,
            }
            for one in finished
        ],
    )


def release_leases(connection: Connection) -> int:
    """Give back every lease: only for the holder of the writer lock at its start, when no other can hold one."""
    return connection.execute(update(inbox).where(inbox.c.status == "leased").values(status="new")).rowcount


def queue_again(connection: Connection, id: str, documents: tuple[int, ...] | None) -> None:
    """Put a parked or done message back for a replay of the named documents (None: all, as if never read)."""
    connection.execute(
        update(inbox)
        .where(inbox.c.id == id)
        .values(
            status="new",
            attempts=0,
            reason_code="",
            reason="",
            faults="",
            replay="" if documents is None else msgspec.json.encode(documents).decode(),
        )
    )


def count_waiting(connection: Connection) -> int:
    """Messages accepted and not yet processed."""
    return connection.execute(select(func.count()).select_from(inbox).where(_IS_OPEN)).scalar_one()
