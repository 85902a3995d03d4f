"""Engines over SQLite for tests of the books.

Rows for which no order was asked come in the other one than usual, so that nothing can rely on it.
"""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event


def file_engine(path: Path) -> Engine:
    """As the gateway opens it for writing: BEGIN IMMEDIATE, said by us and not by the driver."""
    engine = _reversed(create_engine(f"sqlite:///{path}"))
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    event.listen(engine, "begin", lambda opened: opened.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def memory_engine() -> Engine:
    """One database that goes with the engine."""
    return _reversed(create_engine("sqlite://"))


def read_rows(conn: Connection, *, forwards: bool) -> None:
    """From now on in SQLite's usual order where none was asked for, or in the other; nothing on another database."""
    if conn.dialect.name == "sqlite":
        conn.exec_driver_sql(f"PRAGMA reverse_unordered_selects = {'OFF' if forwards else 'ON'}")


def _reversed(engine: Engine) -> Engine:
    event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA reverse_unordered_selects = ON"))
    return engine
