"""Firing: a signal is kept with the actions that the rules of the moment lead to, in the database transaction that
found it. The actions are done afterwards (`acting`), so that none of them can stop what found it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from gateway.pipeline.context import Context
from gateway.signals import Signal
from gateway.store.signals import put_signal
from ledger.events import Event
from ledger.outcomes import Recorded, Signalled
from ledger.queries.casework.severity import severity_at


def fire(connection: Connection, signals: Iterable[Signal], context: Context) -> int:
    """Keep signals whose cause has not fired before; how many."""
    fired = 0
    for one in signals:
        if one.part and one.site and context.signals.asks_severity(one):
            one = msgspec.structs.replace(one, severity=_severity(connection, one, context))
        chosen = context.signals.actions_for(one)
        fired += put_signal(connection, one, chosen, at=context.at) > 0
    return fired


def fire_found(
    connection: Connection, recorded: Sequence[Recorded], events: Sequence[Event], context: Context
) -> int:
    """Fire what the ledger found; the first answers belong to `events`, the rest to earlier ones."""
    found: list[Signal] = []
    for position, one in enumerate(recorded):
        for outcome in one.outcomes:
            if isinstance(outcome, Signalled):
                event = events[position] if position < len(events) else None
                found.append(_signal(outcome, one, event, context))
    return fire(connection, found, context) if found else 0


def _severity(connection: Connection, one: Signal, context: Context) -> str:
    return severity_at(
        connection, one.site, one.part, one.quantity, book=one.book, policy=context.policy, now=context.now
    )


def _signal(outcome: Signalled, recorded: Recorded, event: Event | None, context: Context) -> Signal:
    source = event.source if event is not None else None
    partner = context.policy.partner_for(outcome.supplier) if outcome.supplier else ""
    return Signal.of(
        outcome,
        book=recorded.book,
        event=recorded.seq,
        message=source.message if source is not None else "",
        document=source.document if source is not None else "",
        partner=partner,
    )
