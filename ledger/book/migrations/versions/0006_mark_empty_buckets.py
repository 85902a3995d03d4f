"""Mark empty buckets, so that a quantity changes without its index; say what a line may be without an inner table.

The partial index asked for `quantity <> 0`, so both engines rewrote it with every change of a quantity, and
PostgreSQL all other indices of the row too. SQLite made an inner table of `IN (four values)` for every line.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_STATUS = " OR ".join(f"status = '{status}'" for status in ("posted", "waiting", "refused", "conflict"))
_EMPTY = "(empty = 1) = (quantity = 0)"
_DIMENSIONS = (
    "part", "revision", "lot", "serial", "location", "owner", "segment", "state", "hold_reason", "handling_unit",
    "asn_line", "demand",
)  # fmt: skip


def upgrade() -> None:
    op.drop_index("bucket_by_part", "bucket")
    if op.get_bind().dialect.name == "sqlite":
        _remake("bucket", "empty", "quantity = 0", *_bucket())
        _remake("event_line", "", "", *_event_line())
    else:
        op.add_column("bucket", sa.Column("empty", sa.Integer(), nullable=False, server_default="0"))
        op.execute("UPDATE bucket SET empty = 1 WHERE quantity = 0")
        op.alter_column("bucket", "empty", server_default=None)
        op.create_check_constraint("bucket_empty", "bucket", _EMPTY)
        op.drop_constraint("event_line_status", "event_line", type_="check")
        op.create_check_constraint("event_line_status", "event_line", _STATUS)
    where = sa.text("empty = 0")
    columns = ["book", "part", "site", "location"]
    op.create_index("bucket_by_part", "bucket", columns, sqlite_where=where, postgresql_where=where)


def _remake(name: str, added: str, value: str, *items: Any) -> None:
    """SQLite changes no CHECK of a table: make it anew and copy the rows; `added` is a column that they had not."""
    op.rename_table(name, f"{name}_before")
    op.create_table(name, *items, sqlite_strict=True, sqlite_with_rowid=False)
    kept = ", ".join(item.name for item in items if isinstance(item, sa.Column) and item.name != added)
    into, values = (f"{kept}, {added}", f"{kept}, {value}") if added else (kept, kept)
    op.execute(f"INSERT INTO {name} ({into}) SELECT {values} FROM {name}_before")  # noqa: S608 - our own names
    op.drop_table(f"{name}_before")


def _bucket() -> tuple[Any, ...]:
    return (
        *_texts("book", "site"), _number("id", _BIG), *_texts("identity", *_DIMENSIONS),
        _number("external", sa.Integer()), _number("empty", sa.Integer()), _number("quantity", _BIG),
        sa.PrimaryKeyConstraint("book", "site", "id"),
        sa.UniqueConstraint("book", "site", "identity", name="bucket_identity"),
        sa.CheckConstraint("external = 1 OR quantity >= 0", name="bucket_not_below_zero"),
        sa.CheckConstraint(_EMPTY, name="bucket_empty"),
    )  # fmt: skip


def _event_line() -> tuple[Any, ...]:
    return (
        *_texts("book", "site"), _number("seq", _BIG), *_texts("line"), _number("segment", sa.Integer()),
        sa.Column("digest", sa.LargeBinary(), nullable=False), *_texts("status"),
        sa.PrimaryKeyConstraint("book", "site", "seq", "line"),
        sa.CheckConstraint(_STATUS, name="event_line_status"),
    )  # fmt: skip


def _texts(*names: str) -> tuple[sa.Column[str], ...]:
    return tuple(sa.Column(name, sa.Text(), nullable=False) for name in names)


def _number(name: str, kind: Any) -> sa.Column[int]:
    return sa.Column(name, kind, nullable=False, autoincrement=False)
