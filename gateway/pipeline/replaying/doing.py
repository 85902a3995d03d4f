"""Record a re-reading: the events that give way to what a document says now, what follows, and the document's row.

Runs inside one database transaction. What cannot stand there is raised or told, and nothing of it is kept.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Sequence

import msgspec
from sqlalchemy import Connection

from gateway.pipeline.answering.decide import Answers
from gateway.pipeline.context import Context
from gateway.pipeline.posting.batch import kept_of, post, reason_of, status_of
from gateway.pipeline.reading.message import read_message
from gateway.pipeline.replaying.effects import Before
from gateway.pipeline.replaying.reading import Rereading, differences
from gateway.pipeline.replaying.values import DocumentReplay, EventMade
from gateway.store.documents import DocumentRow, load_documents, replace_documents
from gateway.store.inbox import claim_one, queue_again
from gateway.store.replays import ReplayRow, put_replay
from ledger import queries
from ledger.book import CannotReread, Ledger
from ledger.events import MASTER_DATA, AnyEvent, Event, kind_of
from ledger.outcomes import Recorded

_json = msgspec.json.Encoder(decimal_format="string")
_recorded = msgspec.json.Decoder(list[Recorded])


def redo(connection: Connection, one: Rereading, context: Context, *, by: str) -> DocumentReplay:
    """Put the new reading of one recorded document in place of what it said before; and what that did."""
    row, problem = one.row, one.problem
    shown = DocumentReplay(
        document=row.id, status_before=row.status, status=row.status, map_before=row.map,
        map=one.read.row.map if one.read is not None else "", refused=problem, difference=one.difference,
    )  # fmt: skip
    if problem or not one.difference:
        return shown
    assert one.read is not None  # noqa: S101  that is a problem
    before = Before(connection)
    try:
        events = list(_events(connection, one, context))
        recorded = context.ledger.record(connection, events, context.policy, context.now)
    except CannotReread as reason:
        return msgspec.structs.replace(shown, refused=str(reason))
    answers = Answers(connection, context, ())
    answers.follow(recorded, events)
    answers.save()
    # Of the document's own events, those that it still makes say how it stands.
    own = [
        said for said, event in zip(recorded, events, strict=False) if not event.retracted
    ] + _unchanged(connection, one, events)  # fmt: skip
    now = msgspec.structs.replace(
        one.read.row, status=status_of(own), result=_json.encode([kept_of(said) for said in own]),
        reason=reason_of(own), at=row.at, original=row.original,
    )  # fmt: skip
    replace_documents(connection, [now])
    put_replay(connection, _kept(one, now, by, context.at))
    made = [_made(said, event) for said, event in zip(recorded, events, strict=False)]
    return msgspec.structs.replace(shown, status=now.status, effects=before.effects(recorded, made, context))


def _events(connection: Connection, one: Rereading, context: Context) -> Iterator[AnyEvent]:
    """What is said no longer is taken back first; then each event that reads otherwise, as the next revision."""
    assert one.read is not None  # noqa: S101  the caller has looked
    made = [event for event in one.read.events if _differs(one, event)]
    for kept in one.recorded:
        body = kept.body
        assert body is not None  # noqa: S101  recorded ones have it
        same = [event for event in one.read.events if _name(event) == _name(body)]
        if same and not any(_name(event) == _name(body) for event in made):
            continue
        sites = set().union(
            *(context.ledger.sites_of(connection, event, context.policy, context.now) for event in same)
        )
        if same and (not kept.site or "" in sites or kept.site in sites):
            continue
        if isinstance(body, MASTER_DATA):
            raise CannotReread(f"{kept.kind} {kept.number} was defined by it, and a definition is not taken back.")
        yield msgspec.structs.replace(
            body, revision=one.revision, retracted=True, recorded_at=None, policy="", digest=""
        )
    for event in made:
        yield msgspec.structs.replace(event, revision=one.revision)


def _name(event: Event) -> tuple[str, str]:
    return kind_of(event), event.number


def _differs(one: Rereading, event: AnyEvent) -> bool:
    before = [kept.body for kept in one.recorded if kept.body is not None and _name(kept.body) == _name(event)]
    assert one.read is not None  # noqa: S101  the caller has looked
    after = [other for other in one.read.events if _name(other) == _name(event)]
    return next(differences("", before, after), None) is not None


def _unchanged(connection: Connection, one: Rereading, events: Sequence[Event]) -> list[Recorded]:
    """What the ledger said of the events that read as before."""
    names = {_name(event) for event in events}
    kept = {event.seq for event in one.recorded if (event.kind, event.number) not in names}
    return [said for said in _recorded.decode(one.row.result or b"[]") if said.seq in kept]


def _made(said: Recorded, event: Event) -> EventMade:
    return EventMade(
        kind=said.kind, number=said.number, revision=event.revision, site=said.site, result=said.result, seq=said.seq,
        retracted=event.retracted,
    )  # fmt: skip


def _kept(one: Rereading, now: DocumentRow, by: str, at: int) -> ReplayRow:
    return ReplayRow(
        message=now.message, n=now.n, by=by, configuration_before=one.row.configuration,
        configuration=now.configuration, map_before=one.row.map, map=now.map, difference=one.difference,
        result_before=one.row.result.decode(), at=at,
    )  # fmt: skip


def rehearse_first(
    connection: Connection, message: str, documents: tuple[int, ...] | None, data: bytes, context: Context
) -> list[DocumentReplay]:
    """Process documents that were parked, held or rejected, as their replay would; for a rehearsal only.

    `documents` None is the whole message, read as if never before. What it all does is told with the first.
    """
    before = Before(connection)
    known = {row.n: row for row in load_documents(connection, message)}
    queue_again(connection, message, documents)
    claimed = claim_one(connection, message, now=context.at)
    read = read_message(claimed, data, context.configuration, context.zones, context.referring)
    post(connection, [read], context)
    rows = [row for row in load_documents(connection, message) if documents is None or row.n in documents]
    told = [said for row in rows for said in _told(connection, row)]
    effects = before.effects(told, [_as_made(said) for said in told], context)
    shown = [
        DocumentReplay(
            document=row.id,
            status_before=known[row.n].status if row.n in known else "parked",
            status=row.status,
            map=row.map,
            refused=row.reason if row.status in ("parked", "held", "rejected") else "",
        )
        for row in rows
    ]
    if not shown:
        return [DocumentReplay(document=message, status_before="parked", status="parked", refused=read.reason)]
    return [msgspec.structs.replace(shown[0], effects=effects), *shown[1:]]


def _told(connection: Connection, row: DocumentRow) -> Iterable[Recorded]:
    """What the ledger said of a document's events, with the outcomes that only the books keep."""
    for said in _recorded.decode(row.result) if row.result else ():
        kept = queries.event(connection, said.seq, book=said.book)
        yield (
            said
            if kept is None or said.result == "repeated"
            else msgspec.structs.replace(said, outcomes=kept.outcomes)
        )


def _as_made(said: Recorded) -> EventMade:
    return EventMade(kind=said.kind, number=said.number, revision=0, site=said.site, result=said.result, seq=said.seq)


def rehearsing(context: Context, ledger: Ledger) -> Context:
    """The same moment with a ledger whose memory may be wrong afterwards."""
    return dataclasses.replace(context, ledger=ledger)
