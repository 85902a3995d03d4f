"""Drafts become documents: what the writing needs is read, the partner's map writes, and the result is stored.

The map works with no lock held (`gateway.pipeline.answering.writing`), in a child where there are any; numbers,
envelopes and what awaits a 997 are stored afterwards (`gateway.pipeline.answering.envelopes`). What cannot be written
is parked with its reason, and never blocks what follows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial

import structlog
from sqlalchemy import Connection

from gateway.errors import OperatorMistake, Unavailable
from gateway.pipeline.answering.envelopes import Refused, Written, bundle, store
from gateway.pipeline.answering.writing import Gathered, message_of, write, write_one
from gateway.pipeline.context import Context
from gateway.pipeline.reading.children import Children
from gateway.store import gathering
from gateway.store.database import Database
from gateway.store.documents import load_documents
from gateway.store.drafts import Draft, load_draft, load_drafts
from gateway.store.evidence import load_evidence
from gateway.store.writer import Writer

log = structlog.get_logger(__name__)

DRAFTS_MAX = 50
STORED_AT_ONCE = 10
"""Written drafts that one database transaction stores: whoever is being accepted waits for no more than these."""
COLLECTED_MAX = 500
"""Of what was collected, so many are written at once."""
CHILD_BYTES_MAX = 1_000_000
"""What a child is sent of drafts at once; a larger one goes alone."""


def write_drafts(database: Database, writer: Writer, context: Context, children: Children | None = None) -> int:
    """Write the oldest drafts, and what was collected and is due; how many were settled, written or parked."""
    with database.read() as connection:
        drafts = load_drafts(connection, most=DRAFTS_MAX)
        collected = gathering.load_due(connection, now=context.at, most=COLLECTED_MAX)
        if not drafts and not collected:
            return 0
        gathered = [_gather(connection, draft) for draft in (*drafts, *collected)]
    done = _write_all(gathered, context, children)
    alone = [[one] for one in done[: len(drafts)]]
    together = bundle(done[len(drafts) :])
    lots = [alone[start : start + STORED_AT_ONCE] for start in range(0, len(alone), STORED_AT_ONCE)]
    for lot in (*lots, *([parcel] for parcel in together)):
        writer.run(partial(store, parcels=lot, context=context))
    return len(drafts) + len(collected)


def preview(connection: Connection, id: str, context: Context) -> tuple[tuple[str, ...], ...]:
    """The segments that a draft would be written with, between ST and SE; nothing is stored.

    Raises CrossdockError where it cannot be written.
    """
    gathered = _gather(connection, load_draft(connection, id))
    if isinstance(gathered, Refused):
        raise OperatorMistake(gathered.reason)
    return write_one(gathered, context.configuration, context.referring, context.now, context.writers).segments


def _gather(connection: Connection, draft: Draft) -> Gathered | Refused:
    try:
        message, with_bytes = message_of(draft)
    except OperatorMistake as mistake:
        return Refused(draft, str(mistake))
    if not message:
        return Gathered(draft)
    data = load_evidence(connection, [message]).get(message) if with_bytes else None
    return Gathered(draft, tuple(load_documents(connection, message)), data)


def _write_all(
    gathered: Sequence[Gathered | Refused], context: Context, children: Children | None
) -> list[Written | Refused]:
    """Each in its place; what a child could not write is written here, and what a registered writer writes."""
    ready = [one for one in gathered if isinstance(one, Gathered) and one.draft.kind not in context.writers]
    written: list[Written | Refused] = []
    for lot in _lots(ready):
        try:
            if children is None:
                raise Unavailable("no child")
            written += children.write(context, lot).result()
        except Unavailable as error:
            if children is not None:
                log.warning("child.failed", reason=str(error), drafts=len(lot))
            written += [write(one, context.configuration, context.referring, context.now) for one in lot]
    settled = iter(written)
    return [
        one
        if isinstance(one, Refused)
        else write(one, context.configuration, context.referring, context.now, context.writers)
        if one.draft.kind in context.writers
        else next(settled)
        for one in gathered
    ]


def _lots(gathered: Sequence[Gathered]) -> Iterator[list[Gathered]]:
    lot: list[Gathered] = []
    size = 0
    for one in gathered:
        if lot and (len(lot) >= STORED_AT_ONCE or size + one.size > CHILD_BYTES_MAX):
            yield lot
            lot, size = [], 0
        lot.append(one)
        size += one.size
    if lot:
        yield lot


class Drafting:
    """Writes drafts in a thread beside the posting of a backlog; where there are no children, when it is asked."""

    def __init__(self, database: Database, writer: Writer, children: Children | None) -> None:
        self._database, self._writer, self._children = database, writer, children
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="drafts") if children is not None else None
        self._running: Future[None] | None = None

    def begin(self, context: Context) -> None:
        """Write what there is, unless it is being done; `finish` waits for it, and writes what came too late for it.

        Call both from one thread at a time.
        """
        running = self._running
        if self._thread is None or (running is not None and (not running.done() or running.exception())):
            return
        self._running = self._thread.submit(self.write_all, context)

    def finish(self, context: Context) -> None:
        """Return when nothing is left to write. Raises what stopped the writing."""
        running, self._running = self._running, None
        if running is not None:
            running.result()
        self.write_all(context)

    def write_all(self, context: Context) -> None:
        while write_drafts(self._database, self._writer, context, self._children):
            pass

    def close(self) -> None:
        if self._thread is not None:
            self._thread.shutdown(wait=True)
