"""The register of pickups, run by the holder of the writer's lock: leases, commits, clean-ups owed, breakers, alerts.

Each function is one database transaction, and each but `begin` asks first whether the poller still has the lease.
Nothing here reaches a server.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import Connection

from gateway.messages import microseconds
from gateway.pipeline.pickup.breaker import JITTER, after_success, after_trouble
from gateway.pipeline.pickup.values import Begin, Begun, Commit, End, Met, NewFile, Note, Noted, Renew, Taken, Turn
from gateway.store import pickups
from gateway.store.alerts import Alert, put_alerts
from gateway.store.circuits import load_circuit, put_circuit
from gateway.store.evidence import chunk_rows, put_evidence
from gateway.store.inbox import NewMessage, find_delivery, put_message
from gateway.store.transports import Facts, find_same_content, load_facts, put_facts
from gateway.store.writer import Writer

TAG_BYTES = 4


def begin(writer: Writer, given: Begin, now: datetime) -> Begun:
    """The lease of a place, unless another has it or it is not due."""
    at = microseconds(now)
    tag = secrets.token_hex(TAG_BYTES)

    def job(connection: Connection) -> Begun:
        place = pickups.open_place(connection, given.place, partner=given.partner, folder=given.folder, tag=tag)
        server = load_circuit(connection, given.partner, terms=given.terms)
        own = load_circuit(connection, given.place, terms=given.terms)
        if place.lease_until > at:
            return Begun(state="leased", until=place.lease_until)
        changed = not (server.next_at or server.ok_at)
        due = max(0 if changed else place.next_at, server.next_at, own.next_at)
        if due > at and not given.forced:
            return Begun(state="waiting", until=due)
        until = _lease_until(now, given.lease_seconds)
        token = pickups.lease_place(connection, place, holder=given.holder, until=until)
        turn = Turn(
            token=token,
            tag=place.tag,
            entries=tuple(pickups.load_entries(connection, place.id)),
            cleanups=tuple(pickups.load_cleanups(connection, place.id)),
            claims_refused=bool(place.claims_refused) and not changed,
        )
        return Begun(state="yours", until=until, turn=turn)

    return writer.run(job)


def renew(writer: Writer, given: Renew, now: datetime) -> bool:
    """Lengthen the lease; False: it is another's."""

    def job(connection: Connection) -> bool:
        if not pickups.holds_place(connection, given.place, given.token):
            return False
        pickups.renew_place(connection, given.place, until=_lease_until(now, given.lease_seconds))
        return True

    return writer.run(job)


def note(writer: Writer, given: Note, now: datetime) -> Noted:
    """Keep what a poller saw and did."""

    def job(connection: Connection) -> Noted:
        if not pickups.holds_place(connection, given.place, given.token):
            return Noted(is_kept=False)
        return Noted(is_kept=True, cleanups=_keep(connection, given, microseconds(now)))

    return writer.run(job)


def commit(writer: Writer, given: Commit, now: datetime, *, new_id: Callable[[], str]) -> tuple[Taken, ...]:
    """Bytes, inbox rows, transport facts and the clean-ups owed: all of it durable, or none.

    One answer a file, in order; none at all when the lease is another's, and nothing was kept.
    """
    at = microseconds(now)
    prepared = [_prepare(file, new_id(), at) for file in given.files]

    def job(connection: Connection) -> tuple[Taken, ...]:
        if not pickups.holds_place(connection, given.place, given.token):
            return ()
        pickups.renew_place(connection, given.place, until=_lease_until(now, given.lease_seconds))
        pickups.finish_cleanups(connection, given.place, given.cleaned)
        return tuple(
            _put_file(connection, given, file, message, rows)
            for file, (message, rows) in zip(given.files, prepared, strict=True)
        )

    return writer.submit(job, lane="accept").result()


def end(writer: Writer, given: End, now: datetime) -> bool:
    """The turn is over: what was still to be noted, the breakers, the next time; False: the lease is another's."""
    at = microseconds(now)

    def job(connection: Connection) -> bool:
        # What a server showed is true whoever has the lease now.
        judge(
            connection,
            partner=given.partner,
            place=given.place,
            terms=given.terms,
            met=given.met,
            host_key=given.host_key,
            jitter=given.jitter,
            at=at,
        )
        if not pickups.holds_place(connection, given.place, given.token):
            return False
        _keep(connection, given.note, at)
        pause = 0.0 if given.more else given.every_seconds * (1 + JITTER * given.jitter)
        next_at = microseconds(now + timedelta(seconds=pause))
        pickups.release_place(connection, given.place, next_at=next_at, polled_at=at)
        return True

    return writer.run(job)


Rows = list[dict[str, object]]


def _prepare(file: NewFile, id: str, at: int) -> tuple[NewMessage, Rows]:
    """Rows and digest of a file, made before the lock is taken."""
    given = file.delivery
    message = NewMessage(
        id=id,
        partner=given.partner,
        channel=given.channel,
        name=given.name,
        transport_key=given.key,
        media_type=given.media_type,
        digest=hashlib.sha256(given.data).hexdigest(),
        size=len(given.data),
        received_at=at,
        test=given.test,
    )
    return message, list(chunk_rows(id, given.data))


def _put_file(connection: Connection, given: Commit, file: NewFile, message: NewMessage, rows: Rows) -> Taken:
    taken = _take(connection, given, file, message)
    if taken.state == "new":
        put_message(connection, message)
        put_evidence(connection, rows)
        facts = Facts(
            message=message.id,
            direction="in",
            channel="sftp",
            partner=message.partner,
            key=file.remote,
            mic=file.content,
            at=message.received_at,
            facts=file.facts,
        )
        put_facts(connection, facts)
    if file.entry.state == "taken":
        pickups.put_entries(connection, given.place, [file.entry])
    else:
        pickups.forget_entries(connection, given.place, [file.entry.name])
    owed = [msgspec.structs.replace(one, message=taken.message) for one in file.cleanups]
    return msgspec.structs.replace(taken, cleanups=_owe(connection, given.place, owed, message.received_at))


def _take(connection: Connection, given: Commit, file: NewFile, message: NewMessage) -> Taken:
    """What this file is: new, this very file again, or content that came under another name."""
    earlier = find_delivery(connection, message.channel, message.partner, file.delivery.key)
    if earlier is not None:
        return Taken(state="repeated", message=earlier.id)
    same = ""
    if given.repeated != "accept":
        same = find_same_content(connection, partner=message.partner, mic=file.content, but_key=file.remote)
    if not same:
        return Taken(state="new", message=message.id)
    known = load_facts(connection, same)
    named = str(known.facts.get("name", "")) if known else ""
    text = f"{message.name} has the content of {named or 'an earlier file'}, which is message {same}"
    is_skipped = given.repeated == "skip"
    about = same if is_skipped else message.id
    alert = Alert(
        kind="sftp_content_skipped" if is_skipped else "sftp_content_repeated",
        text=text,
        partner=message.partner,
        message=about,
        at=message.received_at,
    )
    put_alerts(connection, [alert])
    return Taken(state="skipped" if is_skipped else "new", message=about, same_as=same)


def _keep(connection: Connection, given: Note, at: int) -> tuple[int, ...]:
    pickups.put_entries(connection, given.place, given.seen)
    pickups.forget_entries(connection, given.place, given.gone)
    pickups.finish_cleanups(connection, given.place, given.cleaned)
    for late in given.delayed:
        pickups.delay_cleanup(connection, late.seq, next_at=late.next_at, reason=late.reason)
    if given.claims_refused:
        pickups.refuse_claims(connection, given.place)
    put_alerts(connection, list(given.alerts))
    return _owe(connection, given.place, given.owed, at)


def _owe(connection: Connection, place: str, cleanups: Iterable[pickups.Cleanup], at: int) -> tuple[int, ...]:
    """Queue clean-ups, each path once; their numbers."""
    return tuple(
        pickups.find_cleanup(connection, place, one.source) or pickups.put_cleanup(connection, place, one, at=at)
        for one in cleanups
    )


def judge(
    connection: Connection,
    *,
    partner: str,
    place: str,
    terms: str,
    met: Met | None,
    host_key: str,
    jitter: float,
    at: int,
) -> None:
    """Open or close the breakers of a server and of one place there, and tell a trouble once.

    `host_key` is what the server proved, "" where no session came about.
    """
    for id, is_server in ((partner, True), (place, False)):
        circuit = load_circuit(connection, id, terms=terms)
        if met is not None and (met.of == "server") == is_server:
            opened, is_told = after_trouble(circuit, met, now=at, jitter=jitter)
            put_circuit(connection, opened)
            if is_told:
                kind = "sftp_stopped" if met.kind == "never" else "sftp_trouble"
                alert = Alert(kind=kind, text=f"{place}: {met.text}", partner=partner, at=at)
                put_alerts(connection, [alert])
        elif host_key if is_server else met is None:
            put_circuit(connection, after_success(circuit, now=at, host_key=host_key))


def _lease_until(now: datetime, seconds: float) -> int:
    return microseconds(now + timedelta(seconds=seconds))
