"""Two versions of a map on documents that really came: what each would say, and what the books would do about it.

Every document is rehearsed for itself, against the books as they stand, and undone.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import msgspec
from sqlalchemy import Connection

from gateway.mapping import Configuration
from gateway.messages import REPLAYABLE
from gateway.pipeline.context import Context
from gateway.pipeline.replay import Plan, Replayer
from gateway.pipeline.replaying.reading import Rereading, differences, read_again
from gateway.pipeline.replaying.values import Difference, DocumentReplay
from gateway.store.database import Database
from gateway.store.documents import DocumentRow, newest_documents
from gateway.store.evidence import load_evidence
from gateway.store.inbox import as_received
from gateway.store.writer import Writer
from ledger.book import Ledger


class MapComparison(msgspec.Struct, frozen=True, kw_only=True):
    """`documents` are those that the two versions read differently, newest first; `read` is how many were tried."""

    read: int
    documents: tuple[DocumentReplay, ...] = ()


class Comparer:
    """Holds two configurations that differ in one map, at one moment."""

    def __init__(
        self, database: Database, writer: Writer, context: Context, ledger: Ledger, old: Configuration,
        new: Configuration,
    ) -> None:  # fmt: skip
        self._database, self._context, self._old, self._new = database, context, old, new
        self._replayer = Replayer(database, writer, dataclasses.replace(context, configuration=new), ledger)

    def compare(self, path: str, *, partner: str, most: int, with_books: bool) -> MapComparison:
        """Try the newest documents that the map at a virtual path is for, at most so many."""
        tried, found = 0, []
        with self._database.read() as connection:
            rows = list(self._rows(connection, path, partner, most))
        for row in rows:
            tried += 1
            shown = self._compare_one(row, with_books)
            if shown is not None:
                found.append(shown)
        return MapComparison(read=tried, documents=tuple(found))

    def _rows(self, connection: Connection, path: str, partner: str, most: int) -> Iterator[DocumentRow]:
        taken = 0
        map = self._new.map_at(path)
        for row in newest_documents(connection, format=map.format, type=map.type, partner=partner):
            if self._new.path_for(row.partner, row.format, row.version[:6], row.type) != path:
                continue
            if not row.map and row.status not in REPLAYABLE:
                continue
            yield row
            taken += 1
            if taken == most:
                return

    def _compare_one(self, row: DocumentRow, with_books: bool) -> DocumentReplay | None:
        """None where both versions read the same."""
        with self._database.read() as connection:
            claimed = as_received(connection, row.message)
            data = load_evidence(connection, [row.message]).get(row.message)
            if claimed is None or data is None:
                return None
            (old,) = read_again(connection, claimed, data, [row], self._old, self._context)
            (new,) = read_again(connection, claimed, data, [row], self._new, self._context)
        found = tuple(_told(old, new))
        if not found:
            return None
        shown = DocumentReplay(
            document=row.id, status_before=row.status, status=row.status, map_before=_map(old), map=_map(new),
            refused=new.problem, difference=found,
        )  # fmt: skip
        if not with_books or new.problem:
            return shown
        replayable = row.status in REPLAYABLE
        plan = Plan(
            message=row.message, whole=False, documents=(row.n,) if replayable else (),
            compared=() if replayable else (row,),
        )  # fmt: skip
        (rehearsed,) = self._replayer.rehearse(plan)
        return msgspec.structs.replace(
            shown, status=rehearsed.status, refused=rehearsed.refused, effects=rehearsed.effects
        )


def _told(old: Rereading, new: Rereading) -> Iterator[Difference]:
    """What the newer version says otherwise: events, what it cannot read, and what it leaves unread."""
    document = new.row.id
    for name, before, after in (
        ("cannot be read", old.problem, new.problem),
        ("left unread", _unmapped(old), _unmapped(new)),
    ):
        if before != after:
            yield document, name, before, after
    before_events = old.read.events if old.read is not None and not old.problem else ()
    after_events = new.read.events if new.read is not None and not new.problem else ()
    yield from differences(document, before_events, after_events)


def _unmapped(one: Rereading) -> str:
    return one.read.row.unmapped if one.read is not None else ""


def _map(one: Rereading) -> str:
    return one.read.row.map if one.read is not None else ""
