"""The end of a book's log: what to write down elsewhere, so that nobody can rewrite the books unseen."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import Connection

from ledger.book.journal.heads import read_head
from ledger.matching.resolved import moment


class HeadShown(msgspec.Struct, frozen=True, kw_only=True):
    """Counters of a book and the last link of its chain, hexadecimal."""

    book: str
    seq: int
    chain: str
    recorded_at: datetime | None
    movements: int
    buckets: int
    cases: int
    sealed_runs: int


def head(conn: Connection, *, book: str = "live") -> HeadShown:
    """The head; zeros and "" when nothing was recorded yet."""
    found = read_head(conn, book)
    if found is None:
        return HeadShown(book=book, seq=0, chain="", recorded_at=None, movements=0, buckets=0, cases=0, sealed_runs=0)
    return HeadShown(
        book=book, seq=found.seq, chain=found.chain.hex(), recorded_at=moment(found.recorded_at),
        movements=found.movements, buckets=found.buckets, cases=found.cases, sealed_runs=found.sealed,
    )  # fmt: skip
