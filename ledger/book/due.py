"""What is due when: lines to close or to wait for, deliveries to advise, overdue shipments, cases to escalate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, select, text

from ledger.book import document_tables, tables
from ledger.book.document_tables import cases, goods_receipt_line, notice_line, order_line, shipment

_DUE: dict[Table, tuple[ColumnElement[Any], str]] = {
    notice_line: (notice_line.c.closes_at, document_tables.CLOSING_NOTICE_LINES),
    goods_receipt_line: (goods_receipt_line.c.waits_until, document_tables.WAITING_RECEIPT_LINES),
    order_line: (order_line.c.wakes_at, document_tables.WAKING_ORDER_LINES),
    shipment: (shipment.c.overdue_at, document_tables.EXPECTED_SHIPMENTS),
    cases: (cases.c.escalates_at, document_tables.ESCALATING_CASES),
}
"""Per table the time of its rows, and which of them have one; each has an index of just these."""


def due_rows(conn: Connection, table: Table, book: str, now_us: int) -> Sequence[Any]:
    """The rows of a book whose time has come."""
    at, has_one = _DUE[table]
    return conn.execute(table.select().where(table.c.book == book, text(has_one), at <= now_us)).fetchall()


def next_due(conn: Connection, book: str) -> int | None:
    """The earliest time at which anything of a book is due, waits of events included; None when nothing waits."""
    wait = tables.waiting.c
    queries = [select(func.min(at)).where(table.c.book == book, text(has)) for table, (at, has) in _DUE.items()]
    queries.append(select(func.min(wait.until)).where(wait.book == book, wait.until.is_not(None)))
    times = [due for due in (conn.execute(query).scalar() for query in queries) if due is not None]
    return min(times, default=None)
