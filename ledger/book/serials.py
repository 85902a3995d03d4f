"""Where the serials stand that events name, so that none comes to stand at two places."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from ledger.book import bulk, tables
from ledger.events import STOCK, GoodsReceived
from ledger.matching.resolved import ResolvedEvent
from ledger.stock.bucket import Bucket

_COLUMNS = Bucket._fields[1:]


def standing(conn: Connection, book: str, resolved: Iterable[ResolvedEvent]) -> set[Bucket]:
    """Buckets that hold a serial which a goods receipt or an event about goods in the house names, at any site."""
    named = {
        (line.part, serial)
        for one in resolved
        if isinstance(one.event, (GoodsReceived, *STOCK))
        for line in one.lines
        if line.part
        for serial in line.said.serials
    }
    if not named:
        return set()
    rows = bulk.look_up(
        conn, tables.bucket, _COLUMNS, (("book", book),), ("part", "serial"), sorted(named),
        where=tables.SERIALS_STANDING, index="bucket_by_serial",
    )  # fmt: skip
    return {Bucket(book, *row) for row in rows}
