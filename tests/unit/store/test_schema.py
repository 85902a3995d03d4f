from __future__ import annotations

from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from gateway.errors import OperatorMistake
from gateway.store import schema, signal_tables, tables
from gateway.store.database import Database


def test_history_makes_the_tables_that_the_code_knows(database: Database) -> None:
    metadata = tables.inbox.metadata
    assert signal_tables.signal.metadata is metadata

    with database.read() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": schema.VERSION_TABLE})
        assert compare_metadata(context, metadata) == []


def test_every_table_of_ours_is_strict(database: Database) -> None:
    with database.read() as connection:
        loose = connection.execute(text("SELECT name FROM pragma_table_list WHERE schema = 'main' AND strict = 0"))
        assert set(loose.scalars()) == {"sqlite_schema", schema.VERSION_TABLE}


def test_head_is_the_newest_migration() -> None:
    assert schema._scripts()[1].get_heads() == [schema.HEAD]


def test_upgrading_again_changes_nothing(database: Database) -> None:
    with database.writing.begin() as connection:
        assert schema.upgrade(connection) is False


def test_tables_of_another_version_are_refused_with_the_mend(database: Database) -> None:
    with database.writing.begin() as connection:
        connection.execute(text("UPDATE gateway_version SET version_num = '0000'"))

    with database.read() as connection, pytest.raises(OperatorMistake) as refused:
        schema.check(connection)

    assert str(refused.value) == (
        f"the database has gateway tables 0000, this program needs {schema.HEAD}"
        " (use the newer Crossdock that made it)"
    )


def test_an_empty_database_is_refused_with_the_mend(tmp_path: Path) -> None:
    empty = Database(tmp_path / "empty.db")
    with empty.writing.begin() as connection, pytest.raises(OperatorMistake, match="run crossdock db upgrade"):
        schema.check(connection)
    empty.close()


def test_every_commit_is_synchronous_and_every_reader_read_only(database: Database) -> None:
    with database.writing.begin() as connection:
        assert connection.execute(text("PRAGMA synchronous")).scalar() == 2
        assert connection.execute(text("PRAGMA journal_mode")).scalar() == "wal"
    with database.read() as connection, pytest.raises(Exception, match="readonly"):
        connection.execute(text("DELETE FROM inbox"))
