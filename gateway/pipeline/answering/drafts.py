"""Writes what was decided: documents of every kind from their drafts, by the partner's map.

The map works with no lock held; numbers, envelopes and what awaits a 997 are stored afterwards
(`gateway.pipeline.answering.envelopes`). What cannot be written is parked with its reason, and never blocks what
follows.
"""

from __future__ import annotations

from functools import partial

import msgspec
import structlog
from sqlalchemy import Connection

from gateway.document import Party
from gateway.errors import CrossdockError, OperatorMistake
from gateway.mapping import write_document
from gateway.messages import from_microseconds
from gateway.partners import Partner
from gateway.pipeline.answering.decide import Draft, delimiters_of, our_party
from gateway.pipeline.answering.envelopes import Envelope, Refused, Written, bundle, store
from gateway.pipeline.answering.passing import find_passed, segments_of
from gateway.pipeline.answering.places import place_faults
from gateway.pipeline.context import Context
from gateway.store import gathering
from gateway.store.database import Database
from gateway.store.documents import DocumentRow, load_documents
from gateway.store.drafts import Draft as Unwritten
from gateway.store.drafts import load_draft, load_drafts
from gateway.store.writer import Writer
from gateway.x12.codes import GROUP_OF_SET
from ledger.advices import AdvisedItem, AnyAdvice, ApplicationAdvice, ReceivingAdvice
from ledger.events import AnyEvent

log = structlog.get_logger(__name__)

DRAFTS_MAX = 50
STORED_AT_ONCE = 10
"""Written drafts that one database transaction stores: whoever is being accepted waits for no more than these."""
COLLECTED_MAX = 500
"""Of what was collected, so many are written at once."""

MEDIA_TYPES = {"csv": "text/csv", "fixed": "text/plain", "xml": "application/xml", "json": "application/json"}

_decoder = msgspec.json.Decoder(Draft)


def write_drafts(database: Database, writer: Writer, context: Context) -> int:
    """Write the oldest drafts, and what was collected and is due; how many were settled, written or parked."""
    with database.read() as connection:
        drafts = load_drafts(connection, most=DRAFTS_MAX)
        collected = gathering.load_due(connection, now=context.at, most=COLLECTED_MAX)
        if not drafts and not collected:
            return 0
        done = [[_write(connection, draft, context)] for draft in drafts]
        together = bundle([_write(connection, draft, context) for draft in collected])
    lots = [done[start : start + STORED_AT_ONCE] for start in range(0, len(done), STORED_AT_ONCE)]
    for lot in (*lots, *([parcel] for parcel in together)):
        writer.run(partial(store, parcels=lot, context=context))
    return len(drafts) + len(collected)


def preview(connection: Connection, id: str, context: Context) -> tuple[tuple[str, ...], ...]:
    """The segments that a draft would be written with, between ST and SE; nothing is stored.

    Raises CrossdockError where it cannot be written.
    """
    return _write_one(connection, load_draft(connection, id), context).segments


def _write(connection: Connection, draft: Unwritten, context: Context) -> Written | Refused:
    try:
        return _write_one(connection, draft, context)
    except CrossdockError as error:
        return Refused(draft, str(error))
    except Exception as error:
        log.exception("draft.failed", outbox_id=draft.id)
        return Refused(draft, f"writing it failed: {type(error).__name__}: {error}")


def _write_one(connection: Connection, draft: Unwritten, context: Context) -> Written:
    wanted = _decoder.decode(draft.draft)
    configuration = context.configuration
    partner = configuration.partners.get(draft.partner)
    if partner is None:
        raise OperatorMistake(f"partner {draft.partner} is gone")
    if wanted.passed:
        return _pass_on(connection, draft, wanted.passed, partner, context)
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
    references = context.referring.of(partner.id, context.now.date())
    writing = write_document(found, _named_for_partner(said), partner, references=references)
    if faults := [fault.text for fault in writing.faults if fault.rejects]:
        raise OperatorMistake(f"the map of {wanted.set_id} cannot write it: " + "; ".join(faults))
    number = getattr(said, "number", "")
    if found.format != "x12":
        return Written(draft, partner, number, wanted.set_id, data=writing.data, media_type=MEDIA_TYPES[found.format])
    return Written(
        draft,
        partner,
        number,
        wanted.set_id,
        envelope=_envelope(partner, wanted.set_id, partner.x12.release, original),
        segments=tuple(tuple(segment) for segment in writing.segments),
    )


def _pass_on(connection: Connection, draft: Unwritten, id: str, partner: Partner, context: Context) -> Written:
    document, data = find_passed(connection, id, context.configuration)
    if document.format != "x12":
        media_type = MEDIA_TYPES[document.format]
        return Written(draft, partner, "", document.type, data=data, media_type=media_type, is_passed=True)
    return Written(
        draft,
        partner,
        "",
        document.type,
        envelope=_envelope(partner, document.type, document.control.version, None),
        segments=segments_of(document, data, delimiters_of(partner)),
        is_passed=True,
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


def _envelope(partner: Partner, set_id: str, version: str, original: DocumentRow | None) -> Envelope:
    """Our ids and theirs, as the agreement says, else turned round from what is answered."""
    ours, isa = our_party(partner), partner.identities.isa
    if original is not None and original.key.sender:
        theirs = _party(original.key.sender)
        ours = ours or _party(original.key.receiver)
        return Envelope(
            ours, theirs, partner.x12.our_gs or original.group_receiver, original.group_sender,
            GROUP_OF_SET.get(set_id, ""), version,
        )  # fmt: skip
    if ours is None or not isa:
        file = f"partners/{partner.id}/partner.yaml"
        raise OperatorMistake(
            "our own or the partner's ISA id is not stated", file=file, mend="set x12.our_isa and identities.isa"
        )
    theirs = _party(isa[0])
    group_receiver = partner.identities.gs[0] if partner.identities.gs else theirs.id.strip()
    return Envelope(
        ours, theirs, partner.x12.our_gs or ours.id.strip(), group_receiver, GROUP_OF_SET.get(set_id, ""), version
    )


def _party(text: str) -> Party:
    qualifier, _, id = text.partition(":")
    return Party(qualifier, id)
