"""`Ledger.record` and `Ledger.tick`: the only code that writes the books."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from ledger.events import Event
from ledger.outcomes import Recorded
from ledger.policy import Policy


class Ledger:
    """The writer of the books. Keep one per process: it holds the master data snapshot between calls.

    It never commits: everything happens in the caller's database transaction (on SQLite opened with BEGIN
    IMMEDIATE), and a rollback takes all of it back.
    """

    def __init__(self, *, run_size: int = 32_768) -> None:
        self.run_size = run_size

    def record(self, conn: Connection, events: Sequence[Event], policy: Policy, now: datetime) -> list[Recorded]:
        """Record events in order and give back what came of each.

        The first `len(events)` answers belong to the events given, in order. After them follows one answer for
        each earlier event that posted now, because what it was waiting for arrived: its outcomes (advices
        included) are as new as the others. Events come as sent, stamped with book, partner, source and actor;
        `site`, `recorded_at`, `policy` and `digest` are filled here. Data never raises; `LedgerError` means that
        a law would break: roll back, and try the events one by one.
        """
        raise NotImplementedError

    def tick(self, conn: Connection, policy: Policy, now: datetime, *, book: str = "") -> list[Recorded]:
        """End every wait that is due at `now`, in the book named or in all; one answer per event concerned.

        Records a `TimePassed` only when something was due, so a tick of a quiet ledger writes nothing.
        """
        raise NotImplementedError

    def next_due(self, conn: Connection) -> datetime | None:
        """The earliest deadline in any book; None when nothing waits. For schedulers."""
        raise NotImplementedError
