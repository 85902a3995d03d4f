"""Transfer goods between our sites: what left, and what is known of goods that come from another site."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.book.migrations.adding import add_columns

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEYS = ("book", "site", "destination", "number", "line")


def upgrade() -> None:
    op.create_table(
        "transfer_line",
        *(_text(name) for name in (*_KEYS, "part")),
        _big("quantity"),
        _text("status"),
        _big("seq"),
        _text("goods"),
        sa.PrimaryKeyConstraint(*_KEYS),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    add_columns("notice_line", stock_segment="TEXT")
    add_columns("link", handling_unit="TEXT", stock_segment="TEXT")


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, _BIG, nullable=False, autoincrement=False)
