"""First tables: inbox, evidence, documents, outbox, control numbers, configuration, keys, subscriptions, alerts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "alert",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("message", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("document", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("text", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
    )
    op.create_table(
        "api_key",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("scopes", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("revoked_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("name"),
        sa.UniqueConstraint("sha256"),
        sqlite_strict=True,
    )
    op.create_table(
        "configuration",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("parts", sa.Text(), nullable=False),
        sa.Column("at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sqlite_strict=True,
    )
    op.create_table(
        "control_number",
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("receiver", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("last", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("sender", "receiver", "kind"),
        sqlite_strict=True,
    )
    op.create_table(
        "destination",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("next_attempt", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("lease_until", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("token", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "document",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("n", NUMBER, nullable=False),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("format", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("version", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("sender", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("receiver", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("interchange", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("group_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("group_sender", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("group_receiver", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("group_control", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("control", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("test", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("digest", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("accepted", NUMBER, server_default=sa.text("-1"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason_code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("faults", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("unmapped", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("guide", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("map", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("configuration", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("result", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("original", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("first_segment", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("message", "n"),
        sqlite_strict=True,
    )
    op.create_index(
        "document_key", "document", ["interchange", "sender", "receiver", "group_control", "control"], unique=False
    )
    op.create_index(
        "document_open",
        "document",
        ["status", "at"],
        unique=False,
        sqlite_where=sa.text("status IN ('parked', 'held')"),
    )
    op.create_table(
        "evidence",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("chunk", NUMBER, nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("message", "chunk"),
        sqlite_strict=True,
    )
    op.create_table(
        "idempotency",
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("answer", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key"),
        sqlite_strict=True,
    )
    op.create_table(
        "inbox",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("channel", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("transport_key", sa.Text(), nullable=True),
        sa.Column("media_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("digest", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("size", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("received_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("test", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'new'"), nullable=False),
        sa.Column("lease_until", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("token", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("attempts", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("reason_code", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("faults", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("replay", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("done_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("channel", "partner", "transport_key"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("inbox_parked", "inbox", ["seq"], unique=False, sqlite_where=sa.text("status = 'parked'"))
    op.create_index("inbox_todo", "inbox", ["seq"], unique=False, sqlite_where=sa.text("status IN ('new', 'leased')"))
    op.create_table(
        "outbox",
        sa.Column("seq", NUMBER, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("destination", sa.Text(), nullable=False),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("name", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("media_type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("answers", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("book", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("dedupe", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("digest", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("size", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("'ready'"), nullable=False),
        sa.Column("reason", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("draft", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("attempts", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("sent_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("seq"),
        sa.UniqueConstraint("id"),
        sqlite_strict=True,
    )
    op.create_index("outbox_answers", "outbox", ["answers"], unique=False)
    op.create_index("outbox_dedupe", "outbox", ["dedupe"], unique=True, sqlite_where=sa.text("dedupe <> ''"))
    op.create_index("outbox_draft", "outbox", ["seq"], unique=False, sqlite_where=sa.text("status = 'draft'"))
    op.create_index(
        "outbox_ready",
        "outbox",
        ["destination", "seq"],
        unique=False,
        sqlite_where=sa.text("status IN ('draft', 'ready')"),
    )
    op.create_table(
        "published",
        sa.Column("hash", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash"),
        sqlite_strict=True,
    )
    op.create_table(
        "subscription",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("kinds", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("created_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("ended_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sqlite_strict=True,
    )
    op.create_table(
        "sent_document",
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("n", NUMBER, nullable=False),
        sa.Column("partner", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("type", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("number", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("sender", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("receiver", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("group_id", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("interchange", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("group_control", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("control", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("status", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("faults", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("answered_by", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("comment", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("clock_from", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", NUMBER, server_default=sa.text("0"), nullable=False),
        sa.ForeignKeyConstraint(
            ["message"],
            ["outbox.id"],
        ),
        sa.PrimaryKeyConstraint("message", "n"),
        sqlite_strict=True,
    )
    op.create_index(
        "sent_document_due", "sent_document", ["due_at"], unique=False, sqlite_where=sa.text("status = 'awaiting'")
    )
    op.create_index("sent_document_key", "sent_document", ["group_control", "receiver"], unique=False)
