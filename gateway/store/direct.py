"""Statements that go to the driver itself, for the step that senders wait for: compiled once, not for each message.

SQLAlchemy writes the SQL; of its way through an execution (events, results, types) these few statements use nothing,
and it cost more than SQLite's own work. Only for columns whose Python values the driver takes as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Insert, Select, TextClause, Update


class _Direct:
    """A statement, its text for the driver, and the names of its values in the order in which it binds them."""

    def __init__(self, statement: Insert | Update | Select[Any] | TextClause, columns: Sequence[str] | None) -> None:
        self.statement = statement
        self._columns = None if columns is None else list(columns)
        self._sql = ""
        self._names: tuple[str, ...] = ()

    def _run(self, connection: Connection, values: Iterable[Mapping[str, Any]], *, many: bool) -> Any:
        if not self._sql:
            compiled: Any = self.statement.compile(dialect=connection.dialect, column_keys=self._columns)
            self._names, self._sql = tuple(compiled.positiontup or ()), str(compiled)
        names = self._names
        bound = [tuple([row[name] for name in names]) for row in values]
        cursor = cursor_of(connection)
        return cursor.executemany(self._sql, bound) if many else cursor.execute(self._sql, bound[0])


class DirectInsert(_Direct):
    """`INSERT INTO table` with the given columns."""

    def __init__(self, statement: Insert, columns: Sequence[str]) -> None:
        super().__init__(statement, columns)

    def put(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Insert rows, each of which names all the columns; further names are not looked at."""
        self._run(connection, rows, many=True)


class DirectUpdate(_Direct):
    """An `UPDATE` whose values are `bindparam`s, each with a name of its own, or constants in its text."""

    def __init__(self, statement: Update) -> None:
        super().__init__(statement, None)

    def run(self, connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
        """Once for each row of values."""
        self._run(connection, rows, many=True)


class DirectSelect(_Direct):
    """A query whose values are `bindparam`s, each with a name of its own."""

    def __init__(self, statement: Select[Any] | TextClause) -> None:
        super().__init__(statement, None)

    def fetch(self, connection: Connection, **values: Any) -> list[tuple[Any, ...]]:
        """All rows, as plain tuples."""
        found: list[tuple[Any, ...]] = self._run(connection, [values], many=False).fetchall()
        return found


def cursor_of(connection: Connection) -> Any:
    """A cursor of the driver, inside the database transaction that SQLAlchemy would have begun."""
    if not connection.in_transaction():
        connection.begin()
    return connection.connection.cursor()
