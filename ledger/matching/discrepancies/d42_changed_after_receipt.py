"""D42: a notice is replaced or cancelled after goods of it were received."""

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
    accuracy=True,
)


def find(resolved: ResolvedEvent, verb: str) -> Finding:
    """The change is refused; the earlier notice stays in force. `verb` is `replaced` or `cancelled`."""
    number = resolved.event.number
    return about_document(
        CLASS,
        resolved,
        f"Shipment {number} cannot be {verb}: goods of it were received. The notice stays in force: settle the "
        f"difference with receiving.",
        field="number",
        value=number,
    )
