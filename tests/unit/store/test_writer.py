from __future__ import annotations

import threading
from concurrent.futures import Future

import pytest
from sqlalchemy import Connection, func, insert, select

from gateway.errors import Unavailable
from gateway.store.alerts import Alert, put_alerts
from gateway.store.database import Database
from gateway.store.tables import alert
from gateway.store.writer import ACCEPTS_MAX, LOCK_SECONDS, QUIET_LOCK_SECONDS, Writer


def _put(connection: Connection, text: str) -> str:
    put_alerts(connection, [Alert(kind="test", text=text)])
    return text


def _texts(database: Database) -> list[str]:
    with database.read() as connection:
        return list(connection.execute(select(alert.c.text).order_by(alert.c.seq)).scalars())


class _Held:
    """Holds the writer inside a first job until released, so that what follows queues up."""

    def __init__(self, writer: Writer) -> None:
        self._go, self._started = threading.Event(), threading.Event()
        self.future: Future[None] = writer.submit(self._wait)
        assert self._started.wait(5)

    def _wait(self, _connection: Connection) -> None:
        self._started.set()
        assert self._go.wait(5)

    def release(self) -> None:
        self._go.set()
        self.future.result()


def test_a_future_is_answered_after_its_commit_is_visible_to_readers(database: Database, writer: Writer) -> None:
    assert writer.run(lambda connection: _put(connection, "a")) == "a"

    assert _texts(database) == ["a"]


def test_accepts_waiting_together_share_one_commit(database: Database, writer: Writer) -> None:
    held = _Held(writer)
    futures = [writer.submit(lambda connection, n=n: _put(connection, str(n)), lane="accept") for n in range(40)]
    before = writer.commits
    held.release()

    assert [future.result() for future in futures] == [str(n) for n in range(40)]
    # They joined the commit of the job that was running.
    assert writer.commits - before == 1


def test_no_more_accepts_than_the_limit_share_a_commit(writer: Writer) -> None:
    held = _Held(writer)
    futures = [writer.submit(lambda connection: None, lane="accept") for _ in range(ACCEPTS_MAX + 1)]
    before = writer.commits
    held.release()
    for future in futures:
        future.result()

    assert writer.commits - before == 2


def test_accepts_pass_before_postings(database: Database, writer: Writer) -> None:
    held = _Held(writer)
    posting = writer.submit(lambda connection: _put(connection, "posting"))
    accept = writer.submit(lambda connection: _put(connection, "accept"), lane="accept")
    held.release()
    posting.result()
    accept.result()

    assert _texts(database) == ["accept", "posting"]


def test_a_failing_job_is_undone_alone(database: Database, writer: Writer) -> None:
    def fail(connection: Connection) -> None:
        _put(connection, "undone")
        raise ValueError("mine")

    held = _Held(writer)
    first = writer.submit(lambda connection: _put(connection, "first"), lane="accept")
    failing = writer.submit(fail, lane="accept")
    last = writer.submit(lambda connection: _put(connection, "last"), lane="accept")
    held.release()

    assert (first.result(), last.result()) == ("first", "last")
    with pytest.raises(ValueError, match="mine"):
        failing.result()
    assert _texts(database) == ["first", "last"]


def test_a_job_that_waits_for_the_writer_is_a_bug(writer: Writer) -> None:
    def wait_for_itself(_connection: Connection) -> None:
        writer.run(lambda connection: None)

    with pytest.raises(AssertionError, match="waits for the writer that runs it"):
        writer.run(wait_for_itself)


def test_a_failed_commit_fails_every_job_of_the_group_and_the_writer_lives_on(
    database: Database, writer: Writer
) -> None:
    def break_the_transaction(connection: Connection) -> None:
        _put(connection, "lost")
        connection.exec_driver_sql("ROLLBACK")

    with pytest.raises(Unavailable):
        writer.run(break_the_transaction)

    assert writer.run(lambda connection: _put(connection, "after")) == "after"
    assert _texts(database) == ["after"]


def test_closing_finishes_what_is_queued_and_takes_no_more(database: Database) -> None:
    writer = Writer(database.writing)
    future = writer.submit(lambda connection: _put(connection, "queued"))
    writer.close()

    assert future.result() == "queued"
    with pytest.raises(Unavailable, match="closing"):
        writer.submit(lambda connection: None)


def test_a_reader_keeps_its_snapshot_while_the_writer_writes(database: Database, writer: Writer) -> None:
    with database.read() as connection:
        count = select(func.count()).select_from(alert)
        before = connection.execute(count).scalar()
        writer.run(lambda inner: inner.execute(insert(alert), [{"kind": "x"}]))
        assert connection.execute(count).scalar() == before == 0


def test_postings_hold_the_lock_longer_only_while_nobody_is_at_the_door(writer: Writer) -> None:
    before = writer.lock_seconds

    writer.run(lambda connection: None, lane="accept")

    assert (before, writer.lock_seconds) == (QUIET_LOCK_SECONDS, LOCK_SECONDS)
