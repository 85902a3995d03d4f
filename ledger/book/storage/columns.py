"""Column types of every table of the ledger, in one place: four types that mean the same on both engines.

STRICT tables on SQLite refuse VARCHAR, DATETIME and BOOLEAN, and NUMERIC is a float there. So text is Text, bytes
are LargeBinary, small numbers and 0/1 are Integer, and quantities (millionths), times (microseconds since 1970
UTC) and sequence numbers are 64 bits wide.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, Column, Index, Integer, LargeBinary, MetaData, Table, Text
from sqlalchemy import text as sql
from sqlalchemy.schema import SchemaItem

metadata = MetaData()

_BIG = BigInteger().with_variant(Integer(), "sqlite")


def text(name: str, *, key: bool = False) -> Column[str]:
    """Text, "" where absent."""
    return Column(name, Text, primary_key=key, nullable=False)


def big(name: str, *, key: bool = False) -> Column[int]:
    """64 bits: a quantity, a time or a number."""
    return Column(name, _BIG, primary_key=key, nullable=False, autoincrement=False)


def big_or_none(name: str) -> Column[int | None]:
    """64 bits, NULL where unknown; never part of a key."""
    return Column(name, _BIG, nullable=True)


def small(name: str, *, key: bool = False) -> Column[int]:
    """A small number, or 0/1."""
    return Column(name, Integer, primary_key=key, nullable=False, autoincrement=False)


def blob(name: str, *, key: bool = False) -> Column[bytes]:
    return Column(name, LargeBinary, primary_key=key, nullable=False)


def table(name: str, *items: SchemaItem, clustered: bool = True) -> Table:
    """A table; `clustered` keeps rows inside the primary key's tree on SQLite (small rows that come in key order)."""
    options: dict[str, Any] = {"sqlite_strict": True, "sqlite_with_rowid": not clustered}
    return Table(name, metadata, *items, **options)


def partial(name: str, *columns: Column[Any], where: str) -> Index:
    """A secondary index over the few rows that a question asks for."""
    return Index(name, *columns, sqlite_where=sql(where), postgresql_where=sql(where))


def check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name)
