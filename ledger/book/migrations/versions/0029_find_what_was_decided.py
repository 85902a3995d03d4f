"""Find what was decided of a part: a release that says the same again asks nothing anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

_DECIDED = "status = 'closed' AND resolution <> '' AND code IN ('D09', 'D10')"


def upgrade() -> None:
    where = sa.text(_DECIDED)
    op.create_index("case_decided", "cases", ["book", "site", "part"], sqlite_where=where, postgresql_where=where)
