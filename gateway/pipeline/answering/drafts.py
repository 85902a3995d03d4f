"""Writes what was decided: 861, 824 and 850 from their drafts, by the partner's map and with our control numbers.

The map and the guide work with no lock held; numbers, bytes and what awaits a 997 are stored together. What cannot be
written is parked with its reason, and never blocks what follows.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import msgspec
import structlog
from sqlalchemy import Connection

from gateway import x12
from gateway.document import Party
from gateway.errors import CrossdockError, OperatorMistake
from gateway.mapping import write_document
from gateway.messages import from_microseconds
from gateway.partners import Partner
from gateway.pipeline.answering.decide import Draft, delimiters_of, our_party
from gateway.pipeline.answering.places import place_faults
from gateway.pipeline.context import Context
from gateway.store import outbox
from gateway.store.alerts import Alert, put_alerts
from gateway.store.controls import ControlNumbers
from gateway.store.database import Database
from gateway.store.documents import DocumentRow, load_documents
from gateway.store.outbox import NewSent
from gateway.store.sent import keep_draft
from gateway.store.writer import Writer
from gateway.x12.codes import GROUP_OF_SET
from ledger.advices import AdvisedItem, AnyAdvice, ApplicationAdvice, ReceivingAdvice
from ledger.events import AnyEvent

log = structlog.get_logger(__name__)

DRAFTS_MAX = 50
STORED_AT_ONCE = 10
"""Written drafts that one database transaction stores: whoever is being accepted waits for no more than these."""

_decoder = msgspec.json.Decoder(Draft)


class Written(NamedTuple):
    """A document ready for its envelope: parties as we speak, and the segments between ST and SE."""

    draft: outbox.Draft
    partner: Partner
    number: str
    set_id: str
    group_id: str
    version: str
    sender: Party
    receiver: Party
    group_sender: str
    group_receiver: str
    segments: tuple[tuple[str, ...], ...]


class Refused(NamedTuple):
    draft: outbox.Draft
    reason: str


def write_drafts(database: Database, writer: Writer, context: Context) -> int:
    """Write the oldest drafts; how many were settled, written or parked."""
    with database.read() as connection:
        drafts = outbox.load_drafts(connection, most=DRAFTS_MAX)
        if not drafts:
            return 0
        done = [_write(connection, draft, context) for draft in drafts]
    for start in range(0, len(done), STORED_AT_ONCE):
        writer.run(partial(_store, done=done[start : start + STORED_AT_ONCE], context=context))
    return len(drafts)


def preview(connection: Connection, id: str, context: Context) -> tuple[tuple[str, ...], ...]:
    """The segments that a draft would be written with, between ST and SE; nothing is stored.

    Raises CrossdockError where it cannot be written.
    """
    return _write_one(connection, outbox.load_draft(connection, id), context).segments


def _store(connection: Connection, done: Sequence[Written | Refused], context: Context) -> None:
    written = [one for one in done if isinstance(one, Written)]
    uses = [(str(one.sender), str(one.receiver), kind) for one in written for kind in ("ISA", "GS", "ST")]
    numbers = ControlNumbers(connection, uses)
    for one in done:
        if isinstance(one, Written):
            _put(connection, one, numbers, context)
        else:
            _park(connection, one, context)
    numbers.save()


def _write(connection: Connection, draft: outbox.Draft, context: Context) -> Written | Refused:
    try:
        return _write_one(connection, draft, context)
    except CrossdockError as error:
        return Refused(draft, str(error))
    except Exception as error:
        log.exception("draft.failed", outbox_id=draft.id)
        return Refused(draft, f"writing it failed: {type(error).__name__}: {error}")


def _write_one(connection: Connection, draft: outbox.Draft, context: Context) -> Written:
    wanted = _decoder.decode(draft.draft)
    configuration = context.configuration
    partner = configuration.partners.get(draft.partner)
    if partner is None:
        raise OperatorMistake(f"partner {draft.partner} is gone")
    original: DocumentRow | None = None
    said = wanted.advice if wanted.advice is not None else wanted.event
    if isinstance(said, ApplicationAdvice):
        original = _find_original(connection, said)
        said = _about(place_faults(connection, said, configuration), original)
    if said is None:
        raise OperatorMistake("the draft holds nothing to write")
    if said.created_at is None:
        # What a document of ours must say of its making, and an event of our own systems may not have said.
        said = msgspec.structs.replace(said, created_at=from_microseconds(draft.created_at))
    found = configuration.map_to_write(partner.id, wanted.set_id)
    if found is None:
        raise OperatorMistake(f"no map writes {wanted.set_id} for {partner.id}")
    writing = write_document(found, _named_for_partner(said), partner)
    if faults := [fault.text for fault in writing.faults if fault.rejects]:
        raise OperatorMistake(f"the map of {wanted.set_id} cannot write it: " + "; ".join(faults))
    sender, receiver, group_sender, group_receiver = _parties(partner, original)
    return Written(
        draft=draft,
        partner=partner,
        number=getattr(said, "number", ""),
        set_id=wanted.set_id,
        group_id=GROUP_OF_SET.get(wanted.set_id, ""),
        version=partner.x12.release,
        sender=sender,
        receiver=receiver,
        group_sender=group_sender,
        group_receiver=group_receiver,
        segments=tuple(tuple(segment) for segment in writing.segments),
    )


def _find_original(connection: Connection, advice: ApplicationAdvice) -> DocumentRow | None:
    rows = load_documents(connection, advice.original_message) if advice.original_message else []
    return next((row for row in rows if row.id == advice.original_document), None)


def _named_for_partner(said: AnyAdvice | AnyEvent) -> AnyAdvice | AnyEvent:
    """Lines by the partner's order line; our own identity of a line is longer than RCD01 takes, and says nothing."""
    replace = msgspec.structs.replace
    if isinstance(said, ReceivingAdvice):
        return replace(said, lines=tuple(replace(line, line=line.order_line) for line in said.lines))
    if isinstance(said, ApplicationAdvice):
        return replace(said, items=tuple(replace(item, line="") for item in said.items))
    return said


def _about(advice: ApplicationAdvice, original: DocumentRow | None) -> ApplicationAdvice:
    """With the envelope of the original, which only the gateway knows (OTI04 to OTI09).

    Other formats have none, and the name of a column is no segment's: number of the line and value say the place.
    """
    if original is None:
        return advice
    if original.format != "x12":
        return msgspec.structs.replace(advice, items=tuple(_without_segments(item) for item in advice.items))
    return msgspec.structs.replace(
        advice,
        original_set=original.type,
        original_sender=original.group_sender,
        original_receiver=original.group_receiver,
        original_group_control=original.key.group_control,
        original_set_control=original.key.control,
    )


def _without_segments(item: AdvisedItem) -> AdvisedItem:
    faults = tuple(msgspec.structs.replace(fault, tag="", element=0) for fault in item.faults)
    return msgspec.structs.replace(item, faults=faults)


def _parties(partner: Partner, original: DocumentRow | None) -> tuple[Party, Party, str, str]:
    """Our ids and theirs, as the agreement says, else turned round from what is answered."""
    ours, isa = our_party(partner), partner.identities.isa
    if original is not None and original.key.sender:
        theirs = _party(original.key.sender)
        ours = ours or _party(original.key.receiver)
        return ours, theirs, partner.x12.our_gs or original.group_receiver, original.group_sender
    if ours is None or not isa:
        file = f"partners/{partner.id}/partner.yaml"
        raise OperatorMistake(
            "our own or the partner's ISA id is not stated", file=file, mend="set x12.our_isa and identities.isa"
        )
    theirs = _party(isa[0])
    group_receiver = partner.identities.gs[0] if partner.identities.gs else theirs.id.strip()
    return ours, theirs, partner.x12.our_gs or ours.id.strip(), group_receiver


def _party(text: str) -> Party:
    qualifier, _, id = text.partition(":")
    return Party(qualifier, id)


def _put(connection: Connection, one: Written, numbers: ControlNumbers, context: Context) -> None:
    ours, theirs = str(one.sender), str(one.receiver)
    interchange, group = numbers.take(ours, theirs, "ISA"), numbers.take(ours, theirs, "GS")
    control = f"{numbers.take(ours, theirs, 'ST'):04d}"
    test = one.draft.book == "test"
    document = x12.OutgoingDocument(set_id=one.set_id, control=control, segments=one.segments)
    outgoing = x12.OutgoingGroup(
        id=one.group_id,
        sender=one.group_sender,
        receiver=one.group_receiver,
        control=group,
        version=one.version,
        documents=(document,),
    )
    try:
        data = x12.write_interchange(
            (outgoing,),
            context.configuration.guides,
            sender=one.sender,
            receiver=one.receiver,
            control=interchange,
            now=context.now,
            test=test,
            partner_id=one.partner.id,
            delimiters=delimiters_of(one.partner),
            line_break=one.partner.x12.line_end,
            columns=one.partner.x12.columns,
            ack_requested=one.partner.x12.ack_requested,
        )
    except OperatorMistake as mistake:
        _park(connection, Refused(one.draft, str(mistake)), context)
        return
    if outbox.finish_draft(connection, one.draft.id, data):
        keep_draft(connection, one.draft.id, one.draft.draft)
        outbox.put_sent(
            connection,
            [
                NewSent(
                    message=one.draft.id,
                    n=1,
                    partner=one.partner.id,
                    type=one.set_id,
                    number=one.number,
                    sender=ours,
                    receiver=theirs,
                    group_id=one.group_id,
                    interchange=f"{interchange:09d}",
                    group_control=str(group),
                    control=control,
                    status="unsent",
                )
            ],
        )


def _park(connection: Connection, one: Refused, context: Context) -> None:
    outbox.park_draft(connection, one.draft.id, one.reason)
    text = f"{one.draft.kind} {one.draft.id} cannot be written: {one.reason}"
    put_alerts(
        connection,
        [Alert(kind="draft_parked", text=text, partner=one.draft.partner, message=one.draft.id, at=context.at)],
    )
    log.error("draft.parked", outbox_id=one.draft.id, kind=one.draft.kind, partner=one.draft.partner)
