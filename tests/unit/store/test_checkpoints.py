"""SQLite's log is moved into the file between transactions, when there is enough of it and not too often."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import Connection

from gateway.store import checkpoints
from gateway.store.alerts import Alert, put_alerts
from gateway.store.checkpoints import CHANGES_MIN, Checkpoints
from gateway.store.database import Database
from gateway.store.writer import Writer


def _put(connection: Connection, rows: int) -> None:
    put_alerts(connection, [Alert(kind="test", text="x" * 100) for _ in range(rows)])


def _size(database: Database) -> int:
    return database.path.stat().st_size


@pytest.fixture
def any_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "SECONDS_MIN", 0.0)


@pytest.mark.usefixtures("any_time")
def test_what_was_written_comes_into_the_file_after_the_commit(database: Database) -> None:
    own = Checkpoints()
    with database.writing.connect() as connection:
        with connection.begin():
            _put(connection, 2 * CHANGES_MIN)
        in_log = _size(database)

        assert own.run(connection) is True
        assert _size(database) > in_log
        # Nothing was written since.
        assert own.run(connection) is False
        assert not connection.in_transaction()


@pytest.mark.usefixtures("any_time")
def test_little_stays_in_the_log(database: Database) -> None:
    own = Checkpoints()
    with database.writing.connect() as connection:
        with connection.begin():
            _put(connection, 10)
        before = _size(database)

        assert own.run(connection) is False
        assert _size(database) == before


def test_two_are_not_close_together(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    own, done = Checkpoints(), []
    with database.writing.connect() as connection:
        for now in (100.1, 100.5, 100.8, 101.0):  # noqa: B007 - the clock reads it
            with connection.begin():
                _put(connection, 2 * CHANGES_MIN)
            done.append(own.run(connection))

    assert done == [False, True, False, True]


def test_while_a_backlog_is_worked_off_they_lie_further_apart(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 100.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    own, done = Checkpoints(), []
    with database.writing.connect() as connection:
        for now, is_quiet in ((101.0, True), (102.1, True), (103.0, True), (103.1, False)):  # noqa: B007
            with connection.begin():
                _put(connection, 2 * CHANGES_MIN)
            done.append(own.run(connection, is_quiet=is_quiet))

    assert done == [False, True, False, True]


@pytest.mark.usefixtures("any_time")
def test_a_reader_is_not_waited_for(database: Database) -> None:
    own = Checkpoints()
    with database.read() as reader, database.writing.connect() as connection:
        reader.exec_driver_sql("SELECT count(*) FROM alert").scalar()
        with connection.begin():
            _put(connection, 2 * CHANGES_MIN)

        assert own.run(connection) is True
        assert reader.exec_driver_sql("SELECT count(*) FROM alert").scalar() == 0


@pytest.mark.usefixtures("any_time")
def test_the_writer_does_it_once_its_callers_are_answered(database: Database, writer: Writer) -> None:
    before = _size(database)
    writer.run(lambda connection: _put(connection, 2 * CHANGES_MIN))
    # The next job begins after it.
    writer.run(lambda connection: _put(connection, 1))

    assert _size(database) > before
