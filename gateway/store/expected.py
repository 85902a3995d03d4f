"""How far each expectation of documents has been checked, and which documents came when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, exists, select
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from gateway.messages import ENTROPY_BYTES, message_id
from gateway.store.signal_tables import expectation
from gateway.store.tables import document


def load_checked(connection: Connection) -> dict[str, int]:
    """Id of an expectation -> the moment up to which it has been checked."""
    return {row.id: row.checked_to for row in connection.execute(select(expectation))}


def put_checked(connection: Connection, checked: Mapping[str, int], *, gone: Iterable[str]) -> None:
    """Note it; expectations that are agreed no longer are forgotten."""
    if checked:
        statement = sqlite_insert(expectation)
        connection.execute(
            statement.on_conflict_do_update(
                index_elements=["id"], set_={"checked_to": statement.excluded.checked_to}
            ),
            [{"id": id, "checked_to": at} for id, at in checked.items()],
        )
    if gone := list(gone):
        connection.execute(delete(expectation).where(expectation.c.id.in_(gone)))


def has_come(
    connection: Connection, *, partner: str, type: str, after: datetime, until: datetime, test: bool
) -> bool:
    """Whether the partner sent a document of that type, not refused for its syntax, received in (after, until]."""
    # Ids of messages are in order of time: no index of documents by their time is needed.
    first, last = (message_id(at, bytes([fill]) * ENTROPY_BYTES) for at, fill in ((after, 255), (until, 255)))
    query = select(
        exists().where(
            document.c.message > first,
            document.c.message <= last,
            document.c.partner == partner,
            document.c.type == type,
            document.c.test == int(test),
            document.c.accepted != 0,
        )
    )
    return bool(connection.execute(query).scalar())
