"""Look at order lines when the time is over by which they were to have come, and keep calls from the line."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.book.migrations.adding import add_columns

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    add_columns("order_line", late_at="INTEGER", arrivals="TEXT")
    _index("order_line_late", "order_line", ["book", "late_at"], "late_at > 0 AND status = 'open'")
    op.create_table(
        "line_call",
        *(_text(name) for name in ("book", "site", "partner", "number", "line", "part", "location", "unit")),
        *(_big(name) for name in ("quantity", "asked_at", "due_at", "seq", "served")),
        _small("looked"),
        _small("missed"),
        _big("served_at"),
        _text("status"),
        sa.PrimaryKeyConstraint("book", "site", "partner", "number", "line"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    _index("line_call_open", "line_call", ["book", "site", "part"], "status = 'open'")
    _index("line_call_due", "line_call", ["book", "due_at"], "status = 'open' AND looked = 0")


def _index(name: str, table: str, columns: list[str], where: str) -> None:
    condition = sa.text(where)
    op.create_index(name, table, columns, sqlite_where=condition, postgresql_where=condition)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, _BIG, nullable=False, autoincrement=False)


def _small(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)
