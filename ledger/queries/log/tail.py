"""The log from a sequence on, for readers that follow it: no event that commits later can come before it."""

from __future__ import annotations

from sqlalchemy import Connection

from ledger.queries.log.events import EventKept, events


def tail(conn: Connection, after: int = 0, *, book: str = "live", limit: int = 1000) -> list[EventKept]:
    """Events above `after`, in order. Keep the last `seq` as the cursor."""
    return events(conn, book=book, after=after, limit=limit)
