"""Process: claim messages, do the pure work, post in short database transactions. Drops nothing.

Claim and post run in the writer; between them no database transaction is open. A batch that fails is tried message by
message, and one that fails alone is parked with its reason.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future

import structlog

from gateway.errors import CrossdockError, Unavailable
from gateway.pipeline.answering.drafts import Drafting
from gateway.pipeline.context import Context
from gateway.pipeline.posting.batch import Posted, post
from gateway.pipeline.posting.claims import Claims
from gateway.pipeline.posting.pace import Pace
from gateway.pipeline.reading.children import Children
from gateway.pipeline.reading.message import read_message
from gateway.pipeline.reading.values import ReadMessage
from gateway.store.database import Database
from gateway.store.evidence import load_evidence
from gateway.store.inbox import ATTEMPTS_MAX, Claimed
from gateway.store.writer import Writer

log = structlog.get_logger(__name__)

LOT_MAX = 100
"""Messages that a child reads at once."""
FIRST_LOT_MAX = 8
"""The first lot is smaller and each next twice as large: posting begins as soon as something was read."""
LOT_BYTES_MAX = 1_000_000
INLINE_MAX = 20
"""A smaller backlog is read in the process itself: starting on it at once is quicker than sharing it."""


class Processor:
    """The worker of one process; call `run` from one thread at a time."""

    def __init__(
        self, database: Database, writer: Writer, children: Children | None, drafting: Drafting | None = None
    ) -> None:
        """`drafting` is begun with every posting of a backlog that queued something; the caller finishes it."""
        self._database = database
        self._writer = writer
        self._children = children
        self._drafting = drafting
        self._pace = Pace()

    def run(self, context: Context) -> tuple[Posted, bool]:
        """Take messages from the inbox through the whole step; zero messages: it was empty.

        Where there are children, a backlog for RUN_SECONDS (`claims`), else one group; True: more may be waiting.
        """
        total = Posted()
        posting: deque[tuple[list[ReadMessage], Future[Posted]]] = deque()
        claims = Claims(self._writer, context.at, goes_on=self._children is not None)
        for readings in self._read_all(claims, context):
            for batch in self._pace.cut(readings, self._writer.lock_seconds):
                posting.append((batch, self._submit(batch, context)))
            while len(posting) > 2:
                total = _add(total, self._finish(*posting.popleft(), context))
        while posting:
            total = _add(total, self._finish(*posting.popleft(), context))
        return total, claims.is_cut_short

    # --- reading ---

    def _read_all(self, claims: Iterable[list[Claimed]], context: Context) -> Iterator[list[ReadMessage]]:
        reading: deque[tuple[list[tuple[Claimed, bytes]], Future[list[ReadMessage]]]] = deque()
        first = FIRST_LOT_MAX
        for claimed in claims:
            with self._database.read() as connection:
                evidence = load_evidence(connection, [one.id for one in claimed])
            for lot in _lots([(one, evidence.get(one.id, b"")) for one in claimed], first):
                if self._children is None or len(claimed) <= INLINE_MAX:
                    while reading:
                        yield self._collect(*reading.popleft(), context)
                    yield [self._read_one(one, data, context) for one, data in lot]
                    continue
                reading.append((lot, self._children.read(context, lot)))
                if len(reading) > self._children.count:
                    yield self._collect(*reading.popleft(), context)
            first = LOT_MAX
        while reading:
            yield self._collect(*reading.popleft(), context)

    def _collect(
        self, lot: list[tuple[Claimed, bytes]], future: Future[list[ReadMessage]], context: Context
    ) -> list[ReadMessage]:
        try:
            return future.result()
        except Unavailable as error:
            log.warning("child.failed", reason=str(error), messages=len(lot))
            return [self._read_one(claimed, data, context) for claimed, data in lot]

    def _read_one(self, claimed: Claimed, data: bytes, context: Context) -> ReadMessage:
        """One message; a bug of ours on its bytes parks it and stops nothing."""
        if claimed.attempts > ATTEMPTS_MAX:
            return _parked(claimed, "gave_up", f"reading it was begun {claimed.attempts - 1} times and never ended")
        try:
            return read_message(claimed, data, context.configuration, context.zones, context.referring)
        except Exception as error:
            log.exception("message.unreadable", message=claimed.id)
            return _parked(claimed, "failed", f"reading it failed: {type(error).__name__}: {error}")

    # --- posting ---

    def _submit(self, batch: list[ReadMessage], context: Context) -> Future[Posted]:
        def job(connection: object) -> Posted:
            # The thread's own time: a busy machine makes every batch slow, and smaller ones would make it slower.
            started = time.thread_time()
            posted = post(connection, batch, context)  # type: ignore[arg-type]
            self._pace.learn(sum(message.weight for message in batch), time.thread_time() - started)
            return posted

        return self._writer.submit(job)

    def _finish(self, batch: list[ReadMessage], future: Future[Posted], context: Context) -> Posted:
        try:
            posted = future.result()
            if posted.queued and self._drafting is not None:
                self._drafting.begin(context)
            return posted
        except Unavailable:
            raise
        except Exception as error:
            if len(batch) > 1:
                log.warning("batch.failed", reason=f"{type(error).__name__}: {error}", messages=len(batch))
                total = Posted()
                for message in batch:
                    total = _add(total, self._finish([message], self._submit([message], context), context))
                return total
            return self._park(batch[0], error, context)

    def _park(self, message: ReadMessage, error: Exception, context: Context) -> Posted:
        if not isinstance(error, CrossdockError):
            log.error("message.failed", message=message.id, exc_info=error)
        parked = ReadMessage(
            id=message.id,
            token=message.token,
            partner=message.partner,
            received_at=message.received_at,
            reason_code="failed",
            reason=f"posting it failed: {type(error).__name__}: {error}",
            is_replay=message.is_replay,
        )
        return self._writer.run(lambda connection: post(connection, [parked], context))


def _parked(claimed: Claimed, code: str, text: str) -> ReadMessage:
    return ReadMessage(
        id=claimed.id,
        token=claimed.token,
        partner=claimed.partner,
        received_at=claimed.received_at,
        reason_code=code,
        reason=text,
    )


def _lots(work: list[tuple[Claimed, bytes]], most: int) -> Iterator[list[tuple[Claimed, bytes]]]:
    """The first of at most `most` messages, each next twice as large."""
    lot: list[tuple[Claimed, bytes]] = []
    size = 0
    for item in work:
        if lot and (len(lot) >= most or size + len(item[1]) > LOT_BYTES_MAX):
            yield lot
            lot, size, most = [], 0, min(2 * most, LOT_MAX)
        lot.append(item)
        size += len(item[1])
    if lot:
        yield lot


def _add(one: Posted, other: Posted) -> Posted:
    return Posted(*(a + b for a, b in zip(one, other, strict=True)))
