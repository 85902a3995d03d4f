"""Folders fetched from over SFTP: servers, leases, names seen, clean-ups that are still owed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sftp_circuit",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("failures", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("trouble", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("trouble_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("ok_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("host_key", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "sftp_place",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("folder", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("tag", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("holder", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("lease_until", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("token", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("polled_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("claims_refused", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "sftp_entry",
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("mtime", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("state", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("first_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("same_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("token", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("warned", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("place", "name"),
        sqlite_strict=True,
    )
    op.create_table(
        "sftp_cleanup",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("source", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("target", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("size", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("mtime", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
    )
    op.create_index("sftp_cleanup_place", "sftp_cleanup", ["place"], unique=False)
