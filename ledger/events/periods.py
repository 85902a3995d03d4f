"""Periods of the books of a site: signed off, and opened again."""

from __future__ import annotations

from datetime import datetime

from ledger.events.envelope import Event


class PeriodClosed(Event, tag="PeriodClosed", frozen=True):
    """Somebody signs off the figures of a site's period as they stand; `number` is the sign-off's own.

    What is recorded from then on belongs to the open period, whenever it happened; what happened in the closed one is
    flagged as late.
    """

    period: str
    """Its name: `2026-10`."""
    ends_at: datetime
    """Its end, aware: the first moment that no longer belongs to it."""
    place: str = ""
    """Our site, as sent (`92:PLT07`) or by its id."""
    comment: str = ""


class PeriodReopened(Event, tag="PeriodReopened", frozen=True):
    """The last sign-off of a site is withdrawn, with a reason; `number` is the withdrawal's own."""

    period: str
    place: str = ""
    reason: str = ""


PERIODS: tuple[type[Event], ...] = (PeriodClosed, PeriodReopened)
