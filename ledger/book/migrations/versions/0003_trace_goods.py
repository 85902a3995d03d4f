"""Note by which lots, serials, handling units and VINs goods can be traced."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TEXTS, _NUMBERS = ("book", "site", "kind", "value"), ("seq", "event")


def upgrade() -> None:
    op.create_table(
        "trace_key",
        *(sa.Column(name, sa.Text(), nullable=False) for name in _TEXTS),
        *(sa.Column(name, _BIG, nullable=False, autoincrement=False) for name in _NUMBERS),
        sa.PrimaryKeyConstraint(*_TEXTS, *_NUMBERS),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )
