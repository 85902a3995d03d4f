"""Reconcile: what partners say about what we sent. Settles it, and never answers: an acknowledgment ends there.

What has to be looked at, and what ends that, is reported to the books.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from gateway.document import Fault
from gateway.pipeline.reading.acks import REFUSALS, VERDICTS
from gateway.pipeline.reading.values import ReadDocument, ReceivedAck, SetAck
from gateway.pipeline.reconciling.reports import report
from gateway.store.alerts import Alert
from gateway.store.sent import Sent, find_group, find_interchange, find_number, note, settle
from gateway.x12.codes import GROUP_OF_SET, TA1_WORDS
from ledger.advices import ApplicationAdvice
from ledger.events import AcknowledgmentReported
from ledger.events.answers import SentStatus


@dataclass(slots=True)
class Reconciled:
    """What came of one answer."""

    alerts: list[Alert] = field(default_factory=list)
    """Of refusals, and of answers to nothing of ours."""
    reports: list[AcknowledgmentReported] = field(default_factory=list)
    unmatched: str = ""
    """Why it could not be matched to anything that we sent: it waits for a person."""


def reconcile_document(connection: Connection, document: ReadDocument, *, at: int) -> Reconciled:
    """Settle what a 997, 999 or 824 is about."""
    row, done = document.row, Reconciled()
    for ack in document.acks:
        _settle_group(connection, ack, done, answer=row.type, partner=row.partner, document=row.id, at=at)
    if isinstance(document.advice, ApplicationAdvice):
        _settle_advice(connection, document.advice, done, partner=row.partner, document=row.id, at=at)
    return done


def reconcile_interchange(
    connection: Connection, ta1: tuple[str, ...], *, partner: str, message: str, at: int
) -> Reconciled:
    """Settle the interchange that a TA1 is about. Source: X12.6, TA101, TA104 (A, E, R) and TA105."""
    control, verdict, code = (ta1[n] if len(ta1) > n else "" for n in (1, 4, 5))
    found = find_interchange(connection, partner=partner, interchange=control.zfill(9))
    done = Reconciled()
    if not found:
        done.alerts = [_unexpected(partner, message, f"TA1 about interchange {control}, which we did not send", at)]
        return done
    note(connection, found, event="ta1", by=message, at=at, comment=f"{verdict} {code}".strip())
    if verdict != "R":
        # Accepted as an interchange: its documents still wait for their own 997.
        return done
    words = TA1_WORDS.get(code, "")
    text = f"the partner's TA1 refuses the interchange with {code}" + (f", {words}" if words else "")
    fault = Fault(code=code, text=text, level="interchange")
    for one in found:
        settle(connection, one, status="rejected", answered_by=message, at=at, faults=(fault,))
        if one.status != "none":
            done.reports += report(
                connection, one, "rejected", at=at, answer=message, answered_with="TA1", faults=(fault,)
            )
    done.alerts = [_refused(partner, message, f"interchange {control} was refused with TA1 {code}", at)]
    return done


def _settle_group(
    connection: Connection, ack: ReceivedAck, done: Reconciled, *, answer: str, partner: str, document: str, at: int
) -> None:
    found = find_group(connection, partner=partner, group_id=ack.group_id, group_control=_number(ack.group_control))
    if not found:
        text = f"{answer} about group {ack.group_id} {ack.group_control}, which we did not send"
        done.alerts.append(_unexpected(partner, document, text, at))
        return
    named = {(one.set_id, _number(one.control)): one for one in ack.sets}
    # An acknowledgment of ours is settled by nothing: whoever answers one answers for ever.
    waiting = [one for one in found if one.status != "none"]
    codes = _codes(ack, [named.get((one.type, _number(one.control))) for one in waiting])
    for one, code in zip(waiting, codes, strict=True):
        own = named.pop((one.type, _number(one.control)), None)
        status = VERDICTS.get(code, "rejected")
        if own is None and status == "partial":
            continue
        if one.status == "rewritten":
            # It stays closed; that the partner now has it twice is for a person to know.
            note(connection, [one], event=status, by=document, at=at, comment="after it was written anew")
            if status == "accepted":
                text = f"{one.type} {one.number} was accepted by a {answer} after it was written anew"
                done.alerts.append(_unexpected(partner, document, text, at))
            continue
        faults = (*(own.faults if own else ()), *ack.faults)
        settle(connection, one, status=status, answered_by=document, at=at, faults=faults)
        done.reports += report(
            connection, one, status, at=at, answer=document, answered_with=answer,
            faults=faults if status != "accepted" else (),
        )  # fmt: skip
        if status == "rejected":
            name = f"{one.type} {one.number}".rstrip()
            done.alerts.append(_refused(partner, document, f"{name} was refused by a {answer}", at))
    if waiting:
        for set_id, control in named:
            text = f"{answer} names {set_id} {control} in group {ack.group_id} {ack.group_control}, which has none"
            done.alerts.append(_unexpected(partner, document, text, at))


def _codes(ack: ReceivedAck, named: Sequence[SetAck | None]) -> list[str]:
    """The verdict on each document of a group, by what is said of it, None for nothing.

    A refused group refuses all of it. Under A and E those that are not named share the verdict of the group. Under P
    partners often name only what they refuse: the others are accepted where the count (AK904) says so, else open.
    """
    if ack.code in REFUSALS:
        return [ack.code for _ in named]
    others = sum(one is None for one in named)
    accepted = sum(one is not None and VERDICTS.get(one.code) == "accepted" for one in named)
    counted = ack.code == "P" and ack.accepted == accepted + others
    return [one.code if one is not None else "A" if counted else ack.code for one in named]


def _number(control: str) -> str:
    """A control number without the zeros in front, which partners add and drop."""
    return control.lstrip("0") or "0"


def _settle_advice(
    connection: Connection, advice: ApplicationAdvice, done: Reconciled, *, partner: str, document: str, at: int
) -> None:
    one = _find_advised(connection, advice, partner)
    if one is None:
        done.unmatched = f"824 about {advice.original_set} {advice.original_number}, which we did not send"
        return
    verdicts = {item.verdict for item in advice.items}
    status: SentStatus = "rejected" if "TR" in verdicts else "partial" if "IR" in verdicts else "accepted"
    faults = tuple(
        Fault(
            code=fault.code,
            text=fault.text,
            level="document",
            segment=fault.segment or None,
            tag=fault.tag,
            element=fault.element or None,
            value=fault.value,
        )
        for item in advice.items
        for fault in item.faults
    )
    if one.status == "rewritten":
        note(connection, [one], event=status, by=document, at=at, comment="after it was written anew")
        return
    settle(connection, one, status=status, answered_by=document, at=at, faults=faults)
    done.reports += report(connection, one, status, at=at, answer=document, answered_with="824", faults=faults)
    if status != "accepted":
        text = f"{advice.original_set} {advice.original_number} was answered by an 824"
        done.alerts.append(_refused(partner, document, text, at))


def _find_advised(connection: Connection, advice: ApplicationAdvice, partner: str) -> Sent | None:
    """The document that an 824 is about: by its business number, and by its control numbers where that leaves it
    open (OTI03, OTI08, OTI09). The newest, where it is still open then."""
    group = GROUP_OF_SET.get(advice.original_set, "")
    carried = [
        one
        for one in find_group(
            connection, partner=partner, group_id=group, group_control=_number(advice.original_group_control)
        )
        if one.type == advice.original_set
        and _number(one.control) == _number(advice.original_set_control)
        and one.number in ("", advice.original_number)
    ]
    found = find_number(connection, partner=partner, type=advice.original_set, number=advice.original_number)
    meant = [one for one in found if (one.group_control, _number(one.control)) == _controls(advice)]
    return next(iter((*meant, *found, *carried)), None)


def _controls(advice: ApplicationAdvice) -> tuple[str, str]:
    return _number(advice.original_group_control), _number(advice.original_set_control)


def _unexpected(partner: str, place: str, text: str, at: int) -> Alert:
    message = place.partition(".")[0]
    return Alert(kind="unexpected_ack", text=text, partner=partner, message=message, document=place, at=at)


def _refused(partner: str, place: str, text: str, at: int) -> Alert:
    message = place.partition(".")[0]
    return Alert(kind="refused_by_partner", text=text, partner=partner, message=message, document=place, at=at)
