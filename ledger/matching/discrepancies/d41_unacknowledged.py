"""D41: a document that we sent was not acknowledged in time."""

from __future__ import annotations

from ledger.events import AcknowledgmentReported
from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_sent, named
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent

CLASS = DiscrepancyClass(
    code="D41",
    name="Acknowledgment overdue",
    grade="",
    fault="system",
    roles=("integration",),
    answer_hours=4,
)
"""Nobody is told, and no supplier's score knows it: whether a document or its answer was lost is for us to find."""


def find(resolved: ResolvedEvent, event: AcknowledgmentReported) -> Finding:
    """Settles once the document is acknowledged, settled by a person or has another in its place."""
    again = ""
    if event.sends_again:
        again = " It goes again by itself."
    elif event.resends:
        again = f" It went again by itself {'once' if event.resends == 1 else f'{event.resends} times'}."
    text = (
        f"{named(event)} was not acknowledged by {event.to} in time.{again} Ask the partner whether it came, send it "
        f"again, or mark it reviewed."
    )
    return about_sent(CLASS, resolved, event, text, settles=event.status != "overdue")
