"""Found the book: the log, stock, matched documents and cases."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_TYPES: dict[str, Any] = {
    "": sa.Text(), "big": _BIG, "big?": _BIG, "small": sa.Integer(), "blob": sa.LargeBinary(),
}  # fmt: skip


def upgrade() -> None:
    _make_log()
    _make_stock()
    _make_documents()
    for table in ("event", "outcome", "movement"):
        _refuse_changes(table)


def _make_log() -> None:
    _table(
        "book",
        "book",
        "seq:big chain:blob recorded_at:big movements:big buckets:big cases:big masterdata_seq:big "
        "masterdata_stamp:blob copied_seq:big run_size:big sealed:big slices:big",
    )
    _table(
        "event",
        "book site partner kind number revision:small instalment:small",
        "seq:big digest:blob occurred_at:big? occurred_offset_minutes:small recorded_at:big policy message "
        "document body chain:blob movements_to:big",
        clustered=False,
    )
    _index("event_by_seq", "event", "book seq")
    _table(
        "event_line",
        "book site seq:big line",
        "segment:small digest:blob status",
        sa.CheckConstraint("status IN ('posted', 'waiting', 'refused', 'conflict')", name="event_line_status"),
    )
    _table("outcome", "book site event:big seq:big n:small", "result movements:big body", clustered=False)
    _table("policy", "hash", "body", clustered=False)
    _table("masterdata", "book kind number", "seq:big digest:blob stamp:blob body", clustered=False)
    _index("masterdata_by_seq", "masterdata", "book seq")
    _table("waiting", "book site event:big line need", "until:big?")
    _index("waiting_by_need", "waiting", "book need")
    _index("waiting_by_until", "waiting", "book until", where="until IS NOT NULL")


def _make_stock() -> None:
    _table(
        "bucket",
        "book site id:big",
        "identity part revision lot serial location owner segment state hold_reason handling_unit asn_line "
        "demand external:small quantity:big",
        sa.UniqueConstraint("book", "site", "identity", name="bucket_identity"),
        sa.CheckConstraint("external = 1 OR quantity >= 0", name="bucket_not_below_zero"),
    )
    _index("bucket_by_part", "bucket", "book part", where="quantity <> 0")
    _table(
        "movement",
        "book site number:big",
        "seq:big event:big line source:big target:big quantity:big",
        sa.CheckConstraint("quantity > 0 AND source <> target", name="movement_is_positive"),
    )
    _table("history", "book site run:big bucket:big number:big", "delta:big")
    _table("closing", "book site bucket:big run:big", "quantity:big")


def _make_documents() -> None:
    _table(
        "orders",
        "book site supplier order_number",
        "status seq:big partner order_type currency changed_seq:big message document",
        clustered=False,
    )
    _index("orders_by_number", "orders", "book site order_number")
    _table(
        "order_line",
        "book site supplier order_number line",
        "order_line part part_revision unit quantity:big seq:big segment:small due_at:big? advised:big "
        "received:big blanket:small status",
    )
    _table(
        "shipment",
        "book site supplier shipment_id",
        "status seq:big partner revision:small message document shipped_at:big? expected_at:big? "
        "notified_at:big first_received_at:big? bill_of_lading packing_slip supplier_as_sent ship_to_as_sent "
        "overtook:small",
        clustered=False,
    )
    _index("shipment_by_bill_of_lading", "shipment", "book site bill_of_lading", where="bill_of_lading <> ''")
    _index("shipment_by_id", "shipment", "book site shipment_id")
    _index("shipment_by_packing_slip", "shipment", "book site packing_slip", where="packing_slip <> ''")
    _table(
        "notice_line",
        "book site supplier shipment_id line",
        "part part_number part_revision unit quantity:big seq:big segment:small lot order_number order_line "
        "order_line_identity handling_units serials posted:big received:big damaged:big cleared:big over:big "
        "status closes_at:big? settled:big unit_sent numerator:big denominator:big hold_reason owner "
        "closed_at:big? bad:small",
    )
    _index("notice_line_closing", "notice_line", "book closes_at", where="closes_at IS NOT NULL AND status = 'open'")
    _index("notice_line_open", "notice_line", "book site part", where="status = 'open'")
    _table(
        "goods_receipt",
        "book site provider receipt_id",
        "seq:big partner message document received_at:big supplier_as_sent ship_to_as_sent",
        clustered=False,
    )
    _table(
        "goods_receipt_line",
        "book site provider receipt_id line",
        "part part_number part_revision unit supplier quantity:big damaged:big seq:big segment:small lot "
        "serials handling_unit shipment_id order_number order_line location condition complete:small "
        "bill_of_lading packing_slip unit_sent numerator:big denominator:big stock_status received_at:big "
        "waits_until:big? matched:big rung status",
    )
    _index("goods_receipt_line_unmatched", "goods_receipt_line", "book site part", where="status = 'unmatched'")
    _index(
        "goods_receipt_line_waiting",
        "goods_receipt_line",
        "book waits_until",
        where="waits_until IS NOT NULL AND status = 'unmatched'",
    )
    _table(
        "link",
        "book site provider receipt_id receipt_line number:small",
        "shipment_supplier shipment_id notice_line order_supplier order_number order_line quantity:big rung "
        "seq:big reversed:small source state hold_reason damaged:small settled:small lot revision owner",
    )
    _index(
        "link_by_notice",
        "link",
        "book site shipment_supplier shipment_id",
        where="reversed = 0 AND shipment_id <> ''",
    )
    _table("cumulative", "book site part supplier", "received:big")
    _table(
        "cases",
        "book site case",
        "code status part unit quantity:big expected:big actual:big opened_seq:big opened_at:big supplier "
        "partner shipment_id notice_line receipt_provider receipt_id receipt_line order_number order_line "
        "grade fault cause rule text owner due_at:big? clearing:big resolution resolved_at:big? comment "
        "evidence",
        clustered=False,
    )
    _index("case_by_id", "cases", "book case")
    _index("case_by_order_number", "cases", "book order_number", where="status <> 'closed' AND order_number <> ''")
    _index("case_by_receipt_id", "cases", "book receipt_id", where="status <> 'closed' AND receipt_id <> ''")
    _index("case_by_shipment_id", "cases", "book shipment_id", where="status <> 'closed' AND shipment_id <> ''")


def _table(name: str, keys: str, columns: str, *constraints: sa.Constraint, clustered: bool = True) -> None:
    """`keys` and `columns` are names, each with `:type` unless it is text; `?` may be NULL."""
    op.create_table(
        name,
        *(_column(spec) for spec in (keys + " " + columns).split()),
        sa.PrimaryKeyConstraint(*(spec.partition(":")[0] for spec in keys.split())),
        *constraints,
        sqlite_strict=True,
        sqlite_with_rowid=not clustered,
    )


def _column(spec: str) -> sa.Column[Any]:
    name, _, kind = spec.partition(":")
    return sa.Column(name, _TYPES[kind], nullable=kind.endswith("?"), autoincrement=False)


def _index(name: str, table: str, columns: str, *, where: str | None = None) -> None:
    condition = sa.text(where) if where else None
    op.create_index(name, table, columns.split(), sqlite_where=condition, postgresql_where=condition)


def _refuse_changes(table: str) -> None:
    """Facts may be added and never changed."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION ledger_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_TABLE_NAME || ' is append-only'; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION ledger_append_only()"
    )
