"""Keep rows of lines by exception: only of those that did not post at once, or stand beside an earlier instalment's.

What a line says, its segment and its digest included, is in the body of its event.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

from ledger.book.migrations.adding import add_columns

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

_STATUS = " OR ".join(f"status = '{status}'" for status in ("posted", "waiting", "refused", "conflict"))
_POSTED_AT_ONCE = """
    DELETE FROM event_line WHERE status = 'posted' AND EXISTS (
        SELECT 1 FROM event AS e JOIN outcome AS o ON o.book = e.book AND o.site = e.site AND o.event = e.seq
        WHERE e.book = event_line.book AND e.site = event_line.site AND e.seq = event_line.seq AND e.whole = 1
          AND o.seq = e.seq AND o.n = 0 AND o.result = 'posted'
    )
"""
_PARTLY = """
    SELECT o.book, o.site, o.seq, o.body FROM outcome AS o
    JOIN event AS e ON e.book = o.book AND e.site = o.site AND e.seq = o.seq
    WHERE o.event = o.seq AND o.n = 0 AND o.result = 'partly' AND e.whole = 1
"""
_FIRST_OF_ITS_KEY = """
    UPDATE event SET whole = 1 WHERE NOT EXISTS (
        SELECT 1 FROM event AS e
        WHERE e.book = event.book AND e.site IN (event.site, '') AND e.partner = event.partner
          AND e.kind = event.kind AND e.number = event.number AND e.revision = event.revision AND e.seq < event.seq
    )
"""


def upgrade() -> None:
    conn = op.get_bind()
    add_columns("event", whole="INTEGER")
    if conn.dialect.name == "sqlite":
        # Facts are append-only: the triggers step aside for this one statement.
        found = conn.execute(
            sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'")
        )
        triggers = {name: spelled for name, spelled in found.fetchall()}
        for name in triggers:
            op.execute(f"DROP TRIGGER {name}")
        op.execute(_FIRST_OF_ITS_KEY)
        for spelled in triggers.values():
            op.execute(spelled)
        _remake()
    else:
        op.execute("ALTER TABLE event DISABLE TRIGGER event_append_only")
        op.execute(_FIRST_OF_ITS_KEY)
        op.execute("ALTER TABLE event ENABLE TRIGGER event_append_only")
        op.drop_column("event_line", "segment")
        op.drop_column("event_line", "digest")
    op.execute(_POSTED_AT_ONCE)
    for book, site, seq, body in conn.execute(sa.text(_PARTLY)).fetchall():
        posted = [one["line"] for one in json.loads(body) if one["outcome"] == "posted"]
        for line in posted:
            conn.execute(
                sa.text("DELETE FROM event_line WHERE book = :book AND site = :site AND seq = :seq AND line = :line"),
                {"book": book, "site": site, "seq": seq, "line": line},
            )


def _remake() -> None:
    """SQLite would leave the columns' places in the spelling of the table: made anew with its rows."""
    op.rename_table("event_line", "event_line_before")
    op.create_table(
        "event_line",
        sa.Column("book", sa.Text(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("book", "site", "seq", "line"),
        sa.CheckConstraint(_STATUS, name="event_line_status"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.execute("INSERT INTO event_line SELECT book, site, seq, line, status FROM event_line_before")
    op.drop_table("event_line_before")
