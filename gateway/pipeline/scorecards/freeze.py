"""Freezes the scorecards of a month: each card is computed from a snapshot and recorded as an event of its own.

The write lock is held for one card's event at a time, never while cards are computed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from msgspec.structs import replace
from sqlalchemy import Connection

from gateway.pipeline.context import Context
from gateway.pipeline.posting.batch import follow
from gateway.store.database import Database
from gateway.store.writer import Writer
from ledger import queries
from ledger.events import Actor, Event, ScorecardFrozen
from ledger.outcomes import Recorded

PARTNER = "crossdock"
"""Who freezes by itself."""


def freeze_due(database: Database, writer: Writer, context: Context) -> int:
    """Freeze the last month that is due, of every supplier of whom it is not; how many were frozen."""
    with database.read() as connection:
        month, suppliers = queries.to_freeze(connection, now=context.now, policy=context.policy)
    return len(freeze_month(database, writer, context, month, suppliers)) if suppliers else 0


def freeze_month(
    database: Database, writer: Writer, context: Context, month: str, suppliers: Iterable[str], reason: str = ""
) -> list[ScorecardFrozen]:
    """Freeze a month of some suppliers as it stands; a card that is frozen already is frozen anew."""
    done = []
    for supplier in suppliers:
        with database.read() as connection:
            event = queries.freeze(connection, supplier, month, now=context.now, policy=context.policy, reason=reason)
        stamped = replace(event, partner=PARTNER, actor=Actor(kind="system", id=PARTNER))
        writer.run(partial(_record, event=stamped, context=context))
        done.append(stamped)
    return done


def _record(connection: Connection, event: Event, context: Context) -> list[Recorded]:
    recorded = context.ledger.record(connection, [event], context.policy, context.now)
    follow(connection, recorded, [event], context)
    return recorded
