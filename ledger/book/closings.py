"""Periods of the sites that a batch meets: brought in once per site, and only where something old comes in."""

from __future__ import annotations

from sqlalchemy import select

from ledger import governance
from ledger.book import tables
from ledger.book.codecs import PERIOD
from ledger.book.loading import Loader
from ledger.events import PERIODS
from ledger.matching.resolved import ResolvedEvent
from ledger.outcomes import Late


class Closings:
    """Knows what is late; fills `workset.periods`."""

    def __init__(self, loader: Loader, book: str) -> None:
        self._loader, self._book = loader, book

    def bring(self, resolved: ResolvedEvent) -> None:
        """Put the periods of the event's site into the working set, where the decision reads them."""
        if isinstance(resolved.event, PERIODS):
            self._load(resolved.site)

    def late(self, resolved: ResolvedEvent) -> Late | None:
        """The flag of an event that happened in a closed period."""
        if not resolved.occurred_at or not resolved.site:
            return None
        self._load(resolved.site)
        return governance.late_of(self._loader.workset.periods[self._book, resolved.site].values(), resolved)

    def _load(self, site: str) -> None:
        periods = self._loader.workset.periods
        if (self._book, site) in periods:
            return
        table = tables.period
        rows = self._loader.conn.execute(
            select(table).where(table.c.book == self._book, table.c.site == site).order_by(table.c.period)
        )
        found = [PERIOD.read(row) for row in rows]
        periods[self._book, site] = {period.period: period for period in found}
        self._loader.stored[PERIOD].update((self._book, site, period.period) for period in found)
