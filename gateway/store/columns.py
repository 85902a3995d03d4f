"""How the gateway's tables and columns are spelled, and the one metadata that holds them all."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Integer, MetaData, Table, Text, text
from sqlalchemy.schema import SchemaItem

Number = BigInteger().with_variant(Integer, "sqlite")
metadata = MetaData()


def text_column(name: str) -> Column[str]:
    """Text that is never NULL, "" unless something is said."""
    return Column(name, Text, nullable=False, server_default=text("''"))


def number(name: str, default: int = 0) -> Column[int]:
    """A whole number that is never NULL."""
    return Column(name, Number, nullable=False, server_default=text(str(default)))


def table(name: str, *columns: SchemaItem) -> Table:
    """A table of the gateway; STRICT on SQLite, so that it holds nothing of another type."""
    return Table(name, metadata, *columns, sqlite_strict=True)
