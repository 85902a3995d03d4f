"""Many rows in one statement: insert, update and select by keys, the same call on SQLite and PostgreSQL.

SQLite takes `executemany` and keys as one JSON array; PostgreSQL takes one array per column through `unnest`. Both
leave the SQL text constant, so that it is parsed once. Nothing here knows what a row means.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import Connection, LargeBinary, Table, Text

from ledger.book.errors import LedgerError

Row = tuple[Any, ...]


def insert(conn: Connection, table: Table, rows: Sequence[Row], *, ignore: bool = False) -> None:
    """Insert rows whose values stand in the order of the table's columns; `ignore` keeps rows that exist."""
    if not rows:
        return
    if conn.dialect.name == "sqlite":
        _cursor(conn).executemany(_insert_sqlite(table, ignore), rows)
    else:
        conn.exec_driver_sql(_insert_unnest(table, ignore), _columns(rows))


def update(
    conn: Connection,
    table: Table,
    keys: tuple[str, ...],
    values: tuple[str, ...],
    rows: Sequence[Row],
    *,
    still: str = "",
) -> None:
    """Set `values` in the row named by `keys`; a row is the keys, what stands in the column `still`, and the values.

    Raises `LedgerError` when a row does not exist, or holds something else in `still`: on PostgreSQL this stands in
    place of foreign keys.
    """
    if not rows:
        return
    if conn.dialect.name == "sqlite":
        # The statement sets before it seeks. Numbered marks would keep the order of the rows, but Python 3.12 takes
        # them for names and warns on each use.
        named = len(keys) + bool(still)
        given = [row[named:] + row[:named] for row in rows]
        changed = _cursor(conn).executemany(_update_sqlite(table, keys, values, still), given).rowcount
    else:
        changed = conn.exec_driver_sql(_update_unnest(table, keys, values, still), _columns(rows)).rowcount
    if changed != len(rows):
        raise LedgerError(f"{table.name}: {changed} of {len(rows)} rows to change were there")


def select(
    conn: Connection,
    table: Table,
    columns: tuple[str, ...],
    fixed: tuple[tuple[str, Any], ...],
    by: tuple[str, ...],
    keys: Iterable[Row],
    *,
    where: str = "",
    index: str = "",
    among: tuple[str, Iterable[str]] | None = None,
) -> Sequence[Any]:
    """Rows where the `fixed` columns have their value and the columns `by` are one of `keys`.

    `where` is a constant condition, spelled as in a partial index so that the engine may use it. `index` names the
    secondary index to use: SQLite keeps no statistics of ours and would walk the primary key of the whole site.
    `among` keeps of these rows only those whose text column is one of the values.
    """
    wanted = list(keys)
    if not wanted:
        return ()
    names = tuple(name for name, _ in fixed)
    values = tuple(value for _, value in fixed)
    column, kept = among or ("", ())
    if conn.dialect.name == "sqlite":
        statement = _select_sqlite(table, columns, names, by, where, index, column)
        filtered: tuple[Any, ...] = (_json(list(kept)).decode(),) if column else ()
        return conn.exec_driver_sql(statement, (_json(wanted).decode(), *values, *filtered)).fetchall()
    statement = _select_unnest(table, columns, names, by, where, column)
    filtered = (list(kept),) if column else ()
    return conn.exec_driver_sql(statement, (*_columns(wanted), *values, *filtered)).fetchall()


def look_up(
    conn: Connection,
    table: Table,
    columns: tuple[str, ...],
    fixed: tuple[tuple[str, Any], ...],
    by: tuple[str, ...],
    keys: Iterable[Row],
    *,
    where: str = "",
    index: str = "",
    among: tuple[str, Iterable[str]] | None = None,
) -> Sequence[Row]:
    """`select` for the writer: plain tuples, on SQLite past SQLAlchemy's result, which costs more than the rows."""
    wanted = list(keys)
    if not wanted:
        return ()
    if conn.dialect.name != "sqlite":
        return select(conn, table, columns, fixed, by, wanted, where=where, index=index, among=among)
    names = tuple(name for name, _ in fixed)
    values = tuple(value for _, value in fixed)
    column, kept = among or ("", ())
    statement = _select_sqlite(table, columns, names, by, where, index, column)
    filtered = (_json(list(kept)).decode(),) if column else ()
    found: list[Row] = _cursor(conn).execute(statement, (_json(wanted).decode(), *values, *filtered)).fetchall()
    return found


def _cursor(conn: Connection) -> Any:
    """A cursor of sqlite3 itself, inside the database transaction that SQLAlchemy would have begun."""
    if not conn.in_transaction():
        conn.begin()
    return conn.connection.cursor()


_json = msgspec.json.Encoder().encode


def _columns(rows: Sequence[Row]) -> tuple[list[Any], ...]:
    """Columns of the rows; a flag is a bool before it was stored and a number after, and psycopg sends no mixture."""
    return tuple(
        [int(value) for value in column] if bool in set(map(type, column)) else list(column)
        for column in zip(*rows, strict=True)
    )


@cache
def _insert_sqlite(table: Table, ignore: bool) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join("?" for _ in table.columns)
    tail = " ON CONFLICT DO NOTHING" if ignore else ""
    return f'INSERT INTO "{table.name}" ({names}) VALUES ({marks}){tail}'  # noqa: S608 - names of our own tables


@cache
def _insert_unnest(table: Table, ignore: bool) -> str:
    names = tuple(column.name for column in table.columns)
    listed = ", ".join(f'"{name}"' for name in names)
    tail = " ON CONFLICT DO NOTHING" if ignore else ""
    return f'INSERT INTO "{table.name}" ({listed}) SELECT * FROM unnest({_arrays(table, names)}){tail}'  # noqa: S608


@cache
def _update_sqlite(table: Table, keys: tuple[str, ...], values: tuple[str, ...], still: str) -> str:
    sets = ", ".join(f'"{name}" = ?' for name in values)
    wheres = " AND ".join(f'"{name}" = ?' for name in ((*keys, still) if still else keys))
    return f'UPDATE "{table.name}" SET {sets} WHERE {wheres}'  # noqa: S608


@cache
def _update_unnest(table: Table, keys: tuple[str, ...], values: tuple[str, ...], still: str) -> str:
    named = (*keys, still) if still else keys
    sets = ", ".join(f'"{name}" = new."new {name}"' for name in values)
    wheres = " AND ".join(f't."{name}" = new."{name}"' for name in named)
    listed = ", ".join([*(f'"{name}"' for name in named), *(f'"new {name}"' for name in values)])
    source = f"unnest({_arrays(table, (*named, *values))}) AS new({listed})"
    return f'UPDATE "{table.name}" AS t SET {sets} FROM {source} WHERE {wheres}'  # noqa: S608


@cache
def _select_sqlite(
    table: Table,
    columns: tuple[str, ...],
    fixed: tuple[str, ...],
    by: tuple[str, ...],
    where: str,
    index: str,
    among: str,
) -> str:
    listed = ", ".join(f't."{name}"' for name in columns)
    conditions = [f't."{name}" = ?' for name in fixed]
    conditions += [f"t.\"{name}\" = json_extract(k.value, '$[{n}]')" for n, name in enumerate(by)]
    if where:
        conditions.append(where)
    if among:
        conditions.append(f't."{among}" IN (SELECT value FROM json_each(?))')  # noqa: S608
    # CROSS JOIN fixes the order: the keys first, each a look-up in the table's index.
    source = f'json_each(?) AS k CROSS JOIN "{table.name}" AS t{f" INDEXED BY {index}" if index else ""}'
    return f"SELECT {listed} FROM {source} WHERE {' AND '.join(conditions)}"  # noqa: S608


@cache
def _select_unnest(
    table: Table, columns: tuple[str, ...], fixed: tuple[str, ...], by: tuple[str, ...], where: str, among: str
) -> str:
    listed = ", ".join(f't."{name}"' for name in columns)
    names = ", ".join(f"k{n}" for n, _ in enumerate(by))
    conditions = [f't."{name}" = k{n}' for n, name in enumerate(by)] + [f't."{name}" = %s' for name in fixed]
    if where:
        conditions.append(where)
    if among:
        conditions.append(f't."{among}" = ANY(%s::text[])')
    # The keys first, each a look-up in the index: without fresh statistics PostgreSQL takes a growing table for an
    # empty one and walks all of a site. OFFSET 0 keeps it from pulling the look-up apart.
    look_up = f'SELECT {listed} FROM "{table.name}" AS t WHERE {" AND ".join(conditions)} OFFSET 0'  # noqa: S608
    return f"SELECT found.* FROM unnest({_arrays(table, by)}) AS k({names}) CROSS JOIN LATERAL ({look_up}) AS found"  # noqa: S608


def _arrays(table: Table, names: tuple[str, ...]) -> str:
    return ", ".join(f"%s::{_postgres_type(table, name)}[]" for name in names)


def _postgres_type(table: Table, name: str) -> str:
    kind = table.c[name].type
    if isinstance(kind, Text):
        return "text"
    return "bytea" if isinstance(kind, LargeBinary) else "bigint"
