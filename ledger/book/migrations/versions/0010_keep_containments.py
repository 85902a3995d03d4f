"""Keep containments: what is held wherever it stands, and on arrival, until they are closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "containment",
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("book", "number", "status")),
        sa.Column("seq", _BIG, nullable=False, autoincrement=False),
        sa.Column("opened_at", _BIG, nullable=False, autoincrement=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("criteria", "demands")),
        sa.Column("closed_seq", _BIG, nullable=False, autoincrement=False),
        sa.Column("closed_at", _BIG, nullable=True),
        sa.Column("disposition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("book", "number"),
        sqlite_strict=True,
        sqlite_with_rowid=True,
    )
