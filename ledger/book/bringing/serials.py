"""Where the serials stand that events name, so that none comes to stand at two places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from ledger.book.storage import bulk, tables
from ledger.events import HANDLING, Event, GoodsReceived, TransferCancelled
from ledger.handling.transferring import key_of
from ledger.matching.records.transfers import TransferKey, TransferLine
from ledger.matching.resolved import ResolvedEvent
from ledger.stock.bucket import Bucket

_COLUMNS = Bucket._fields[1:]
_NAMING: tuple[type[Event], ...] = (GoodsReceived, *HANDLING)


def standing(
    conn: Connection, book: str, resolved: Iterable[ResolvedEvent],
    transfers: Mapping[TransferKey, Mapping[str, TransferLine]],
) -> set[Bucket]:  # fmt: skip
    """Buckets that hold a serial which an event about goods names, or that comes back by it, at any site."""
    named = {
        (line.part, serial)
        for one in resolved
        if isinstance(one.event, _NAMING)
        for line in one.lines
        if line.part
        for serial in line.said.serials
    }
    for one in resolved:
        if isinstance(one.event, TransferCancelled):
            lines = transfers.get(key_of(one), {}).values()
            named |= {(line.part, goods.serial) for line in lines for goods in line.goods if goods.serial}
    if not named:
        return set()
    rows = bulk.look_up(
        conn, tables.bucket, _COLUMNS, (("book", book),), ("part", "serial"), sorted(named),
        where=tables.SERIALS_STANDING, index="bucket_by_serial",
    )  # fmt: skip
    return {Bucket(book, *row) for row in rows}
