"""What the transports know of each message: names, digests, certificates, timings, awaited answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "transport",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("mic", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("due_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("facts", sa.Text(), server_default=sa.text("'{}'"), nullable=False),
        sa.PrimaryKeyConstraint("message"),
        sqlite_strict=True,
    )
    op.create_index(
        "transport_mic",
        "transport",
        ["partner", "mic"],
        unique=False,
        sqlite_where=sa.text("direction = 'in' AND mic <> ''"),
    )
    op.create_index(
        "transport_key",
        "transport",
        ["key"],
        unique=False,
        sqlite_where=sa.text("direction = 'out' AND key <> ''"),
    )
    op.create_index("transport_due", "transport", ["due_at"], unique=False, sqlite_where=sa.text("due_at > 0"))
