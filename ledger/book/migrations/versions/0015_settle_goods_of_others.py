"""Settle goods of others that were used or changed hands."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "settlement",
        _text("book"),
        _text("site"),
        _big("seq"),
        _big("event"),
        sa.Column("n", sa.Integer(), nullable=False, autoincrement=False),
        *(_text(name) for name in ("line", "owner", "part", "lot", "serial", "cause")),
        _big("quantity"),
        _big("at"),
        _text("period"),
        sa.PrimaryKeyConstraint("book", "site", "seq", "event", "n"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("settlement_by_owner", "settlement", ["book", "owner", "period"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, _BIG, nullable=False, autoincrement=False)
