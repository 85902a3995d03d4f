"""Periods of a site's books that were signed off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "period",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("book", "site", "period", "status")),
        *(sa.Column(name, _BIG, nullable=False) for name in ("ends_at", "closed_seq", "closed_at")),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("closed_by", "comment")),
        sa.Column("reopened_seq", _BIG, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("book", "site", "period"),
        sqlite_strict=True,
    )
