"""Moves full runs of movements into `history` and `closing`, so that the hot table needs no secondary index.

A run is gathered and sorted outside the writer's lock, since movements never change, and written in slices; readers
use it once its last slice is marked. A crash between slices loses nothing: the same rows come again in the same
order, and the slices already written are skipped.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy import text as sql

from ledger.book.bringing.places import sites_of
from ledger.book.journal.heads import lock_head, read_head, save_head
from ledger.book.storage import bulk, tables

SLICE_ROWS = 4_096
"""Rows of history written while the lock is held once: some ten milliseconds."""
CLOSING_ROWS = 1_024
"""The same of closings: those of one run lie far from each other, each beside the bucket's earlier ones."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run, gathered: rows of history and of closing in the order in which they are written."""

    book: str
    run: int
    history: list[bulk.Row]
    closing: list[bulk.Row]

    @property
    def slices(self) -> int:
        return -(-len(self.history) // SLICE_ROWS) + -(-len(self.closing) // CLOSING_ROWS)

    def rows(self, number: int) -> tuple[list[bulk.Row], list[bulk.Row]]:
        """History and closings of slice `number`, from 0: all history comes before the first closing."""
        behind = number - -(-len(self.history) // SLICE_ROWS)
        if behind < 0:
            return self.history[number * SLICE_ROWS : (number + 1) * SLICE_ROWS], []
        return [], self.closing[behind * CLOSING_ROWS : (behind + 1) * CLOSING_ROWS]


def gather(conn: Connection, book: str) -> Run | None:
    """The next full run of the book, or None when there is none. Only reads."""
    head = read_head(conn, book)
    if head is None or head.movements < (head.sealed + 1) * head.run_size:
        return None
    run = head.sealed + 1
    first, last = head.sealed * head.run_size + 1, run * head.run_size
    history: list[bulk.Row] = []
    table = tables.movement.c
    for site in sites_of(conn, book):
        rows = conn.execute(
            select(table.number, table.source, table.target, table.quantity).where(
                table.book == book, table.site == site, table.number >= first, table.number <= last
            )
        )
        for number, source, target, quantity in rows:
            history.append((book, site, run, source, number, -quantity))
            history.append((book, site, run, target, number, quantity))
    history.sort()
    return Run(book, run, history, _closings(conn, book, run, history))


def _closings(conn: Connection, book: str, run: int, history: list[bulk.Row]) -> list[bulk.Row]:
    deltas: dict[tuple[str, int], int] = defaultdict(int)
    for _, site, _, bucket, _, delta in history:
        deltas[site, bucket] += delta
    before: dict[tuple[str, int], int] = {}
    for site in sorted({site for site, _ in deltas}):
        ids = [bucket for of, bucket in deltas if of == site]
        before.update({(site, bucket): quantity for bucket, quantity in _last_closings(conn, book, site, run, ids)})
    return [
        (book, site, bucket, run, before.get((site, bucket), 0) + delta)
        for (site, bucket), delta in sorted(deltas.items())
    ]


def _last_closings(conn: Connection, book: str, site: str, run: int, ids: list[int]) -> Sequence[Any]:
    """(bucket, quantity) where a bucket was closed before: one look-up each, however many runs there are."""
    if conn.dialect.name == "sqlite":
        keys, given = "json_each(:ids) AS k", json.dumps(ids)
    else:
        keys, given = "unnest(CAST(:ids AS bigint[])) AS k(value)", f"{{{','.join(map(str, ids))}}}"
    last = (
        "SELECT quantity FROM closing WHERE book = :book AND site = :site AND bucket = k.value AND run < :run "
        "ORDER BY run DESC LIMIT 1"
    )
    query = (
        f"SELECT * FROM (SELECT k.value AS bucket, ({last}) AS quantity FROM {keys}) AS b WHERE quantity IS NOT NULL"  # noqa: S608 - our own text
    )
    return conn.execute(sql(query), {"ids": given, "book": book, "site": site, "run": run}).fetchall()


def put_slice(conn: Connection, run: Run) -> bool:
    """Write the next slice of a gathered run in the caller's database transaction; True while there is more to do.

    A run that another writer sealed meanwhile is left alone.
    """
    head = lock_head(conn, run.book)
    if head.sealed != run.run - 1:
        return False
    history, closing = run.rows(head.slices)
    # Where slices were larger once, one may have written some of these.
    bulk.insert(conn, tables.history, history, ignore=True)
    bulk.insert(conn, tables.closing, closing, ignore=True)
    head.slices += 1
    if head.slices >= run.slices:
        head.sealed, head.slices = run.run, 0
    save_head(conn, head)
    return head.slices > 0


def seal(conn: Connection, *, book: str = "") -> int:
    """Seal every full run at once, for small ledgers and tools; gives back how many runs were sealed.

    A busy writer gathers on a reading connection and writes slice by slice with `gather` and `put_slice`.
    """
    books = [book] if book else list(conn.execute(select(tables.book.c.book)).scalars())
    sealed = 0
    for name in books:
        while (run := gather(conn, name)) is not None:
            while put_slice(conn, run):
                pass
            sealed += 1
    return sealed
