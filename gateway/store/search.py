"""Finding messages by what a person has in hand: an id, a file name, a control or business number, a digest."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection, or_, select

from gateway.messages import from_microseconds
from gateway.store.tables import document, inbox, outbox, sent_document


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """One message that fits, and by which of its fields."""

    id: str
    direction: str
    partner: str
    by: str
    name: str
    status: str
    at: datetime


def search_messages(conn: Connection, text: str, *, limit: int = 50) -> list[Found]:
    """Messages in and out that carry `text` exactly (ids, control and business numbers) or begin with it (names).

    Newest first. Contents are not searched: they are evidence in chunks, and no index should hold them.
    """
    found = [*_search_received(conn, text, limit), *_search_sent(conn, text, limit)]
    return sorted({one.id: one for one in found}.values(), key=lambda one: one.at, reverse=True)[:limit]


def _search_received(conn: Connection, text: str, limit: int) -> list[Found]:
    of_document = select(document.c.message).where(
        or_(
            document.c.interchange == text,
            document.c.group_control == text,
            document.c.control == text,
            document.c.digest == text,
        )
    )
    rows = conn.execute(
        select(inbox)
        .where(
            or_(
                inbox.c.id == text,
                inbox.c.digest == text,
                inbox.c.transport_key == text,
                inbox.c.name.startswith(text, autoescape=True),
                inbox.c.id.in_(of_document),
            )
        )
        .order_by(inbox.c.seq.desc())
        .limit(limit)
    )
    return [
        Found(
            id=row.id,
            direction="in",
            partner=row.partner,
            by=_name_field(row, text, ("id", "digest", "transport_key", "name")),
            name=row.name,
            status=row.status,
            at=from_microseconds(row.received_at),
        )
        for row in rows
    ]


def _search_sent(conn: Connection, text: str, limit: int) -> list[Found]:
    of_document = select(sent_document.c.message).where(
        or_(
            sent_document.c.number == text,
            sent_document.c.interchange == text,
            sent_document.c.group_control == text,
            sent_document.c.control == text,
        )
    )
    rows = conn.execute(
        select(outbox)
        .where(
            or_(
                outbox.c.id == text,
                outbox.c.digest == text,
                outbox.c.name.startswith(text, autoescape=True),
                outbox.c.id.in_(of_document),
            )
        )
        .order_by(outbox.c.seq.desc())
        .limit(limit)
    )
    return [
        Found(
            id=row.id,
            direction="out",
            partner=row.partner,
            by=_name_field(row, text, ("id", "digest", "name")),
            name=row.name,
            status=row.status,
            at=from_microseconds(row.created_at),
        )
        for row in rows
    ]


def _name_field(row: object, text: str, fields: tuple[str, ...]) -> str:
    """Which field matched; `number` stands for those of its documents."""
    for field in fields:
        value = getattr(row, field) or ""
        if value == text or (field == "name" and value.startswith(text)):
            return field
    return "number"
