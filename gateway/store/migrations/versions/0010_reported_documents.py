"""Documents of ours about which the books were told: what ends their trouble is told too."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.add_column("sent_document", sa.Column("reported", NUMBER, server_default=sa.text("0"), nullable=False))
