"""Find the open cases of exceptions by their part, beside those of counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_OPEN = "status <> 'closed' AND code IN ('D38', 'D40', 'D43', 'D44', 'D45', 'D47')"


def upgrade() -> None:
    where = sa.text(_OPEN)
    op.drop_index("case_by_place", "cases")
    op.create_index("case_by_place", "cases", ["book", "site", "part"], sqlite_where=where, postgresql_where=where)
