"""Signals as people and programs see them: what fired, and what each action came to."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Row

from gateway.messages import from_microseconds
from gateway.store import signals as store
from gateway.store.signals import load_actions, load_deliveries, read_signal


class ActionShown(msgspec.Struct, frozen=True, kw_only=True):
    """One action of a signal. `status`: due, done, failed (tried again at `next_at`) or stopped."""

    action: str
    rule: str
    """Name of the rule in signals.yaml; "" for what is usual."""
    status: str
    result: str
    reference: tuple[str, ...]
    """What it made: a case, a containment, a document, messages in the outbox."""
    deliveries: tuple[str, ...]
    """Of a webhook: how each delivery stands, with the reason of what is parked or held up."""
    attempts: int
    next_at: datetime | None
    at: datetime | None


class SignalShown(msgspec.Struct, frozen=True, kw_only=True):
    """One signal that fired, with all that was done about it."""

    id: str
    signal: str
    at: datetime
    book: str
    cause: str
    site: str
    partner: str
    supplier: str
    part: str
    lot: str
    location: str
    type: str
    number: str
    number_line: str
    quantity: Decimal
    unit: str
    severity: str
    case: str
    message: str
    document: str
    event: int
    text: str
    over_at: datetime | None
    """When what the street found was over: the document came after all, the certificate was replaced."""
    actions: tuple[ActionShown, ...]


def list_signals(connection: Connection, **asked: Any) -> list[SignalShown]:
    """See `gateway.store.signals.list_signals`."""
    return _shown(connection, store.list_signals(connection, **asked))


def show_signal(connection: Connection, seq: int) -> SignalShown | None:
    """One signal; None where there is none of that number."""
    rows = [row for row in store.list_signals(connection, after=seq - 1, limit=1) if row.seq == seq]
    return next(iter(_shown(connection, rows)), None)


def number_of(id: str) -> int:
    """The number behind an id, `S12`; 0 for what is none."""
    digits = id[1:]
    return int(digits) if id[:1] in ("S", "s") and digits.isascii() and digits.isdigit() and len(digits) < 16 else 0


def _shown(connection: Connection, rows: Sequence[Row[Any]]) -> list[SignalShown]:
    actions = load_actions(connection, [row.seq for row in rows])
    queued = [id for of in actions.values() for one in of if one.action == "notify" for id in one.reference.split()]
    deliveries = load_deliveries(connection, queued) if queued else {}
    return [
        SignalShown(
            id=f"S{row.seq}",
            at=from_microseconds(row.at),
            over_at=from_microseconds(row.over_at) if row.over_at else None,
            actions=tuple(_action(one, deliveries) for one in actions.get(row.seq, ())),
            **msgspec.structs.asdict(read_signal(row)),
        )
        for row in rows
    ]


def _action(row: Row[Any], deliveries: dict[str, tuple[str, str]]) -> ActionShown:
    reference = tuple(row.reference.split())
    told = [deliveries[id] for id in reference if id in deliveries]
    return ActionShown(
        action=row.action,
        rule=row.rule,
        status=row.status,
        result=row.result,
        reference=reference,
        deliveries=tuple(f"{status}: {reason}" if reason else status for status, reason in told),
        attempts=row.attempts,
        next_at=from_microseconds(row.next_at) if row.status == "failed" else None,
        at=from_microseconds(row.at) if row.at else None,
    )
