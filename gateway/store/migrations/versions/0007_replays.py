"""Documents that were read again: by whom, with which map in place of which, and what it changed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    texts = (
        "message", "by", "configuration_before", "configuration", "map_before", "map", "difference", "result_before",
    )  # fmt: skip
    op.create_table(
        "replay",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        *(sa.Column(name, sa.Text(), server_default=sa.text("''"), nullable=False) for name in texts),
        *(
            sa.Column(
                name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), server_default=sa.text("0"), nullable=False
            )
            for name in ("n", "at")
        ),
        sqlite_strict=True,
    )
    op.create_index("replay_by_message", "replay", ["message", "n"])
