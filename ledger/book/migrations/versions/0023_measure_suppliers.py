"""File what scorecards measure: how shipments left, how orders stood, labels, disruptions, and frozen cards."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _table(
        "departure", _texts("book", "site", "supplier", "shipment_id"), [_big("seq")],
        _texts("ship_from", "mode", "responsible", "reason", "authorization", "cost", "currency"), keys=5,
    )  # fmt: skip
    _table(
        "order_version", _texts("book", "site", "supplier", "order_number", "line"),
        [_big("seq"), sa.Column("entry", sa.Integer(), nullable=False, autoincrement=False)],
        [_big("changed_at"), _big("quantity"), sa.Column("due_at", _BIG, nullable=True)], _texts("status"), keys=7,
    )  # fmt: skip
    _table(
        "label_report", _texts("book", "site", "provider", "receipt_id", "line"), [_big("seq")], _texts("label"),
        keys=6,
    )  # fmt: skip
    _table(
        "disruption", _texts("book", "site", "supplier", "number"), [_big("seq")], _texts("disruption", "fault"),
        [_big("occurred_at")], _texts("part"), [_big("minutes")],
        _texts("shipment_id", "text", "message", "document"), keys=5,
    )  # fmt: skip
    _table(
        "score_snapshot", _texts("book", "site", "supplier", "month"), [_big("seq")], _texts("rules"),
        [_big("frozen_at")], _texts("reason", "card"), keys=5, clustered=False,
    )  # fmt: skip
    op.create_index("schedule_line_by_counterparty", "schedule_line", ["book", "site", "counterparty"])
    op.create_index("case_by_supplier", "cases", ["book", "supplier"])


def _table(name: str, *columns: list[sa.Column[object]], keys: int, clustered: bool = True) -> None:
    listed = [column for some in columns for column in some]
    key = sa.PrimaryKeyConstraint(*(column.name for column in listed[:keys]))
    op.create_table(name, *listed, key, sqlite_strict=True, sqlite_with_rowid=not clustered)


def _texts(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def _big(name: str) -> sa.Column[object]:
    return sa.Column(name, _BIG, nullable=False, autoincrement=False)
