"""What became of each document that we sent, what it was written from, and acknowledgments that are collected."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sent_history",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("n", NUMBER, nullable=False),
        sa.Column("event", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("status_before", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("comment", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
    )
    op.create_index("sent_history_message", "sent_history", ["message", "seq"], unique=False)
    op.create_table(
        "sent_draft",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("draft", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("message"),
        sqlite_strict=True,
    )
    op.create_table(
        "collected_ack",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("ack", sa.Text(), nullable=False),
        sa.Column("due_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("sent_in", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
    )
    op.create_index(
        "collected_ack_open", "collected_ack", ["lane", "seq"], unique=False, sqlite_where=sa.text("sent_in = ''")
    )
    op.create_index(
        "collected_ack_due", "collected_ack", ["due_at"], unique=False, sqlite_where=sa.text("sent_in = ''")
    )
    op.create_index("collected_ack_message", "collected_ack", ["message"], unique=False)
    op.create_index("sent_document_interchange", "sent_document", ["interchange", "partner"], unique=False)
