"""Which movements were made while given events were recorded: their rows alone, for questions about many of them."""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from sqlalchemy import Connection

from ledger.book.bringing.places import sites_of
from ledger.book.storage import bulk, tables

Made = tuple[int, str, int, int, str, int, int, int]
"""One row of `movement`, of one book: its columns as `COLUMNS` names them."""
COLUMNS = ("number", "site", "seq", "event", "line", "source", "target", "quantity")


def rows_made(conn: Connection, book: str, seqs: AbstractSet[int]) -> list[Made]:
    """Movements made while these events were recorded, in their order."""
    ranges = ranges_made(conn, book, seqs)
    rows: list[Any] = []
    for site in sites_of(conn, book):
        place = (("book", book), ("site", site))
        rows += bulk.within(conn, tables.movement, COLUMNS, place, "number", ranges)
    rows.sort()
    return rows


def ranges_made(conn: Connection, book: str, seqs: AbstractSet[int]) -> list[tuple[int, int]]:
    """(after, to) ranges of the numbers of the movements made while these events were recorded."""
    ends: dict[int, int] = {
        seq: last
        for seq, last in bulk.look_up(
            conn, tables.event, ("seq", "movements_to"), (("book", book),), ("seq",),
            [(seq,) for seq in sorted(seqs | {seq - 1 for seq in seqs})], index="event_by_seq",
        )
    }  # fmt: skip
    return _joined((ends.get(seq - 1, 0), ends.get(seq, 0)) for seq in sorted(seqs))


def _joined(pairs: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Those that touch made one, empty ones left out."""
    joined: list[tuple[int, int]] = []
    for after, to in pairs:
        if joined and joined[-1][1] == after:
            joined[-1] = (joined[-1][0], to)
        elif to > after:
            joined.append((after, to))
    return joined
