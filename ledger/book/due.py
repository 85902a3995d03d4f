"""What is due when: lines that close or have waited, deliveries, shipments that should have come, cases."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, and_, func, select

from ledger.book import tables
from ledger.book.document_tables import cases, goods_receipt_line, notice_line, order_line, shipment

_DUE: dict[Table, tuple[ColumnElement[Any], ColumnElement[bool]]] = {
    notice_line: (
        notice_line.c.closes_at,
        and_(notice_line.c.closes_at.is_not(None), notice_line.c.status == "open"),
    ),
    goods_receipt_line: (
        goods_receipt_line.c.waits_until,
        and_(goods_receipt_line.c.waits_until.is_not(None), goods_receipt_line.c.status == "unmatched"),
    ),
    order_line: (order_line.c.wakes_at, order_line.c.wakes_at > 0),
    shipment: (shipment.c.overdue_at, shipment.c.overdue_at > 0),
    cases: (cases.c.escalates_at, cases.c.escalates_at > 0),
}
"""Per table the time of its rows, and which of them have one; each has an index of just these."""


def due_rows(conn: Connection, table: Table, book: str, now_us: int) -> Sequence[Any]:
    """The rows of a book whose time has come."""
    at, has_one = _DUE[table]
    return conn.execute(table.select().where(table.c.book == book, has_one, at <= now_us)).fetchall()


def next_due(conn: Connection, book: str) -> int | None:
    """The earliest time at which anything of a book is due, waits of events included; None when nothing waits."""
    wait = tables.waiting.c
    queries = [select(func.min(at)).where(table.c.book == book, has_one) for table, (at, has_one) in _DUE.items()]
    queries.append(select(func.min(wait.until)).where(wait.book == book, wait.until.is_not(None)))
    times = [due for due in (conn.execute(query).scalar() for query in queries) if due is not None]
    return min(times, default=None)
