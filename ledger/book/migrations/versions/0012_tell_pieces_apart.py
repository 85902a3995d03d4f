"""Note which pieces of a goods receipt are told apart and which are held for want of a name; find serials."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.book.migrations.adding import add_columns

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_STANDING = "serial <> '' AND empty = 0"


def upgrade() -> None:
    add_columns("goods_receipt_line", doubtful="INTEGER", lot_controlled="INTEGER")
    add_columns("link", serials="TEXT")
    where = sa.text(_STANDING)
    columns = ["book", "part", "serial"]
    op.create_index("bucket_by_serial", "bucket", columns, sqlite_where=where, postgresql_where=where)
