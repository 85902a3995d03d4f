"""Answer a case anew that was opened again: its time to answer runs from then."""

from __future__ import annotations

from ledger.book.migrations.adding import add_columns

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_columns("cases", reopened_at="INTEGER")
