"""Look again at order lines when a delivery is due or an invoice waits for goods, and at overdue shipments."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.book.migrations.adding import add_columns

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

_COUNTED = "status <> 'closed' AND code IN ('D09', 'D10', 'D11', 'D16')"


def upgrade() -> None:
    add_columns("order_line", deliveries="TEXT", wakes_at="INTEGER", invoiced="INTEGER", bills_due_at="INTEGER")
    add_columns("shipment", overdue_at="INTEGER")
    for index, table, column in (
        ("order_line_waking", "order_line", "wakes_at"),
        ("shipment_expected", "shipment", "overdue_at"),
    ):
        where = sa.text(f"{column} > 0")
        op.create_index(index, table, ["book", column], sqlite_where=where, postgresql_where=where)
    op.drop_index("case_by_part", "cases")
    where = sa.text(_COUNTED)
    columns = ["book", "site", "part"]
    op.create_index("case_by_part", "cases", columns, sqlite_where=where, postgresql_where=where)
