"""Decisions of people about cases, and the passing of time."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from ledger.events.envelope import Event

Resolution = Literal["accept", "short_close", "credit", "return", "rework", "scrap", "recount", "waive"]


class DiscrepancyResolved(Event, tag="DiscrepancyResolved", frozen=True):
    """A person (or a rule) decides a case; what clears the clearing account is posted. `number` is the case id."""

    resolution: Resolution
    quantity: Decimal | None = None
    """In the part's base unit; None means all that is still open."""
    comment: str = ""


class TimePassed(Event, tag="TimePassed", frozen=True):
    """The clock reached `number` (ISO 8601, UTC): waits end and overdue facts become visible."""
