"""Hold wrong revisions on arrival, and count the uses of deviations, substitutions and engineering changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.book.migrations.adding import add_columns

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEYS = ("book", "site", "kind", "number", "seq", "event", "line", "stage", "revision")
_PLACE = ["book", "site", "part"]
_OPEN = "status <> 'closed' AND code IN ('D38', 'D40', 'D43', 'D44', 'D45')"


def upgrade() -> None:
    add_columns("goods_receipt_line", hold_reason="TEXT")
    op.create_table(
        "ruling_use",
        *(_text(name) for name in ("book", "site", "kind", "number")),
        *(_big(name) for name in ("seq", "event")),
        *(_text(name) for name in ("line", "stage", "part", "revision", "demand")),
        _big("quantity"),
        sa.PrimaryKeyConstraint(*_KEYS),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    op.create_index("ruling_use_by_number", "ruling_use", ["book", "kind", "number"])
    where = sa.text(_OPEN)
    op.drop_index("case_by_place", "cases")
    op.create_index("case_by_place", "cases", _PLACE, sqlite_where=where, postgresql_where=where)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, _BIG, nullable=False, autoincrement=False)
