"""Opening a home's database: the tables of an empty one are made, those of another version refused."""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.errors import OperatorMistake
from gateway.store import schema
from gateway.store.database import Database
from ledger import book


def prepare(database: Database) -> None:
    """Make the tables of an empty database; refuse those of another version, naming `db upgrade`."""
    with database.writing.begin() as connection:
        if not schema.version(connection) and not book.version(connection):
            schema.upgrade(connection)
            book.upgrade(connection)
        check(connection)


def check(connection: Connection) -> None:
    schema.check(connection)
    try:
        book.check_version(connection)
    except book.VersionMismatch as mismatch:
        raise OperatorMistake(str(mismatch)) from mismatch
