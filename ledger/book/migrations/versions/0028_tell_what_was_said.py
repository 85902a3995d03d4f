"""Keep how soon a signal's case is answered, date the prices of older books, find what customers received.

The first two stand in the events that said them, so that books which exist need no rebuild.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from alembic import op
from sqlalchemy import Connection
from sqlalchemy import text as sql

from ledger.book.migrations.adding import add_columns

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

_PRICED = """
SELECT e.book, e.seq, e.recorded_at, e.body FROM event e
JOIN (SELECT DISTINCT book, event FROM order_price WHERE since = 0) p ON e.book = p.book AND e.seq = p.event"""
_RAISED = """
SELECT e.book, c.site, c."case", e.body FROM event e
JOIN cases c ON e.book = c.book AND e.seq = c.opened_seq WHERE c.code = 'D47'"""
_OF_ITS_DAY = "FROM priced p WHERE p.book = order_price.book AND p.event = order_price.event"


def upgrade() -> None:
    add_columns("cases", answer_hours="TEXT")
    said = sql("kind IN ('GoodsShipped', 'CustomerReceiptReported')")
    op.drop_index("event_of_shipping", "event")
    op.create_index("event_of_shipping", "event", ["book", "number"], sqlite_where=said, postgresql_where=said)
    where = sql("reversed = 0 AND order_number <> ''")
    named = ["book", "site", "order_supplier", "order_number", "order_line"]
    op.create_index("link_by_order", "link", named, sqlite_where=where, postgresql_where=where)
    conn = op.get_bind()
    conn.execute(
        sql("CREATE TEMPORARY TABLE priced (book TEXT, event BIGINT, since BIGINT, PRIMARY KEY (book, event))")
    )
    for rows in conn.execute(sql(_PRICED)).partitions(1000):
        days = [{"book": book, "event": seq, "since": _since(body, at)} for book, seq, at, body in rows]
        conn.execute(sql("INSERT INTO priced VALUES (:book, :event, :since)"), days)
    of_its_day = f"since = (SELECT p.since {_OF_ITS_DAY}) WHERE since = 0 AND EXISTS (SELECT 1 {_OF_ITS_DAY})"
    conn.execute(sql(f"UPDATE order_price SET {of_its_day}"))  # noqa: S608 - our own names
    conn.execute(sql("DROP TABLE priced"))
    if hours := list(_answered_within(conn)):
        conn.execute(
            sql('UPDATE cases SET answer_hours = :hours WHERE book = :book AND site = :site AND "case" = :case'),
            hours,
        )


def _since(body: str, recorded_at: int) -> int:
    """When the document was made, else when it came; in microseconds."""
    said = json.loads(body).get("created_at")
    if said is None:
        return recorded_at
    at = datetime.fromisoformat(said)
    return (at - datetime.fromtimestamp(0, at.tzinfo)) // timedelta(microseconds=1)


def _answered_within(conn: Connection) -> Iterator[dict[str, Any]]:
    for book, site, case, body in conn.execute(sql(_RAISED)):
        hours = json.loads(body).get("answer_hours")
        if hours is not None:
            yield {"book": book, "site": site, "case": case, "hours": str(hours)}
