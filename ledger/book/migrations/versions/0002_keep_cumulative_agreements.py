"""Keep cumulative agreements: what suppliers say they shipped in all, and the open cases of a part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_KEYS = ("book", "site", "part", "supplier")
_OPEN = "status <> 'closed' AND code IN ('D11', 'D16')"


def upgrade() -> None:
    op.create_table(
        "cumulative_agreement",
        *(_text(name) for name in _KEYS),
        _big("start"),
        _text("partner"),
        *(_big(name) for name in ("adjusted", "before", "received_before", "advised", "difference")),
        _text("told"),
        sa.PrimaryKeyConstraint(*_KEYS),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
    where = sa.text(_OPEN)
    op.create_index("case_by_part", "cases", ["book", "site", "part"], sqlite_where=where, postgresql_where=where)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, _BIG, nullable=False, autoincrement=False)
