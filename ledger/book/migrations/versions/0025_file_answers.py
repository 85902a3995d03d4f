"""File what became of documents that we sent, for the scorecard of who answers them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "document_answer",
        *(_text(name) for name in ("book", "site", "partner", "sent")),
        _big("seq"),
        *(_text(name) for name in ("document", "number", "status", "answered_with")),
        _big("sent_at"),
        _big("at"),
        _text("answer"),
        sa.PrimaryKeyConstraint("book", "site", "partner", "sent", "seq"),
        sqlite_strict=True,
        sqlite_with_rowid=False,
    )


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _big(name: str) -> sa.Column[int]:
    return sa.Column(name, _BIG, nullable=False, autoincrement=False)
