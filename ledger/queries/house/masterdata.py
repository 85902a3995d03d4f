"""Master data in force: the whole snapshot, or the rows of one kind as they were defined."""

from __future__ import annotations

from sqlalchemy import Connection, select

from ledger.book.bringing.snapshots import Snapshots
from ledger.book.journal.heads import read_head
from ledger.book.storage import tables
from ledger.events import AnyEvent, read_event
from ledger.masterdata import MasterData


def masterdata(conn: Connection, *, book: str = "live", snapshots: Snapshots | None = None) -> MasterData:
    """The snapshot in force; a caller that asks often hands in `Snapshots` of its own to be kept in memory."""
    return (snapshots or Snapshots()).current(conn, read_head(conn, book))


def defined(conn: Connection, kind: str, *, book: str = "live", after: str = "", limit: int = 1000) -> list[AnyEvent]:
    """Rows of one kind (`PartDefined`, `SiteDefined`, ...) in force, by number, above `after`."""
    table = tables.masterdata.c
    rows = conn.execute(
        select(table.body)
        .where(table.book == book, table.kind == kind, table.number > after)
        .order_by(table.number)
        .limit(limit)
    )
    return [read_event(body) for (body,) in rows]
