"""Keep of which notices their partner was told once they had closed."""

from __future__ import annotations

from ledger.book.migrations.adding import add_columns

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_columns("shipment", told_closed="INTEGER")
