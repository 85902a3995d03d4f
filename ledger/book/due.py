"""What is due when: lines to close, to wait for or to look at, overdue shipments, calls, cases to escalate."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Table, func, select, text

from ledger.book.storage import document_tables, tables
from ledger.book.storage.document_tables import (
    cases,
    goods_receipt_line,
    line_call,
    notice_line,
    order_line,
    shipment,
)

_DUE: tuple[tuple[Table, str, str], ...] = (
    (notice_line, "closes_at", document_tables.CLOSING_NOTICE_LINES),
    (notice_line, "split_at", document_tables.SPLIT_NOTICE_LINES),
    (goods_receipt_line, "waits_until", document_tables.WAITING_RECEIPT_LINES),
    (order_line, "wakes_at", document_tables.WAKING_ORDER_LINES),
    (order_line, "late_at", document_tables.LATE_ORDER_LINES),
    (line_call, "due_at", document_tables.DUE_CALLS),
    (shipment, "overdue_at", document_tables.EXPECTED_SHIPMENTS),
    (cases, "escalates_at", document_tables.ESCALATING_CASES),
)
"""Tables with a time of their rows, and which of them have one; each has an index of just these."""


def due_rows(conn: Connection, table: Table, book: str, now_us: int) -> Sequence[Any]:
    """The rows of a book whose time has come."""
    found: dict[Any, None] = {}
    for of, column, has_one in _DUE:
        if of is table:
            query = table.select().where(table.c.book == book, text(has_one), table.c[column] <= now_us)
            found.update(dict.fromkeys(conn.execute(query).fetchall()))
    return list(found)


def next_due(conn: Connection, book: str) -> int | None:
    """The earliest time at which anything of a book is due, waits of events included; None when nothing waits."""
    wait = tables.waiting.c
    queries = [
        select(func.min(table.c[column])).where(table.c.book == book, text(has_one))
        for table, column, has_one in _DUE
    ]
    queries.append(select(func.min(wait.until)).where(wait.book == book, wait.until.is_not(None)))
    times = [due for due in (conn.execute(query).scalar() for query in queries) if due is not None]
    return min(times, default=None)
