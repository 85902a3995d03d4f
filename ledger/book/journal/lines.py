"""Which lines of a recorded event are its own, and how each stands: told by the body, and by exception.

Nearly every line posts at once, and nearly every event is the first under its key. So a line has a row only where it
did not post at once, or where an earlier event has the same key: then every line that is this event's own has one.
What a line says is read from the event's body.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Connection

from ledger.book.resolution import lines_of
from ledger.book.storage import bulk
from ledger.events import Event, Line
from ledger.matching.resolved import line_identities


def own_lines(event: Event, is_whole: bool, told: Mapping[str, str]) -> dict[str, tuple[Line, str]]:
    """The lines of the event that are its own, by identity, and their status; `told` as of `statuses_told`."""
    lines = lines_of(event)
    return {
        identity: (line, told.get(identity, "posted"))
        for identity, line in zip(line_identities(lines), lines, strict=True)
        if is_whole or identity in told
    }


def statuses_told(conn: Connection, book: str, site: str, seq: int) -> dict[str, str]:
    """Status of the lines of an event that have rows of their own."""
    return {line: status for line, status in bulk.ask(conn, _TOLD, (book, site, seq))}


_TOLD = "SELECT line, status FROM event_line WHERE book = ? AND site = ? AND seq = ?"
