from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.store import schema
from gateway.store.database import Database
from gateway.store.writer import Writer


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """An empty store."""
    opened = Database(tmp_path / "crossdock.db")
    with opened.writing.begin() as connection:
        schema.upgrade(connection)
    yield opened
    opened.close()


@pytest.fixture
def writer(database: Database) -> Iterator[Writer]:
    one = Writer(database.writing)
    yield one
    one.close()
