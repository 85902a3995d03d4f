"""Drafts in the outbox: what is decided and still to be written, and what becomes of it.

A draft of status `collected` waits for its time (`gateway.store.gathering`); both are settled here, once.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, select, update

from gateway.store.evidence import chunk_rows, put_evidence
from gateway.store.tables import outbox

UNWRITTEN = ("draft", "collected")


class Draft(NamedTuple):
    """An answer whose bytes do not exist yet."""

    id: str
    partner: str
    kind: str
    answers: str
    book: str
    draft: str
    created_at: int
    status: str = "draft"


def load_drafts(connection: Connection, *, most: int) -> list[Draft]:
    """The oldest drafts."""
    rows = connection.execute(
        select(*(outbox.c[name] for name in Draft._fields))
        .where(outbox.c.status == "draft")
        .order_by(outbox.c.seq)
        .limit(most)
    )
    return [Draft(*row) for row in rows]


def load_draft(connection: Connection, id: str) -> Draft:
    """One answer whose bytes do not exist yet."""
    columns = (outbox.c[name] for name in Draft._fields)
    return Draft(*connection.execute(select(*columns).where(outbox.c.id == id)).one())


def find_open(connection: Connection, ids: Sequence[str]) -> set[str]:
    """Which of these drafts are still to be written."""
    rows = connection.execute(select(outbox.c.id).where(outbox.c.id.in_(ids), outbox.c.status.in_(UNWRITTEN)))
    return set(rows.scalars())


def finish_draft(
    connection: Connection, id: str, data: bytes, *, media_type: str = "", bundled: Sequence[str] = ()
) -> bool:
    """The bytes of a draft exist: ready to go, and with them the `bundled` drafts that they carry as well.

    False: another had finished it, and nothing was changed.
    """
    values = {"status": "ready", "draft": "", "digest": hashlib.sha256(data).hexdigest(), "size": len(data)}
    if media_type:
        values["media_type"] = media_type
    is_open = outbox.c.status.in_(UNWRITTEN)
    done = connection.execute(update(outbox).where(outbox.c.id == id, is_open).values(values))
    if done.rowcount:
        put_evidence(connection, chunk_rows(id, data))
        if bundled:
            carried = update(outbox).where(outbox.c.id.in_(bundled), is_open)
            connection.execute(carried.values(status="bundled", draft="", sent_in=id))
    return done.rowcount > 0


def park_draft(connection: Connection, id: str, reason: str) -> None:
    """It cannot be written: kept with its reason, and out of the way of what follows."""
    is_open = outbox.c.status.in_(UNWRITTEN)
    connection.execute(update(outbox).where(outbox.c.id == id, is_open).values(status="parked", reason=reason))
