"""What few decisions read, put into the working set event by event: here stands in which order that happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ledger.book import changing
from ledger.book.bringing import closing_notices, closings, containing, labels, past, requiring, rulings
from ledger.matching.resolved import ResolvedEvent

if TYPE_CHECKING:
    from ledger.book.batch import Batch

BRINGERS = (
    containing.bring, past.bring, rulings.bring, changing.bring, closings.bring, requiring.bring, labels.bring,
    closing_notices.bring,
)  # fmt: skip


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """For the event, and for the notice that stands again by it."""
    for event in (resolved, *([resolved.undone] if resolved.undone is not None else [])):
        for one in BRINGERS:
            one(batch, event)
