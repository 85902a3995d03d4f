"""File what moves no goods: promises, schedules, carriers' reports, invoices, and the prices of orders."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_PLACE = (("book", "text"), ("site", "text"))
_FROM = (("message", "text"), ("document", "text"), ("segment", "small"))
_ORDER = (("supplier", "text"), ("order_number", "text"))
_PRICE = (("currency", "text"), ("amount", "text"), ("per", "big"))
_INVOICE = (("supplier", "text"), ("invoice_number", "text"), ("seq", "big"))

Columns = tuple[tuple[str, str], ...]


def upgrade() -> None:
    _table("order_price", (*_PLACE, *_ORDER, ("line", "text"), ("seq", "big"), ("event", "big")), _PRICE)
    _table(
        "promise",
        (*_PLACE, *_ORDER, ("seq", "big"), ("entry", "text")),
        (("line", "text"), ("status", "text"), ("code", "text"), ("quantity", "big?"), ("unit", "text"),
         ("promised_at", "big?"), ("ships_at", "big?"), ("acknowledged_at", "big"), ("acknowledgment", "text"),
         *_PRICE, ("reason", "text"), *_FROM),
    )  # fmt: skip
    _schedules()
    _carriage()
    _invoices()


def _schedules() -> None:
    _table(
        "schedule_line",
        (*_PLACE, ("part", "text"), ("direction", "text"), ("counterparty", "text"), ("schedule", "text"),
         ("issued_at", "big"), ("seq", "big"), ("line", "text")),
        (("number", "text"), ("release", "text"), ("purpose", "text"), ("quantities", "text"), ("replaces", "small"),
         ("basis", "text"), ("ship_to", "text"), ("order_number", "text"), ("order_line", "text"), ("unit", "text"),
         ("horizon_start", "big?"), ("horizon_end", "big?"), ("created_at", "big?"), ("cum_required", "big?"),
         ("cum_received", "big?"), ("requirements", "text"), ("authorizations", "text"), *_FROM),
        clustered=False,
    )  # fmt: skip


def _carriage() -> None:
    _table(
        "carrier_report",
        (*_PLACE, ("reference_kind", "text"), ("reference", "text"), ("occurred_at", "big"), ("seq", "big"),
         ("entry", "small")),
        (("supplier", "text"), ("carrier", "text"), ("status", "text"), ("code", "text"), ("reason", "text"),
         ("expected_at", "big?"), ("place", "text"), *_FROM),
    )  # fmt: skip
    _table(
        "carrier_number",
        (*_PLACE, ("supplier", "text"), ("shipment_id", "text"), ("seq", "big")),
        (("carrier", "text"), ("pro_number", "text")),
    )


def _invoices() -> None:
    _table(
        "invoice",
        (*_PLACE, *_INVOICE),
        (("partner", "text"), ("invoice", "text"), ("invoiced_at", "big?"), ("recorded_at", "big"),
         ("currency", "text"), ("order_number", "text"), ("refers_to", "text"), ("total", "text"),
         ("charges", "text"), ("evaluated", "small"), ("message", "text"), ("document", "text")),
        clustered=False,
    )  # fmt: skip
    op.create_index("invoice_by_seq", "invoice", ["book", "seq"])
    _table(
        "invoice_line",
        (*_PLACE, *_INVOICE, ("line", "text")),
        (("order_number", "text"), ("order_line", "text"), ("shipment_id", "text"), ("receipt_id", "text"),
         ("part", "text"), ("unit", "text"), ("quantity", "big"), *_PRICE, ("extended", "text"),
         ("segment", "small")),
        clustered=False,
    )  # fmt: skip
    where = sa.text("order_number <> ''")
    op.create_index(
        "invoice_line_by_order",
        "invoice_line",
        ["book", "site", "supplier", "order_number"],
        sqlite_where=where,
        postgresql_where=where,
    )
    op.create_index("invoice_line_by_part", "invoice_line", ["book", "site", "part"])


def _table(name: str, keys: Columns, values: Columns, *, clustered: bool = True) -> None:
    op.create_table(
        name,
        *(_column(*column) for column in (*keys, *values)),
        sa.PrimaryKeyConstraint(*(key for key, _ in keys)),
        sqlite_strict=True,
        sqlite_with_rowid=not clustered,
    )


def _column(name: str, kind: str) -> sa.Column[Any]:
    if kind == "text":
        return sa.Column(name, sa.Text(), nullable=False)
    if kind == "small":
        return sa.Column(name, sa.Integer(), nullable=False, autoincrement=False)
    if kind == "big?":
        return sa.Column(name, _BIG, nullable=True)
    return sa.Column(name, _BIG, nullable=False, autoincrement=False)
