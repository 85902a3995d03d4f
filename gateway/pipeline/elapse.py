"""Elapse: time passes. Waits of the ledger end, answers that did not come become overdue, and what follows is queued.

All of it in one database transaction, so that nothing becomes visible without its consequence. Before it, full runs
of movements are sealed: housekeeping of the books that changes no figure.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from sqlalchemy import Connection

from gateway.messages import document_id
from gateway.pipeline.answering.acknowledge import send_collected
from gateway.pipeline.as2.receipts import give_up_or_send_again
from gateway.pipeline.context import Context
from gateway.pipeline.posting.batch import follow
from gateway.pipeline.reconciling.reports import record as record_reports
from gateway.pipeline.resend import tell_overdue
from gateway.pipeline.signals.expecting import find_absent, is_any_to_check
from gateway.pipeline.signals.firing import fire
from gateway.signals import Signal
from gateway.store.alerts import put_alerts
from gateway.store.collected import find_due_lanes
from gateway.store.database import Database
from gateway.store.sent import Sent, book_of, count_settled, find_overdue
from gateway.store.transports import find_unanswered
from gateway.store.writer import Writer
from ledger import queries
from ledger.book import gather, put_slice


class Elapsed(NamedTuple):
    """Events whose waits ended, answers that became overdue, messages queued."""

    events: int = 0
    overdue: int = 0
    queued: int = 0


def elapse(database: Database, writer: Writer, context: Context) -> Elapsed:
    """Do what is due at `context.now`; asks a snapshot first, so that a quiet gateway takes no write lock."""
    seal_full_runs(database, writer)
    with database.read() as connection:
        due = context.ledger.next_due(connection)
        is_quiet = due is None or due > context.now
        if (
            is_quiet
            and not find_overdue(connection, now=context.at)
            and not find_due_lanes(connection, now=context.at)
            and not find_unanswered(connection, now=context.at)
            and not is_any_to_check(connection, context)
        ):
            return Elapsed()
    return writer.run(lambda connection: _elapse(connection, context))


def seal_full_runs(database: Database, writer: Writer) -> None:
    """Move each book's next full run of movements into its history, so that reading any past day stays quick.

    Gathered from a snapshot, since movements never change, and written slice by slice: the lock is held briefly.
    """
    for book in ("live", "test"):
        with database.read() as connection:
            run = gather(connection, book)
        while run is not None and writer.run(partial(put_slice, run=run)):
            pass


def _elapse(connection: Connection, context: Context) -> Elapsed:
    recorded = context.ledger.tick(connection, context.policy, context.now)
    queued = follow(connection, recorded, (), context) if recorded else 0
    queued += send_collected(connection, context)
    overdue = find_overdue(connection, now=context.at)
    alerts, reports = tell_overdue(connection, overdue, context)
    queued += record_reports(connection, reports, context)
    fire(connection, [_unacknowledged(connection, one) for one in overdue], context)
    for facts in find_unanswered(connection, now=context.at):
        given_up = give_up_or_send_again(connection, facts, context.at)
        alerts += [given_up] if given_up is not None else []
    put_alerts(connection, alerts)
    fire(connection, find_absent(connection, context), context)
    return Elapsed(len(recorded), len(overdue), queued)


def _unacknowledged(connection: Connection, one: Sent) -> Signal:
    """Each time that its clock ran out is a cause of its own: what was sent again may be forgotten again."""
    id, book = document_id(one.message, one.n), book_of(connection, one.message)
    times = count_settled(connection, one, event="overdue")
    cases = queries.cases(connection, book=book, status="open", code="D41", cause=f"sent:{id}", limit=1)
    return Signal(
        signal="ack_overdue",
        book=book,
        cause=f"{id}/{times}",
        case=cases[0].id if cases else "",
        partner=one.partner,
        type=one.type,
        number=one.number,
        message=one.message,
        document=id,
        text=f"{one.type} {one.number} was not acknowledged by {one.partner} in time.",
    )
