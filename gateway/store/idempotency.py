"""Idempotency keys of requests that are not messages: the first answer is given again, another body is refused."""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, insert, select

from gateway.store.tables import idempotency


class Answered(NamedTuple):
    fingerprint: str
    message: str
    answer: str


def find_answer(connection: Connection, owner: str, key: str) -> Answered | None:
    """What was answered under this owner's key; the caller compares the fingerprint of the body."""
    row = connection.execute(
        select(idempotency.c.fingerprint, idempotency.c.message, idempotency.c.answer).where(
            idempotency.c.owner == owner, idempotency.c.key == key
        )
    ).first()
    return None if row is None else Answered(*row)


def put_answer(connection: Connection, owner: str, key: str, answered: Answered, *, now: int) -> None:
    connection.execute(insert(idempotency).values(owner=owner, key=key, **answered._asdict(), at=now))
