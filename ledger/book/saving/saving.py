"""Saves what decisions changed in a working set: new records inserted, touched ones updated, one call per table."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import compress
from operator import itemgetter, ne
from typing import Any

from sqlalchemy import Connection

from ledger.book.bringing.loading import Loader
from ledger.book.storage import bulk, tables
from ledger.book.storage.codecs import (
    AGREEMENT,
    CASE,
    CONTAINMENT,
    CUMULATIVE,
    LINE_CALL,
    LINK,
    NOTICE_LINE,
    ORDER,
    ORDER_LINE,
    PERIOD,
    RECEIPT,
    RECEIPT_LINE,
    SHIPMENT,
    TRANSFER_LINE,
    Codec,
)


def save(conn: Connection, loader: Loader) -> None:
    """Write every new and touched record; afterwards all of them count as stored."""
    work = loader.workset
    for codec, records in (
        (ORDER, work.orders),
        (ORDER_LINE, work.order_lines),
        (SHIPMENT, work.shipments),
        (NOTICE_LINE, work.notice_lines),
        (RECEIPT, work.receipts),
        (RECEIPT_LINE, work.receipt_lines),
        (CUMULATIVE, work.cumulatives),
        (AGREEMENT, work.agreements),
        (TRANSFER_LINE, work.transfer_lines),
        (LINE_CALL, work.calls),
        (CASE, work.cases),
        (CONTAINMENT, work.containments),
    ):
        _save(conn, codec, records.items(), loader.stored[codec])
    links = (((link.receipt, link.receipt_line, link.number), link) for link in work.links)
    _save(conn, LINK, links, loader.stored[LINK])
    bulk.insert(conn, tables.ruling_use, list(work.uses))
    periods = (
        ((book, site, name), period) for (book, site), of in work.periods.items() for name, period in of.items()
    )
    _save(conn, PERIOD, periods, loader.stored[PERIOD])


def _save(conn: Connection, codec: Codec, records: Iterable[tuple[Any, Any]], stored: dict[Any, bulk.Row]) -> None:
    inserts: list[bulk.Row] = []
    updates: dict[tuple[int, ...], list[bulk.Row]] = {}
    row: Callable[[Any], bulk.Row] = codec.row
    positions, keys = range(len(codec.columns)), range(len(codec.keys))
    for key, record in records:
        if record.new or record.touched:
            now = row(record)
            before = stored.get(key)
            if before is None:
                inserts.append(now)
            elif changed := tuple(compress(positions, map(ne, before, now))):
                # A notice may come again under the id of one that was refused or cancelled: same row, new content.
                updates.setdefault(changed, []).append(now)
            stored[key] = now
            record.new = record.touched = False
    bulk.insert(conn, codec.table, inserts)
    for changed, rows in updates.items():
        names = tuple([codec.columns[n] for n in changed])
        bulk.update(conn, codec.table, codec.keys, names, list(map(itemgetter(*changed, *keys), rows)))
