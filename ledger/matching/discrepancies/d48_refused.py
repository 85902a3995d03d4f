"""D48: a partner refused a document that we sent, or a part of it, and is waiting for what follows."""

from __future__ import annotations

from ledger.events import AcknowledgmentReported
from ledger.matching.decision import Finding
from ledger.matching.discrepancies.about import about_sent, named
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.resolved import ResolvedEvent

CLASS = DiscrepancyClass(
    code="D48",
    name="Refused by the partner",
    grade="",
    fault="system",
    roles=("integration", "procurement"),
    answer_hours=4,
)
FAULTS_SAID_MAX = 5
_REFUSED = ("rejected", "partial")


def find(resolved: ResolvedEvent, event: AcknowledgmentReported) -> Finding:
    """Settles once the document is accepted after all, settled by a person or has another in its place."""
    how = {"partial": "refused in part", "accepted": "accepted with errors noted"}.get(event.status, "refused")
    how += f" by {event.to}{f' with {event.answered_with}' if event.answered_with else ''}"
    asks = "Mend it and write it anew, send it again, or mark it reviewed."
    if event.status == "accepted":
        asks = "Nothing is to be sent: mend what makes the next one."
    said = "; ".join(_said(fault.code, fault.text, fault.value) for fault in event.faults[:FAULTS_SAID_MAX])
    more = len(event.faults) - FAULTS_SAID_MAX
    text = f"{named(event)} was {how}{f': {said}' if said else ''}{f'; and {more} more' if more > 0 else ''}. {asks}"
    return about_sent(CLASS, resolved, event, text, settles=event.status not in _REFUSED)


def _said(code: str, text: str, value: str) -> str:
    about = f" ({value})" if value and value not in text else ""
    return f"{code} {text}{about}".strip()
