"""Documents of ours that wait in the outbox until they leave together: what waits, and whose time has come.

A lane is a partner, a book and a document type; those of a lane leave together. What is collected of acknowledgments
is in `gateway.store.collected`, with what only they need.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, func, or_, select, text, update

from gateway.store.drafts import Draft
from gateway.store.tables import outbox

# As the partial index says it: with bound values SQLite cannot tell that the index holds all such rows.
_IS_COLLECTED = text("outbox.status = 'collected'")


class Lane(NamedTuple):
    partner: str
    book: str
    kind: str


def load_due(connection: Connection, *, now: int, most: int) -> list[Draft]:
    """The oldest whose time has come."""
    rows = connection.execute(
        select(*(outbox.c[name] for name in Draft._fields))
        .where(outbox.c.due_at <= now, _IS_COLLECTED)
        .order_by(outbox.c.seq)
        .limit(most)
    )
    return [Draft(*row) for row in rows]


def count_waiting(connection: Connection, lane: Lane) -> int:
    query = select(func.count()).select_from(outbox).where(*_in_lane(lane), _IS_COLLECTED)
    return connection.execute(query).scalar() or 0


def find_due_at(connection: Connection, lane: Lane) -> int:
    """When the first of a lane leaves; 0: nothing waits."""
    query = select(func.min(outbox.c.due_at)).where(*_in_lane(lane), _IS_COLLECTED)
    return connection.execute(query).scalar() or 0


def find_due_at_of(connection: Connection, partner: str, book: str, number: str) -> int:
    """When all that waits for a partner under that business number has left; 0: nothing waits."""
    query = select(func.max(outbox.c.due_at)).where(
        outbox.c.partner == partner, outbox.c.book == book, outbox.c.number == number, _IS_COLLECTED
    )
    return connection.execute(query).scalar() or 0


def release_lane(connection: Connection, lane: Lane, *, at: int) -> int:
    """A lane leaves now, with all that waits under its business numbers, so that nothing overtakes; how many do."""
    waiting = select(outbox.c.number).where(*_in_lane(lane), outbox.c.number != "", _IS_COLLECTED)
    which = or_(outbox.c.kind == lane.kind, outbox.c.number.in_(waiting))
    return connection.execute(
        update(outbox)
        .where(outbox.c.partner == lane.partner, outbox.c.book == lane.book, which, _IS_COLLECTED)
        .values(due_at=at)
    ).rowcount


def release(connection: Connection, partner: str, *, at: int) -> int:
    """All that waits for a partner leaves now; how many do."""
    waiting = update(outbox).where(outbox.c.partner == partner, _IS_COLLECTED)
    return connection.execute(waiting.values(due_at=at)).rowcount


def list_waiting(connection: Connection, *, partner: str = "", limit: int) -> list[Row[Any]]:
    """What waits, oldest first."""
    shown = (outbox.c[name] for name in ("id", "partner", "book", "kind", "number", "due_at", "created_at"))
    query = select(*shown).where(_IS_COLLECTED).order_by(outbox.c.seq).limit(limit)
    return list(connection.execute(query.where(outbox.c.partner == partner) if partner else query))


def _in_lane(lane: Lane) -> tuple[Any, ...]:
    return outbox.c.partner == lane.partner, outbox.c.book == lane.book, outbox.c.kind == lane.kind
