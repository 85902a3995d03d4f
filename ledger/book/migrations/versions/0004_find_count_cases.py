"""Find the open cases of counts, adjustments and snapshots by their part."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = "status <> 'closed' AND code IN ('D38', 'D43', 'D44')"


def upgrade() -> None:
    where = sa.text(_OPEN)
    op.create_index("case_by_place", "cases", ["book", "site", "part"], sqlite_where=where, postgresql_where=where)
