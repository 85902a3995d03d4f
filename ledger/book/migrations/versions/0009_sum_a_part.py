"""Let a part's serials be summed without reading their rows, and find the order lines of a part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_BY_PART = ["book", "part", "site", "location", "serial", "empty"]
_SUMMED = ["book", "part", "site", "state", "revision", "location", "demand", "quantity", "serial", "empty"]


def upgrade() -> None:
    standing, still_open = sa.text("empty = 0"), sa.text("status = 'open'")
    op.drop_index("bucket_by_part", "bucket")
    op.create_index("bucket_by_part", "bucket", _BY_PART, sqlite_where=standing, postgresql_where=standing)
    if op.get_bind().dialect.name == "sqlite":
        op.create_index("bucket_serials", "bucket", _SUMMED, sqlite_where=sa.text("serial <> '' AND empty = 0"))
    op.create_index(
        "order_line_open", "order_line", ["book", "part"], sqlite_where=still_open, postgresql_where=still_open
    )
    op.create_index("order_line_by_part", "order_line", ["book", "part", "seq"])
