"""ShipmentStatusReported: files a carrier's word under each reference that notices may name. It moves nothing."""

from __future__ import annotations

from ledger.events import ShipmentStatusReported
from ledger.matching.decision import Decision, LineDecision
from ledger.matching.notices.overdue import hear
from ledger.matching.papers.filed import Carried, CarrierReport
from ledger.matching.resolved import document_of, microseconds
from ledger.matching.waiting import refuse_whole, waits_for_place
from ledger.matching.workset import Workset
from ledger.policy import Policy

REFERENCES = ("shipment_id", "bill_of_lading", "pro_number")


def decide_reported(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Notices find it by their references whenever they come, so it need not wait for them."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ShipmentStatusReported)  # noqa: S101  the dispatch table says so
    if waits_for_place(decision):
        return
    named = [(kind, reference) for kind in REFERENCES if (reference := getattr(event, kind))]
    reason = "" if event.statuses else f"Report {event.number} has no status. Send it with one."
    if not named:
        reason = f"Report {event.number} names no shipment: give `shipment_id`, `bill_of_lading` or `pro_number`."
    if reason:
        refuse_whole(decision, "", reason)
        return
    message, document = document_of(event)
    for entry, status in enumerate(event.statuses):
        said = microseconds(status.occurred_at or event.occurred_at or event.recorded_at)
        for kind, reference in named:
            workset.filed.append(
                CarrierReport(
                    book=resolved.book,
                    site="",
                    reference_kind=kind,
                    reference=reference,
                    occurred_at=now_us if said is None else said,
                    seq=resolved.seq,
                    entry=entry,
                    supplier=resolved.supplier,
                    carrier=event.carrier,
                    status=status.status,
                    code=status.code,
                    reason=status.reason,
                    expected_at=microseconds(status.expected_at),
                    place=status.place,
                    message=message,
                    document=document,
                    segment=status.segment,
                )
            )
    _tell_of_arrival(workset, decision, policy, now_us)
    decision.lines.append(LineDecision("", "posted"))


def _tell_of_arrival(workset: Workset, decision: Decision, policy: Policy, now_us: int) -> None:
    """Shipments that it names are expected when it says."""
    resolved = decision.resolved
    event = resolved.event
    assert isinstance(event, ShipmentStatusReported)  # noqa: S101  the dispatch table says so
    named = {event.shipment_id, event.bill_of_lading} - {""}
    for shipment in [one for one in workset.shipments.values() if one.key.book == resolved.book]:
        if not named & {shipment.key.shipment_id, shipment.bill_of_lading}:
            continue
        if resolved.supplier and resolved.supplier != shipment.key.supplier:
            continue
        for status in event.statuses:
            at = microseconds(status.occurred_at or event.occurred_at or event.recorded_at)
            said = Carried(now_us if at is None else at, microseconds(status.expected_at))
            hear(workset, decision, policy, shipment, said, now_us)
