"""What a webhook is sent: what was recorded, or CloudEvents."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.add_column("subscription", sa.Column("format", sa.Text(), server_default=sa.text("''"), nullable=False))
