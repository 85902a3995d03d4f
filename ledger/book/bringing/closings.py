"""Periods of the sites that a batch meets: brought in once per site, by the first event that asks or moved goods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger import governance
from ledger.book.storage import bulk
from ledger.book.storage.codecs import PERIOD
from ledger.events import PERIODS
from ledger.matching.resolved import ResolvedEvent
from ledger.outcomes import Late
from ledger.stock.period import Period

if TYPE_CHECKING:
    from ledger.book.batch import Batch

_PERIODS = f"SELECT {', '.join(PERIOD.columns)} FROM period WHERE book = ? AND site = ? ORDER BY period"  # noqa: S608


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """Put the periods of the event's site into the working set, where the decision reads them."""
    if isinstance(resolved.event, PERIODS):
        _periods(batch, resolved.site)


def late(batch: Batch, resolved: ResolvedEvent) -> Late | None:
    """The flag of an event that happened in a closed period."""
    if not resolved.occurred_at or not resolved.site:
        return None
    return governance.late_of(_periods(batch, resolved.site).values(), resolved)


def _periods(batch: Batch, site: str) -> dict[str, Period]:
    """The periods of the site by name, those that this batch closed or opened again included."""
    book, loader = batch.head.book, batch.loader
    known = loader.workset.periods.get((book, site))
    if known is None:
        known = loader.workset.periods[book, site] = {}
        for row in bulk.ask(loader.conn, _PERIODS, (book, site)):
            period: Period = PERIOD.read(row)
            known[period.period] = period
            loader.stored[PERIOD][book, site, period.period] = row
    return known
