"""Whose an API key is and what that person may decide; who handed in a message that a person brought."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    for name in ("roles", "sites", "person", "acts_as"):
        op.add_column("api_key", sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False))
    op.add_column("inbox", sa.Column("actor", sa.Text(), server_default=sa.text("''"), nullable=False))
