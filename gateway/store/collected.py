"""Acknowledgments that are collected: kept with the posting that earned them, sent together when their time comes.

A lane is the envelope that they will share. What was sent stays, and names the message that carried it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, bindparam, func, insert, select, text, update

from gateway.store.tables import collected_ack

TOGETHER_MAX = 1_000
"""Answers that leave in one interchange at most."""


class NewCollected(NamedTuple):
    """One answer to keep until `due_at`; `message` is what it answers, `ack` the JSON of its plan."""

    lane: str
    message: str
    ack: str
    due_at: int
    at: int


class Collected(NamedTuple):
    """One that waits."""

    seq: int
    message: str
    ack: str


# As the partial index says it: with bound values SQLite cannot tell that the index holds all such rows.
_IS_OPEN = text("collected_ack.sent_in = ''")


def put_collected(connection: Connection, rows: Sequence[NewCollected]) -> None:
    if rows:
        connection.execute(insert(collected_ack), [row._asdict() for row in rows])


def count_waiting(connection: Connection, lane: str) -> int:
    query = select(func.count()).where(collected_ack.c.lane == lane, _IS_OPEN)
    return connection.execute(query).scalar() or 0


def find_due_lanes(connection: Connection, *, now: int) -> list[str]:
    """Lanes in which the time of at least one has come."""
    rows = connection.execute(select(collected_ack.c.lane).distinct().where(collected_ack.c.due_at <= now, _IS_OPEN))
    return sorted(rows.scalars())


def load_waiting(connection: Connection, lane: str) -> list[Collected]:
    """The oldest that wait in a lane, as many as leave together."""
    rows = connection.execute(
        select(collected_ack.c.seq, collected_ack.c.message, collected_ack.c.ack)
        .where(collected_ack.c.lane == lane, _IS_OPEN)
        .order_by(collected_ack.c.seq)
        .limit(TOGETHER_MAX)
    )
    return [Collected(*row) for row in rows]


def mark_collected(connection: Connection, collected: Sequence[Collected], sent_in: str) -> None:
    """They left in that message of the outbox."""
    connection.execute(
        update(collected_ack).where(collected_ack.c.seq == bindparam("b_seq")).values(sent_in=sent_in),
        [{"b_seq": one.seq} for one in collected],
    )


def find_carriers(connection: Connection, message: str) -> list[str]:
    """Messages of the outbox that carried collected answers to a received message."""
    query = (
        select(collected_ack.c.sent_in)
        .distinct()
        .where(collected_ack.c.message == message, collected_ack.c.sent_in != "")
    )
    return sorted(connection.execute(query).scalars())
