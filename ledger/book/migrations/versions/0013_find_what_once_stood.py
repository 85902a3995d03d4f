"""Let the index over the goods of a part hold empty buckets too, so that what once stood is found as fast."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("bucket_by_part", "bucket")
    op.create_index("bucket_by_part", "bucket", ["book", "part", "empty", "site", "location", "serial"])
