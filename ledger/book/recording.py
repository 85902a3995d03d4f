"""`Ledger.record` and `Ledger.tick`: the only code that writes the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

from sqlalchemy import Connection, func, select

from ledger.book.batch import Batch
from ledger.book.bringing.snapshots import Snapshots
from ledger.book.due import next_due
from ledger.book.journal.heads import RUN_SIZE, lock_head, read_head
from ledger.book.resolution import by_site, directed, names_its_order, site_of
from ledger.book.saving.balances import Balances
from ledger.book.storage import bulk, tables
from ledger.events import ABOUT_CASES, MASTER_DATA, RULINGS, Event, read_event
from ledger.masterdata import AsSent, MasterData
from ledger.matching.resolved import microseconds, moment
from ledger.outcomes import Recorded
from ledger.policy import Policy
from ledger.policy.policy import write_policy

LIVE = "live"
_POLICY = "SELECT hash FROM policy WHERE hash = ?"


class Ledger:
    """The writer of the books. Keep one per process: it holds master data and balances between calls.

    It never commits: everything happens in the caller's database transaction (on SQLite opened with BEGIN
    IMMEDIATE), and a rollback takes all of it back.
    """

    def __init__(self, *, run_size: int = RUN_SIZE) -> None:
        self.run_size = run_size
        """Movements per sealed run, for books that this ledger founds."""
        self.snapshots = Snapshots()
        self._balances: dict[str, Balances] = {}

    def record(self, conn: Connection, events: Sequence[Event], policy: Policy, now: datetime) -> list[Recorded]:
        """Record events in order and give back what came of each.

        The first `len(events)` answers belong to the events given, in order. After them follow the answers for the
        further sites of an order that names several, and one for each earlier event that went on now, because what
        it was waiting for arrived: its outcomes (advices included) are as new as the others. Events come as sent,
        stamped with book, partner, source and actor; `site`, `recorded_at`, `policy` and `digest` are filled here.
        Data never raises; `LedgerError` means that a law would break: roll back, and try the events one by one.
        """
        if not events:
            return []
        self._keep_policy(conn, policy)
        now_us = _exact(now)
        # Books are locked in one order; live first, since the others take over its master data.
        batches: dict[str, Batch] = {
            book: self._begin(conn, book, policy, now_us) for book in sorted({event.book for event in events})
        }
        split = [by_site(directed(event, policy)) for event in events]
        parts = iter(self._record_runs(conn, batches, [part for parts in split for part in parts]))
        answers: list[Recorded] = []
        elsewhere: list[Recorded] = []
        for sites in split:
            answers.append(next(parts))
            elsewhere += [next(parts) for _ in sites[1:]]
        for batch in batches.values():
            elsewhere += self._finish(batch)
        return answers + elsewhere

    def _begin(self, conn: Connection, book: str, policy: Policy, now_us: int) -> Batch:
        """A batch over what an earlier one left known, where nothing has happened in the book since."""
        head = lock_head(conn, book, run_size=self.run_size)
        # Taken out: a batch that fails leaves nothing known.
        known = self._balances.pop(book, None)
        if known is not None and (known.chain != head.chain or known.is_full):
            known = None
        return Batch(conn, head, policy, now_us, self.snapshots, known)

    def _finish(self, batch: Batch) -> list[Recorded]:
        """Write the batch; gives back the answers for earlier events."""
        batch.finish()
        batch.balances.chain = batch.head.chain
        self._balances[batch.head.book] = batch.balances
        return batch.released

    def _record_runs(self, conn: Connection, batches: dict[str, Batch], events: list[Event]) -> list[Recorded]:
        """Each run of events of one book, master data or not, goes one way; one answer each, in order."""
        answers: list[Recorded] = []
        for (book, defines, _), events_in_a_row in groupby(events, key=_path):
            run = list(events_in_a_row)
            batch = batches[book]
            if book != LIVE:
                self._take_over(conn, batch)
            answers += batch.define(run) if defines else batch.post(run)
        return answers

    def share(self, conn: Connection, policy: Policy, now: datetime) -> list[Recorded]:
        """Bring the other books up to live's master data now instead of with their next event; what went on there."""
        answers: list[Recorded] = []
        books = select(tables.book.c.book).where(tables.book.c.book != LIVE).order_by(tables.book.c.book)
        for name in conn.execute(books).scalars().all():
            self._keep_policy(conn, policy)
            batch = self._begin(conn, name, policy, _exact(now))
            self._take_over(conn, batch)
            answers += self._finish(batch)
        return answers

    def tick(self, conn: Connection, policy: Policy, now: datetime, *, book: str = "") -> list[Recorded]:
        """End every wait that is due at `now`, in the book named or in all; one answer per event concerned.

        Records a `TimePassed` only when something was due, so a tick of a quiet ledger writes nothing.
        """
        now_us = _exact(now)
        answers: list[Recorded] = []
        known = conn.execute(select(tables.book.c.book).order_by(tables.book.c.book)).scalars().all()
        for name in [book] if book else known:
            due = next_due(conn, name)
            if due is None or due > now_us:
                continue
            self._keep_policy(conn, policy)
            batch = self._begin(conn, name, policy, now_us)
            answers += batch.pass_time()
            answers += self._finish(batch)
        return answers

    def next_due(self, conn: Connection) -> datetime | None:
        """The earliest deadline in any book; None when nothing waits. For schedulers."""
        books = conn.execute(select(tables.book.c.book)).scalars().all()
        times = [due for due in (next_due(conn, book) for book in books) if due is not None]
        return moment(min(times)) if times else None

    def masterdata(self, conn: Connection, *, book: str = LIVE) -> MasterData:
        """The snapshot in force; cheap when nothing changed since the last call."""
        return self.snapshots.current(conn, read_head(conn, book))

    def sites_of(self, conn: Connection, event: Event, policy: Policy, now: datetime) -> set[str]:
        """The sites at which an event would be recorded; "" for one that would wait, or go where its order stands."""
        sent = AsSent(self.masterdata(conn, book=event.book), event, now)
        return {site_of(part, sent)[0] for part in by_site(directed(event, policy))}

    def _keep_policy(self, conn: Connection, policy: Policy) -> None:
        if not bulk.ask(conn, _POLICY, (policy.hash,)):
            bulk.insert(conn, tables.policy, [(policy.hash, write_policy(policy).decode())], ignore=True)

    def _take_over(self, conn: Connection, batch: Batch) -> None:
        """Bring another book's master data up to live's; they are recorded there too, so that it stands by itself."""
        live = conn.execute(
            select(func.max(tables.masterdata.c.seq)).where(tables.masterdata.c.book == LIVE)
        ).scalar()
        if live is None or live == batch.head.copied_seq:
            return
        rows = conn.execute(
            select(tables.masterdata.c.body)
            .where(tables.masterdata.c.book == LIVE, tables.masterdata.c.seq > batch.head.copied_seq)
            .order_by(tables.masterdata.c.seq)
        )
        events = [read_event(body) for (body,) in rows]
        batch.define([event.__class__(**_fields(event), book=batch.head.book) for event in events])  # type: ignore[arg-type]
        batch.head.copied_seq = live


def _fields(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__struct_fields__ if name != "book"}


def _path(event: Event) -> tuple[str, bool, str]:
    """The book, whether the event is master data, and what its site follows from: each run of the same goes one way.

    A decision belongs to the site of its case, and a document without a place to that of its order: an event before
    it may only just have brought them.
    """
    follows = event.number if isinstance(event, ABOUT_CASES) or names_its_order(event) else ""
    return event.book, isinstance(event, (*MASTER_DATA, *RULINGS)), follows


def _exact(now: datetime) -> int:
    return microseconds(now) or 0
