"""Documents of ours that are collected: when they leave, in which message, and what each was written from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    for name in ("number", "sent_in"):
        op.add_column("outbox", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("outbox", sa.Column("due_at", NUMBER, server_default=sa.text("0"), nullable=False))
    op.add_column("sent_document", sa.Column("origin", sa.Text(), server_default=sa.text("''"), nullable=False))
    op.create_index(
        "outbox_collected",
        "outbox",
        ["partner", "book", "kind", "seq"],
        sqlite_where=sa.text("status = 'collected'"),
    )
