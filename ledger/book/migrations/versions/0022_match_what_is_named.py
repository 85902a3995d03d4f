"""Keep what goods were called by and packed in, how sure their match is, and what a person said of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from ledger.book.migrations.adding import add_columns

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_columns("order_line", settled="INTEGER")
    add_columns("shipment", pro_number="TEXT")
    add_columns("notice_line", release="TEXT", reference="TEXT", packaging="TEXT", split_at="INTEGER")
    add_columns(
        "goods_receipt_line", release="TEXT", reference="TEXT", pro_number="TEXT", packaging="TEXT", answers="TEXT",
        queued="INTEGER",
    )  # fmt: skip
    add_columns("goods_receipt", booked_by="TEXT")
    add_columns("link", confidence="INTEGER")
    for name, table, columns, rows in (
        ("shipment_by_pro_number", "shipment", ["book", "site", "pro_number"], "pro_number <> ''"),
        ("notice_line_split", "notice_line", ["book", "split_at"], "split_at > 0 AND status = 'open'"),
        (
            "goods_receipt_line_naming", "goods_receipt_line", ["book", "site", "shipment_id"],
            "status = 'unmatched' AND shipment_id <> ''",
        ),
        ("goods_receipt_line_queued", "goods_receipt_line", ["book", "seq"], "queued = 1"),
    ):  # fmt: skip
        where = sa.text(rows)
        op.create_index(name, table, columns, sqlite_where=where, postgresql_where=where)
