"""Signals that fired, each cause once, what was done about them, and how far expected documents were looked for."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "signal",
        sa.Column("seq", NUMBER, primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("signal", "book", "cause")),
        *_texts(
            "site",
            "partner",
            "supplier",
            "part",
            "lot",
            "location",
            "type",
            "number",
            "number_line",
            "quantity",
            "unit",
            "severity",
            "case",
            "message",
            "document",
        ),
        _number("event"),
        *_texts("text"),
        _number("at"),
        _number("over_at"),
        sa.UniqueConstraint("book", "signal", "cause"),
        sqlite_strict=True,
    )
    op.create_index(
        "signal_open", "signal", ["signal", "partner", "type"], sqlite_where=sa.text("over_at = 0 AND event = 0")
    )
    op.create_table(
        "signal_action",
        sa.Column("signal", NUMBER, nullable=False),
        sa.Column("n", NUMBER, nullable=False),
        *_texts("rule", "action", "given", "status"),
        _number("attempts"),
        _number("next_at"),
        *_texts("result", "reference"),
        _number("at"),
        sa.PrimaryKeyConstraint("signal", "n"),
        sqlite_strict=True,
    )
    op.create_index(
        "signal_action_due", "signal_action", ["next_at"], sqlite_where=sa.text("status IN ('due', 'failed')")
    )
    op.create_table(
        "expectation",
        sa.Column("id", sa.Text(), primary_key=True),
        _number("checked_to"),
        sqlite_strict=True,
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False) for name in names]


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, NUMBER, server_default=sa.text("0"), nullable=False)
