"""Many rows in one statement: insert, update and select by keys, the same call on SQLite and PostgreSQL.

SQLite takes rows by fifties and keys as one JSON array; PostgreSQL takes one array per column through `unnest`,
spelled here, since the driver looks at every value by itself. Both leave the SQL text constant, so that it is parsed
once.
Nothing here knows what a row means.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain
from typing import Any

import msgspec
from sqlalchemy import Connection, LargeBinary, Table, Text

from ledger.book.errors import LedgerError
from ledger.book.storage.sharing import SHARING_MIN, shared_insert

Row = tuple[Any, ...]

TOGETHER = 50
"""Rows of one INSERT on SQLite, which finds the end of a table once for all of them."""
MANY = 2_000
"""Rows of one UPDATE that are worth fresh statistics of PostgreSQL: an event of very many lines, no usual batch."""


def insert(conn: Connection, table: Table, rows: Sequence[Row], *, ignore: bool = False) -> None:
    """Insert rows whose values stand in the order of the table's columns; `ignore` keeps rows that exist."""
    if not rows:
        return
    if conn.dialect.name == "sqlite":
        cursor, whole = _cursor(conn), len(rows) - len(rows) % TOGETHER
        for first in range(0, whole, TOGETHER):
            fifty = rows[first : first + TOGETHER]
            if len(fifty[0]) < SHARING_MIN or ignore:
                cursor.execute(_insert_sqlite(table, ignore, TOGETHER), tuple(chain.from_iterable(fifty)))
            else:
                cursor.execute(*shared_insert(table, fifty))
        cursor.executemany(_insert_sqlite(table, ignore, 1), rows[whole:])
        return
    columns = tuple(zip(*rows, strict=True))
    names = tuple(table.columns.keys())
    # Nearly always all rows are of one book and site: then these are sent once.
    same = 2 if names[:2] == ("book", "site") and len({row[:2] for row in rows}) == 1 else 0
    kinds = _kinds(table, names)
    given = [*rows[0][:same], *map(_array, kinds[same:], columns[same:])]
    _cursor(conn).execute(_insert_unnest(table, ignore, same), given)


@contextmanager
def together(conn: Connection) -> Iterator[None]:
    """Inserts and updates inside are sent to PostgreSQL without waiting for the answers, which are looked at last.

    Nothing may be read inside.
    """
    if conn.dialect.name == "sqlite":
        yield
        return
    checks: list[tuple[Any, str, int]] = []
    with _driver(conn).pipeline():
        conn.info[_CHECKS] = checks
        try:
            yield
        finally:
            del conn.info[_CHECKS]
    for cursor, name, rows in checks:
        _check(name, cursor.rowcount, rows)


def update(
    conn: Connection,
    table: Table,
    keys: tuple[str, ...],
    values: tuple[str, ...],
    rows: Sequence[Row],
    *,
    still: str = "",
) -> None:
    """Set `values` in the row named by `keys`; a row is the values, the keys, and what stands in the column `still`.

    Raises `LedgerError` when a row does not exist, or holds something else in `still`: on PostgreSQL this stands in
    place of foreign keys.
    """
    if not rows:
        return
    if conn.dialect.name == "sqlite":
        changed = _cursor(conn).executemany(_update_sqlite(table, keys, values, still), rows).rowcount
        _check(table.name, changed, len(rows))
        return
    kinds = _kinds(table, (*values, *keys, *((still,) if still else ())))
    cursor = _cursor(conn)
    if len(rows) >= MANY:
        # A plan kept from when the table was small walks all of it for each row. Fresh statistics end that plan, and
        # make the key the cheaper way; taken in this database transaction, they count what it has put in.
        cursor.execute(f'ANALYZE "{table.name}"')
    cursor.execute(_update_unnest(table, keys, values, still), [*map(_array, kinds, zip(*rows, strict=True))])
    if _CHECKS in conn.info:
        conn.info[_CHECKS].append((cursor, table.name, len(rows)))
    else:
        _check(table.name, cursor.rowcount, len(rows))


def _check(name: str, changed: int, rows: int) -> None:
    if changed != rows:
        raise LedgerError(f"{name}: {changed} of {rows} rows to change were there")


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
    filtered = (_array("text", list(kept)),) if column else ()
    keys_given = map(_array, _kinds(table, by), zip(*wanted, strict=True))
    return conn.exec_driver_sql(statement, (*keys_given, *values, *filtered)).fetchall()


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
    many: bool = False,
) -> Sequence[Row]:
    """`select` for the writer: plain tuples, past SQLAlchemy's result, which costs more than the rows; `many` as in
    `ask`."""
    wanted = list(keys)
    if not wanted:
        return ()
    names = tuple(name for name, _ in fixed)
    values = tuple(value for _, value in fixed)
    column, kept = among or ("", ())
    given: tuple[Any, ...]
    if conn.dialect.name == "sqlite":
        statement = _select_sqlite(table, columns, names, by, where, index, column)
        given = (_json(wanted).decode(), *values, *((_json(list(kept)).decode(),) if column else ()))
        if many:
            return _gather(conn, statement, given)
    else:
        statement = _select_unnest(table, columns, names, by, where, column)
        keys_given = map(_array, _kinds(table, by), zip(*wanted, strict=True))
        given = (*keys_given, *values, *((_array("text", list(kept)),) if column else ()))
    cursor = _cursor(conn)
    cursor.execute(statement, given)
    found: list[Row] = cursor.fetchall()
    return found


def within(
    conn: Connection,
    table: Table,
    columns: tuple[str, ...],
    fixed: tuple[tuple[str, Any], ...],
    by: str,
    ranges: Iterable[tuple[int, int]],
) -> list[Row]:
    """Rows where the `fixed` columns have their value and the column `by` is above the first number of one of the
    ranges and up to its second: plain tuples."""
    wanted = list(ranges)
    if not wanted:
        return []
    statement = _within(table, columns, tuple(name for name, _ in fixed), by, conn.dialect.name == "sqlite")
    given = (_json(wanted).decode(),) if conn.dialect.name == "sqlite" else tuple(
        _array("bigint", column) for column in zip(*wanted, strict=True)
    )  # fmt: skip
    return ask(conn, statement, (*given, *(value for _, value in fixed)))


@cache
def _within(table: Table, columns: tuple[str, ...], fixed: tuple[str, ...], by: str, is_sqlite: bool) -> str:
    listed = ", ".join(f't."{name}"' for name in columns)
    low, high = ("json_extract(k.value, '$[0]')", "json_extract(k.value, '$[1]')") if is_sqlite else ("low", "high")
    conditions = [f't."{name}" = ?' for name in fixed] + [f't."{by}" > {low}', f't."{by}" <= {high}']
    where = " AND ".join(conditions)
    # As for `select`: the ranges first, each a walk over its part of the index.
    if is_sqlite:
        return f'SELECT {listed} FROM json_each(?) AS k CROSS JOIN "{table.name}" AS t WHERE {where}'  # noqa: S608
    look_up = f'SELECT {listed} FROM "{table.name}" AS t WHERE {where} OFFSET 0'  # noqa: S608
    return f"SELECT found.* FROM {_RANGES} CROSS JOIN LATERAL ({look_up}) AS found"  # noqa: S608


_RANGES = "unnest(?::bigint[], ?::bigint[]) AS k(low, high)"


def ask(conn: Connection, statement: str, given: Row, *, many: bool = False) -> list[Row]:
    """Rows of a constant statement, `?` for each value: plain tuples, past SQLAlchemy's expressions and results,
    which cost a small question more than the database takes for it.

    `many`: thousands of rows of text and whole numbers, in no order.
    """
    if many and conn.dialect.name == "sqlite":
        return _gather(conn, statement, given)
    cursor = _cursor(conn)
    cursor.execute(statement if conn.dialect.name == "sqlite" else _marked(statement), given)
    found: list[Row] = cursor.fetchall()
    return found


def _gather(conn: Connection, statement: str, given: Row) -> list[Row]:
    """Many rows of SQLite as one JSON array: its driver asks it for each value by itself, and lets go of Python's
    lock for each row, which takes longer than to write JSON and to read it."""
    cursor = _cursor(conn)
    try:
        cursor.execute(_gathering(statement), given)
        return _rows(cursor.fetchone()[0])
    except sqlite3.DataError:
        # Longer than a text may be: a billion bytes, unless SQLite was built otherwise.
        cursor.execute(statement, given)
        found: list[Row] = cursor.fetchall()
        return found


@cache
def _gathering(statement: str) -> str:
    columns, rest = statement.split("FROM", 1)
    return f"SELECT json_group_array(json_array({columns.replace('SELECT', '', 1)})) FROM{rest}"


_rows = msgspec.json.Decoder(list[tuple[Any, ...]]).decode


@cache
def _marked(statement: str) -> str:
    return statement.replace("?", "%s")


def _cursor(conn: Connection) -> Any:
    """A cursor of the driver itself, inside the database transaction that SQLAlchemy would have begun."""
    if not conn.in_transaction():
        conn.begin()
    return conn.connection.cursor()


def _driver(conn: Connection) -> Any:
    if not conn.in_transaction():
        conn.begin()
    return conn.connection.driver_connection


_CHECKS = "ledger.bulk.checks"
_json = msgspec.json.Encoder().encode


def _array(kind: str, column: Sequence[Any]) -> str:
    """An array of PostgreSQL as text. A flag is a bool before it was stored and a number after: both are numbers."""
    if kind == "bigint":
        if None in column:
            column = ["NULL" if value is None else int.__repr__(value) for value in column]
            return f"{{{','.join(column)}}}"
        return f"{{{','.join(map(int.__repr__, column))}}}"
    if kind == "bytea":
        return '{"' + '","'.join([f"\\\\x{value.hex()}" for value in column]) + '"}'
    joined = '","'.join(column)
    if "\\" in joined or joined.count('"') != 2 * len(column) - 2:
        joined = '","'.join([value.replace("\\", "\\\\").replace('"', '\\"') for value in column])
    return f'{{"{joined}"}}'


@cache
def _insert_sqlite(table: Table, ignore: bool, rows: int) -> str:
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    marks = ", ".join([f"({', '.join('?' for _ in table.columns)})"] * rows)
    tail = " ON CONFLICT DO NOTHING" if ignore else ""
    return f'INSERT INTO "{table.name}" ({names}) VALUES {marks}{tail}'  # noqa: S608 - names of our own tables


@cache
def _insert_unnest(table: Table, ignore: bool, same: int) -> str:
    """`same` columns in front are the same in every row."""
    names = tuple(column.name for column in table.columns)
    kinds = _kinds(table, names)
    listed = ", ".join(f'"{name}"' for name in names)
    once = "".join(f"%s::{kind}, " for kind in kinds[:same])
    tail = " ON CONFLICT DO NOTHING" if ignore else ""
    rows = f"unnest({_arrays(kinds[same:])}) AS rows"
    return f'INSERT INTO "{table.name}" ({listed}) SELECT {once}rows.* FROM {rows}{tail}'  # noqa: S608


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
    listed = ", ".join([*(f'"new {name}"' for name in values), *(f'"{name}"' for name in named)])
    source = f"unnest({_arrays(_kinds(table, (*values, *named)))}) AS new({listed})"
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
    keys = f"unnest({_arrays(_kinds(table, by))}) AS k({names})"
    return f"SELECT found.* FROM {keys} CROSS JOIN LATERAL ({look_up}) AS found"  # noqa: S608


def _arrays(kinds: Iterable[str]) -> str:
    return ", ".join(f"%s::{kind}[]" for kind in kinds)


@cache
def _kinds(table: Table, names: tuple[str, ...]) -> tuple[str, ...]:
    """Types of PostgreSQL; a number of any width is sent wide."""
    types = (table.c[name].type for name in names)
    return tuple(
        "text" if isinstance(kind, Text) else "bytea" if isinstance(kind, LargeBinary) else "bigint" for kind in types
    )
