"""The one writer: a thread with a queue that commits many small jobs at once.

Jobs are functions of a connection. Accepts pass before postings, and up to `ACCEPTS_MAX` of them share one commit;
a job that fails is undone alone by its savepoint. A future is answered only after the commit, so whoever waits for
it may tell a partner. Nothing here knows what a job does.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from typing import Any, Literal, TypeVar

from sqlalchemy import Connection, Engine

from gateway.errors import Unavailable
from gateway.store.checkpoints import Checkpoints
from gateway.store.direct import cursor_of

T = TypeVar("T")
Job = Callable[[Connection], Any]
Lane = Literal["accept", "post"]

ACCEPTS_MAX = 64
"""Accepts that share one commit."""
LOCK_SECONDS = 0.020
"""No further posting joins a database transaction that has held the write lock for this long."""
QUIET_LOCK_SECONDS = 0.250
"""The same while nobody has been accepted for `QUIET_AFTER_SECONDS`: a backlog then drains with fewer flushes."""
QUIET_AFTER_SECONDS = 0.25
PAUSE_SECONDS = 0.1


class Writer:
    """Start it with the engine of `writing_engine`; `close` finishes what is queued, then stops."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._accepts: deque[tuple[Job, Future[Any]]] = deque()
        self._posts: deque[tuple[Job, Future[Any]]] = deque()
        self._wake = threading.Condition()
        self._closing = False
        self._accepted_at = -QUIET_AFTER_SECONDS
        self.commits = 0
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    def submit(self, job: Callable[[Connection], T], *, lane: Lane = "post") -> Future[T]:
        """Queue a job; its future has the result once the commit is durable, or what the job raised.

        A job must not commit, begin or keep its connection, and may run again only if its future failed.
        """
        future: Future[T] = Future()
        with self._wake:
            if self._closing:
                raise Unavailable("the writer is closing")
            if lane == "accept":
                self._accepted_at = time.monotonic()
                self._accepts.append((job, future))
            else:
                self._posts.append((job, future))
            self._wake.notify()
        return future

    @property
    def lock_seconds(self) -> float:
        """How long postings may hold the write lock just now; whoever cuts batches asks for it each time."""
        return QUIET_LOCK_SECONDS if self._is_quiet else LOCK_SECONDS

    @property
    def _is_quiet(self) -> bool:
        return time.monotonic() - self._accepted_at >= QUIET_AFTER_SECONDS

    def run(self, job: Callable[[Connection], T], *, lane: Lane = "post") -> T:
        """Submit and wait. Never call it from inside a job: the one thread would wait for itself."""
        if threading.current_thread() is self._thread:
            raise AssertionError("a job waits for the writer that runs it")
        return self.submit(job, lane=lane).result()

    def close(self) -> None:
        with self._wake:
            self._closing = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        checkpoints = Checkpoints()
        with self._engine.connect() as connection:
            while True:
                with self._wake:
                    while not (self._accepts or self._posts or self._closing):
                        self._wake.wait()
                    if not (self._accepts or self._posts):
                        return
                self._commit_group(connection)
                checkpoints.run(connection, is_quiet=bool(self._posts) and self._is_quiet)

    def _next(self, started: float, accepts: int) -> tuple[Lane, Job, Future[Any]] | None:
        with self._wake:
            if self._accepts and accepts < ACCEPTS_MAX:
                return "accept", *self._accepts.popleft()
            # A posting joins only while the lock is young and nobody waits to be answered.
            if self._posts and accepts == 0 and time.monotonic() - started < self.lock_seconds:
                return "post", *self._posts.popleft()
        return None

    def _commit_group(self, connection: Connection) -> None:
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        started, accepts = time.monotonic(), 0
        try:
            with connection.begin():
                while item := self._next(started, accepts):
                    lane, job, future = item
                    accepts += lane == "accept"
                    if not future.set_running_or_notify_cancel():
                        continue
                    result, failure = None, None
                    try:
                        with _savepoint(connection):
                            result = job(connection)
                    except Exception as error:
                        failure = error
                    answers.append((future, result, failure))
                    if failure is not None and not _is_open(connection):
                        # SQLite itself rolled back (a full disk does that): nothing of the group has happened.
                        raise failure
        except BaseException as error:
            # The commit itself failed (disk full, lock lost): none of the group happened.
            for future, _, _ in answers:
                future.set_exception(Unavailable(f"the commit failed: {error}"))
            if not isinstance(error, Exception):
                raise
            if not answers:
                # It could not even begin: whatever keeps the file from us is given time.
                time.sleep(PAUSE_SECONDS)
            return
        self.commits += 1
        for future, result, raised in answers:
            if raised is None:
                future.set_result(result)
            else:
                future.set_exception(raised)


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """What the block did is undone alone when it raises.

    Said to the driver itself: SQLAlchemy's own savepoint costs as much as storing the message that it guards.
    """
    cursor = cursor_of(connection)
    cursor.execute("SAVEPOINT job")
    try:
        yield
    except BaseException:
        if _is_open(connection):
            cursor.execute("ROLLBACK TO job")
            cursor.execute("RELEASE job")
        raise
    cursor.execute("RELEASE job")


def _is_open(connection: Connection) -> bool:
    raw: Any = connection.connection.dbapi_connection
    return bool(getattr(raw, "in_transaction", True))
