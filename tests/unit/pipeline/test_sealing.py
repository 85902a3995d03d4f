"""Full runs of movements are sealed while time passes, slice by slice through the one writer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.pipeline.elapse import seal_full_runs
from gateway.store.database import Database
from gateway.store.writer import Writer
from ledger import queries
from ledger.book import upgrade, verify
from ledger.book.saving import sealing
from tests.store.world import Books, notice, order


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """Books with runs of two movements, and five movements in them."""
    database = Database(tmp_path / "crossdock.db")
    with database.writing.connect() as conn, conn.begin():
        upgrade(conn)
        books = Books(conn, run_size=2)
        for n in range(5):
            books.record(order(f"PO{n}", {"PLATE": 5}), notice(f"S{n}", f"PO{n}", {"PLATE": 5}))
    yield database
    database.close()


def test_every_full_run_is_sealed_through_the_writer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SLICE_ROWS", 3)
    monkeypatch.setattr(sealing, "CLOSING_ROWS", 3)
    writer = Writer(database.writing)

    for _ in range(3):
        seal_full_runs(database, writer)
    writer.close()

    with database.read() as conn:
        assert queries.head(conn).sealed_runs == 2
        assert verify(conn) == []
