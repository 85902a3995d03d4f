"""Reconcile: what partners say about what we sent. Settles it, and never answers: an acknowledgment ends there."""

from __future__ import annotations

from sqlalchemy import Connection

from gateway.document import Fault
from gateway.pipeline.reading.acks import VERDICTS
from gateway.pipeline.reading.values import ReadDocument, ReceivedAck
from gateway.store.alerts import Alert
from gateway.store.sent import find_group, find_interchange, find_number, settle
from ledger.advices import AnyAdvice, ApplicationAdvice


def reconcile_document(connection: Connection, document: ReadDocument, *, at: int) -> list[Alert]:
    """Settle what a 997, 824 or 861 is about; alerts for refusals and for answers to nothing of ours."""
    row = document.row
    alerts: list[Alert] = []
    for ack in document.acks:
        alerts += _settle_group(connection, ack, partner=row.partner, document=row.id, at=at)
    if document.advice is not None:
        alerts += _settle_advice(connection, document.advice, partner=row.partner, document=row.id, at=at)
    return alerts


def reconcile_interchange(
    connection: Connection, ta1: tuple[str, ...], *, partner: str, message: str, at: int
) -> list[Alert]:
    """Settle the interchange that a TA1 is about. Source: X12.6, TA101, TA104 (A, E, R) and TA105."""
    control, verdict, note = (ta1[n] if len(ta1) > n else "" for n in (1, 4, 5))
    found = find_interchange(connection, partner=partner, interchange=control)
    if not found:
        return [_unexpected(partner, message, f"TA1 about interchange {control}, which we did not send", at)]
    if verdict != "R":
        # Accepted as an interchange: its documents still wait for their own 997.
        return []
    fault = Fault(code=note, text=f"the partner's TA1 refuses the interchange with {note}", level="interchange")
    for one in found:
        settle(connection, one, status="rejected", answered_by=message, faults=(fault,))
    return [_refused(partner, message, f"interchange {control} was refused with TA1 {note}", at)]


def _settle_group(connection: Connection, ack: ReceivedAck, *, partner: str, document: str, at: int) -> list[Alert]:
    control = ack.group_control.lstrip("0") or "0"
    found = find_group(connection, partner=partner, group_id=ack.group_id, group_control=control)
    if not found:
        text = f"997 about group {ack.group_id} {ack.group_control}, which we did not send"
        return [_unexpected(partner, document, text, at)]
    named = {(one.set_id, one.control): one for one in ack.sets}
    alerts = []
    for one in found:
        own = named.get((one.type, one.control))
        # AK9 A, E and R speak for every document; under P those that are not named stay open.
        code = own.code if own else ack.code
        status = VERDICTS.get(code, "rejected")
        if own is None and status == "partial":
            continue
        settle(connection, one, status=status, answered_by=document, faults=own.faults if own else ack.faults)
        if status == "rejected":
            alerts.append(_refused(partner, document, f"{one.type} {one.number} was refused by a 997", at))
    return alerts


def _settle_advice(connection: Connection, advice: AnyAdvice, *, partner: str, document: str, at: int) -> list[Alert]:
    if not isinstance(advice, ApplicationAdvice):
        # A customer's 861 about a shipment of ours: kept and shown, nothing of ours waits for it.
        return []
    found = find_number(connection, partner=partner, type=advice.original_set, number=advice.original_number)
    if not found:
        text = f"824 about {advice.original_set} {advice.original_number}, which we did not send"
        return [_unexpected(partner, document, text, at)]
    verdicts = {item.verdict for item in advice.items}
    status = "rejected" if "TR" in verdicts else "partial" if "IR" in verdicts else "accepted"
    faults = tuple(
        Fault(code=fault.code, text=fault.text, level="document", segment=fault.segment or None, value=fault.value)
        for item in advice.items
        for fault in item.faults
    )
    settle(connection, found[0], status=status, answered_by=document, faults=faults)
    if status == "accepted":
        return []
    return [_refused(partner, document, f"{advice.original_set} {advice.original_number} was answered by an 824", at)]


def _unexpected(partner: str, place: str, text: str, at: int) -> Alert:
    message = place.partition(".")[0]
    return Alert(kind="unexpected_ack", text=text, partner=partner, message=message, document=place, at=at)


def _refused(partner: str, place: str, text: str, at: int) -> Alert:
    message = place.partition(".")[0]
    return Alert(kind="refused_by_partner", text=text, partner=partner, message=message, document=place, at=at)
