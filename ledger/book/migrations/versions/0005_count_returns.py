"""Count what went back to its supplier after it was received, beside what was received in all."""

from __future__ import annotations

from ledger.book.migrations.adding import add_columns

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_columns("cumulative", returned="INTEGER")
