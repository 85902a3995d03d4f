"""Master data recorded or rehearsed, with all that goes on because of it, in every book."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Never

from sqlalchemy import Connection

from gateway.pipeline.asking.misses import release
from gateway.pipeline.context import Context
from gateway.pipeline.desk.results import Defined
from gateway.pipeline.posting.batch import follow
from gateway.store.writer import Writer
from ledger.book import Ledger
from ledger.events import Event


class _Rehearsed(Exception):
    """Carries what a rehearsal found out of the database transaction that it takes back."""

    def __init__(self, found: Defined) -> None:
        super().__init__()
        self.found = found


def record(writer: Writer, events: Sequence[Event], context: Context, now: datetime) -> Defined:
    """Record it, and send what follows."""

    def job(connection: Connection) -> Defined:
        recorded = context.ledger.record(connection, events, context.policy, now)
        recorded += context.ledger.share(connection, context.policy, now)
        follow(connection, recorded, events, context)
        again = release(connection, events)
        return Defined(recorded=tuple(recorded[: len(events)]), released=tuple(recorded[len(events) :]), again=again)

    return writer.run(job)


def rehearse(writer: Writer, events: Sequence[Event], context: Context, now: datetime) -> Defined:
    """What would come of it. Nothing is kept, and nothing is sent."""

    def job(connection: Connection) -> Never:
        # A ledger of its own: what this one remembers of the books never happened.
        ledger = Ledger()
        recorded = ledger.record(connection, events, context.policy, now)
        recorded += ledger.share(connection, context.policy, now)
        found = Defined(
            recorded=tuple(recorded[: len(events)]), released=tuple(recorded[len(events) :]), rehearsed=True
        )
        raise _Rehearsed(found)

    try:
        writer.run(job)
    except _Rehearsed as rehearsed:
        return rehearsed.found
