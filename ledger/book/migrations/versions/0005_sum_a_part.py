"""Let the index over the goods of a part hold all that its position sums, and find the order lines of a part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_SUMMED = ["book", "part", "site", "state", "revision", "location", "demand", "quantity"]


def upgrade() -> None:
    standing, still_open = sa.text("quantity <> 0"), sa.text("status = 'open'")
    op.drop_index("bucket_by_part", "bucket")
    op.create_index("bucket_by_part", "bucket", _SUMMED, sqlite_where=standing, postgresql_where=standing)
    op.create_index(
        "order_line_open", "order_line", ["book", "part"], sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_index("order_line_by_part", "order_line", ["book", "part", "seq"])
