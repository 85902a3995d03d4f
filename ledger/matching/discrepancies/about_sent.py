"""Findings about documents that we sent: one case per document, whatever becomes of it."""

from __future__ import annotations

from ledger.events import AcknowledgmentReported
from ledger.matching.decision import Finding
from ledger.matching.discrepancies.definition import DiscrepancyClass
from ledger.matching.records import Evidence
from ledger.matching.resolved import ResolvedEvent

OF_SHIPMENTS = ("856", "943", "945")
"""Documents whose number is that of a shipment; that of the others stands where orders do."""


def about_sent(
    kind: DiscrepancyClass, resolved: ResolvedEvent, event: AcknowledgmentReported, text: str, *, settles: bool
) -> Finding:
    """A finding about the document that `event` names."""
    evidence = [Evidence(event.sent.partition(".")[0], event.sent, 0)]
    if event.answer:
        places = sorted({fault.segment for fault in event.faults}) or [0]
        answer = event.answer.partition(".")[0]
        # Segments are those of our document: of the partner's answer only that it said so.
        evidence = [Evidence(evidence[0].message, event.sent, place) for place in places]
        evidence.append(Evidence(answer, event.answer, 0))
    finding = Finding(
        code=kind.code,
        site="",
        partner=event.to,
        fault=kind.fault,
        cause=f"sent:{event.sent}",
        text=text,
        settles=settles,
        evidence=tuple(evidence),
    )
    if event.document in OF_SHIPMENTS:
        finding.shipment_id = event.number
    else:
        finding.order_number = event.number
    return finding


def named(event: AcknowledgmentReported) -> str:
    """`850 PO1001`, and without a number of its own the document's id."""
    return f"{event.document} {event.number}"
