"""Writes what decisions filed: one row per record, added and never changed; a re-reading takes its first one out."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import Connection, Table, delete

from ledger.book.storage import bulk, filed_tables
from ledger.book.storage.codecs import Codec
from ledger.matching.papers.filed import (
    CarrierNumber,
    CarrierReport,
    Departure,
    DisruptionFiled,
    DocumentAnswer,
    Filed,
    Invoice,
    InvoicedLine,
    LabelReport,
    OrderPrice,
    OrderVersion,
    Promise,
    ScheduledLine,
    ScoreFiled,
)
from ledger.matching.workset import Workset

SCHEDULED_LINE = Codec(filed_tables.schedule_line, ScheduledLine, None)
PROMISE = Codec(filed_tables.promise, Promise, None)

CODECS: dict[type[Filed], Codec] = {
    OrderPrice: Codec(filed_tables.order_price, OrderPrice, None),
    Promise: PROMISE,
    ScheduledLine: SCHEDULED_LINE,
    CarrierReport: Codec(filed_tables.carrier_report, CarrierReport, None),
    CarrierNumber: Codec(filed_tables.carrier_number, CarrierNumber, None),
    Invoice: Codec(filed_tables.invoice, Invoice, None),
    InvoicedLine: Codec(filed_tables.invoice_line, InvoicedLine, None),
    Departure: Codec(filed_tables.departure, Departure, None),
    OrderVersion: Codec(filed_tables.order_version, OrderVersion, None),
    LabelReport: Codec(filed_tables.label_report, LabelReport, None),
    DisruptionFiled: Codec(filed_tables.disruption, DisruptionFiled, None),
    ScoreFiled: Codec(filed_tables.score_snapshot, ScoreFiled, None),
    DocumentAnswer: Codec(filed_tables.document_answer, DocumentAnswer, None),
}
TABLES: tuple[Table, ...] = tuple(codec.table for codec in CODECS.values())


def file(conn: Connection, work: Workset, book: str) -> None:
    """Add every record filed since the last call.

    The header of a document is filed again with each line of it that waited: the first row is as good.
    """
    for seq in work.unfiled:
        _take_out(conn, book, seq)
    work.unfiled.clear()
    rows: dict[type[Filed], list[bulk.Row]] = defaultdict(list)
    for record in work.filed:
        rows[type(record)].append(CODECS[type(record)].row(record))
    work.filed.clear()
    for kind, wanted in rows.items():
        bulk.insert(conn, CODECS[kind].table, wanted, ignore=True)


def _take_out(conn: Connection, book: str, seq: int) -> None:
    for codec in CODECS.values():
        said_by = codec.table.c.event if codec.table is filed_tables.order_price else codec.table.c.seq
        conn.execute(delete(codec.table).where(codec.table.c.book == book, said_by == seq))
