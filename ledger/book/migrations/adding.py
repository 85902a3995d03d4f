"""Adds columns to a table so that it is spelled as if it had been made with them.

SQLite's own ADD COLUMN keeps a default for ever and writes the column behind the constraints, so there the table is
made anew with its rows and indices. New columns stand last, and old rows hold `""` or 0 in them.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import text as sql

_FILLERS = {"TEXT": "''", "INTEGER": "0"}


def add_columns(table: str, **columns: str) -> None:
    """Name -> TEXT or INTEGER (64 bits wide on PostgreSQL), none of which may be NULL."""
    conn = op.get_bind()
    if conn.dialect.name != "sqlite":
        for name, kind in columns.items():
            wide = kind.replace("INTEGER", "BIGINT")
            op.execute(f"ALTER TABLE {table} ADD COLUMN {name} {wide} DEFAULT {_FILLERS[kind]} NOT NULL")
            op.execute(f"ALTER TABLE {table} ALTER COLUMN {name} DROP DEFAULT")
        return
    of_table = "FROM sqlite_master WHERE tbl_name = :name AND sql IS NOT NULL"
    made = conn.execute(sql(f"SELECT sql {of_table} AND type = 'table'"), {"name": table}).scalar_one()
    around = conn.execute(sql(f"SELECT sql {of_table} AND type <> 'table'"), {"name": table}).scalars().all()
    head, constraint, tail = made.partition("\tPRIMARY KEY")
    added = "".join(f"\t{name} {kind} NOT NULL, \n" for name, kind in columns.items())
    old = f"{table}_before"
    # All names before the first is dropped: SQLite drops nothing under an open cursor.
    indices = conn.execute(sql(f"SELECT name {of_table} AND type = 'index'"), {"name": table}).scalars().all()
    for name in indices:
        op.execute(f"DROP INDEX {name}")
    op.execute(f"ALTER TABLE {table} RENAME TO {old}")
    op.execute(head + added + constraint + tail)
    fillers = ", ".join(_FILLERS[kind] for kind in columns.values())
    op.execute(f"INSERT INTO {table} SELECT *, {fillers} FROM {old}")  # noqa: S608 - our own names
    op.execute(f"DROP TABLE {old}")
    for statement in around:
        op.execute(statement)
