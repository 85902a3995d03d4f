"""Keeps the master data snapshot of each book between calls, and brings it up to date by the rows changed since.

The cache is keyed by the head's stamp, a hash chain over master data events: after a rollback the stamp in the
database is another one, and a snapshot made from rows that were never committed is not used.
"""

from __future__ import annotations

from typing import NamedTuple

from sqlalchemy import Connection, select

from ledger.book.journal.heads import Head
from ledger.book.storage import tables
from ledger.events import read_event
from ledger.masterdata import MasterData

EMPTY = MasterData()


class _Kept(NamedTuple):
    seq: int
    stamp: bytes
    snapshot: MasterData


class Snapshots:
    """One per process; the snapshots it hands out are frozen and may be used from any thread."""

    def __init__(self) -> None:
        self._kept: dict[str, _Kept] = {}

    def current(self, conn: Connection, head: Head | None) -> MasterData:
        """The snapshot that stands in this database transaction."""
        if head is None or head.masterdata_seq == 0:
            return EMPTY
        kept = self._kept.get(head.book)
        if kept is not None and kept.stamp == head.masterdata_stamp:
            return kept.snapshot
        since, base = (kept.seq, kept.snapshot) if kept and _is_ancestor(conn, kept, head) else (0, EMPTY)
        rows = conn.execute(
            select(tables.masterdata.c.body)
            .where(tables.masterdata.c.book == head.book, tables.masterdata.c.seq > since)
            .order_by(tables.masterdata.c.seq)
        )
        snapshot = base.changed_by(read_event(body) for (body,) in rows)
        self.keep(snapshot, head)
        return snapshot

    def keep(self, snapshot: MasterData, head: Head) -> None:
        """Remember the snapshot that belongs to the head's stamp."""
        self._kept[head.book] = _Kept(head.masterdata_seq, head.masterdata_stamp, snapshot)


def _is_ancestor(conn: Connection, kept: _Kept, head: Head) -> bool:
    """Whether the kept snapshot lies on the way to the head: its last event is there with the stamp it had."""
    found = conn.execute(
        select(tables.masterdata.c.stamp).where(
            tables.masterdata.c.book == head.book, tables.masterdata.c.seq == kept.seq
        )
    ).scalar_one_or_none()
    return found == kept.stamp
