"""Keep from which day the price of an order line holds, and find shipments by their number."""

from __future__ import annotations

from alembic import op
from sqlalchemy import text

from ledger.book.migrations.adding import add_columns

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_columns("order_price", since="INTEGER")
    where = text("kind = 'GoodsShipped'")
    op.create_index("event_of_shipping", "event", ["book", "number"], sqlite_where=where, postgresql_where=where)
