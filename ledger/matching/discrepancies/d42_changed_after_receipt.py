"""D42: a notice is replaced or cancelled after goods of it were received, or replaced after it was cancelled."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_document
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent

CLASS = DiscrepancyClass(
    code="D42",
    name="Notice changed after goods receipt",
    grade="fatal",
    fault="supplier",
    roles=("procurement", "receiving"),
    answer_hours=4,
    error_code="024",
)


def find(resolved: ResolvedEvent, verb: str) -> Finding:
    """The change is refused; the earlier notice stays in force. `verb` is `replaced` or `cancelled`."""
    number = resolved.event.number
    text = (
        f"Shipment {number} cannot be {verb}: goods of it were received. The notice stays in force: settle the "
        f"difference with receiving."
    )
    return about_document(CLASS, resolved, text, field="number", value=number)


def find_cancelled(resolved: ResolvedEvent) -> Finding:
    """A replacement of a notice that was cancelled: nothing is under way, whichever of both came first."""
    number = resolved.event.number
    text = f"Shipment {number} cannot be replaced: it was cancelled. If it was shipped after all, send a new notice."
    return about_document(CLASS, resolved, text, field="number", value=number)
