"""Keep from which day the price of an order line holds."""

from __future__ import annotations

from ledger.book.migrations.adding import add_columns

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_columns("order_price", since="INTEGER")
