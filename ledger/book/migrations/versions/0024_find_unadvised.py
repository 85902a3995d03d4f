"""Find what no notice advised by its supplier, as scorecards ask for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    where = sa.text("status = 'unmatched'")
    op.create_index(
        "goods_receipt_line_unadvised", "goods_receipt_line", ["book", "site", "supplier", "received_at"],
        sqlite_where=where, postgresql_where=where,
    )  # fmt: skip
