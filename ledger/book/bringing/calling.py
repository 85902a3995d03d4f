"""Calls from the line that a batch needs: few houses have any, so that one look a batch says whether there are."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy import text as sql

from ledger.book.bringing.places import by_place
from ledger.book.storage import bulk
from ledger.book.storage import document_tables as tables
from ledger.book.storage.codecs import LINE_CALL
from ledger.matching.records.calls import CallKey
from ledger.matching.records.documents import GroupKey


class Calls:
    """Reads calls for one working set."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn
        self._any: dict[str, bool] = {}

    def rows(self, keys: Set[CallKey], groups: Set[GroupKey]) -> Iterator[Any]:
        """All lines of these calls, and the open ones for these parts at these sites."""
        for place, wanted in by_place(keys):
            yield from self._select(place, ("partner", "number"), wanted)
        for place, parts in by_place({group for group in groups if self._has_open(group.book)}):
            yield from self._select(place, ("part",), parts, tables.OPEN_CALLS, "line_call_open")

    def _has_open(self, book: str) -> bool:
        if book not in self._any:
            call = tables.line_call.c
            query = select(call.seq).where(call.book == book, sql(tables.OPEN_CALLS)).limit(1)
            self._any[book] = self._conn.execute(query).first() is not None
        return self._any[book]

    def _select(
        self, place: tuple[Any, ...], by: tuple[str, ...], keys: list[bulk.Row], where: str = "", index: str = ""
    ) -> Any:
        columns = LINE_CALL.columns
        return bulk.look_up(self._conn, tables.line_call, columns, place, by, keys, where=where, index=index)
