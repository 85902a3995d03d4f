"""Webhook subscriptions: who hears of which events and outcomes. Sending is the delivery's work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, insert, select, update

from gateway.messages import from_microseconds, microseconds
from gateway.store.tables import subscription

Format = Literal["recorded", "cloudevents"]
"""recorded: what the ledger made of an event, in one envelope; cloudevents: the event itself, as a CloudEvent."""


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """One subscription. `secret` is a reference (`env:`, `file:`), never the secret."""

    id: str
    url: str
    secret: str
    kinds: tuple[str, ...] = ()
    """Names of events and outcomes (`ShipmentNotified`, `case_opened`); empty means all."""
    partner: str = ""
    """Only what concerns this partner; "" hears of everyone."""
    format: Format = "recorded"
    created_at: datetime | None = None
    ended_at: datetime | None = None


def put_subscription(
    conn: Connection,
    now: datetime,
    *,
    id: str,
    url: str,
    secret: str,
    kinds: Sequence[str],
    partner: str,
    format: Format = "recorded",
) -> None:
    """Begin a subscription under an id that the caller has made."""
    conn.execute(
        insert(subscription).values(
            id=id,
            url=url,
            secret=secret,
            kinds=" ".join(kinds),
            partner=partner,
            format=format,
            created_at=microseconds(now),
        )
    )


def end_subscription(conn: Connection, now: datetime, *, id: str) -> bool:
    """End it; what is queued already still goes. False when there is none in force under this id."""
    ended = conn.execute(
        update(subscription)
        .where(subscription.c.id == id, subscription.c.ended_at == 0)
        .values(ended_at=microseconds(now))
    )
    return ended.rowcount == 1


_ever = select(subscription).order_by(subscription.c.created_at, subscription.c.id)
_in_force = _ever.where(subscription.c.ended_at == 0)


def list_subscriptions(conn: Connection, *, ended: bool = False) -> list[Subscription]:
    """Subscriptions in force, oldest first; with `ended`, those of the past too."""
    # Asked in every posting: built once, since building a statement costs more than running it.
    return [_read(row) for row in conn.execute(_ever if ended else _in_force)]


def _read(row: Any) -> Subscription:
    return Subscription(
        id=row.id,
        url=row.url,
        secret=row.secret,
        kinds=tuple(row.kinds.split()),
        partner=row.partner,
        format=row.format or "recorded",
        created_at=from_microseconds(row.created_at),
        ended_at=from_microseconds(row.ended_at) if row.ended_at else None,
    )
