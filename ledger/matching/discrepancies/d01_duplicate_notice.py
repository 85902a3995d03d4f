"""D01: a shipment id that is in force comes again, and says something else."""

from __future__ import annotations

from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_document
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent

CLASS = DiscrepancyClass(
    code="D01",
    name="Shipment id used twice",
    grade="fatal",
    fault="supplier",
    roles=("integration", "supplier"),
    answer_hours=1,
    error_code="DUP",
)


def find(resolved: ResolvedEvent, first_seq: int) -> Finding:
    """The second notice is refused; the first stays in force."""
    number = resolved.event.number
    return about_document(
        CLASS,
        resolved,
        f"Shipment {number} was notified already (event {first_seq}) with other content. The first notice stays in "
        f"force: send a replacement, or this shipment under another id.",
        field="number",
        value=number,
    )
