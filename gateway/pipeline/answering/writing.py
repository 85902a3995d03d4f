"""Writes one document from its draft by the partner's map: pure, so that a child process can do it.

`gather` has read from the database before what the writing needs. Numbers and envelopes come afterwards
(`gateway.pipeline.answering.envelopes`).
"""

from __future__ import annotations

from datetime import datetime

import msgspec
import structlog

from gateway.document import Party
from gateway.errors import CrossdockError, OperatorMistake
from gateway.mapping import Configuration, write_document
from gateway.messages import from_microseconds
from gateway.partners import Partner
from gateway.pipeline.answering.decide import Draft, delimiters_of, our_party
from gateway.pipeline.answering.envelopes import Envelope, Refused, Written
from gateway.pipeline.answering.passing import find_passed, segments_of
from gateway.pipeline.answering.places import needs_places, place_faults
from gateway.pipeline.answering.writers import NO_WRITERS, Writers
from gateway.pipeline.reading.references import Referring
from gateway.store.documents import DocumentRow
from gateway.store.drafts import Draft as Unwritten
from gateway.x12.codes import GROUP_OF_SET
from ledger.advices import AdvisedItem, AnyAdvice, ApplicationAdvice, ReceivingAdvice
from ledger.events import AnyEvent

log = structlog.get_logger(__name__)

MEDIA_TYPES = {"csv": "text/csv", "fixed": "text/plain", "xml": "application/xml", "json": "application/json"}

_decoder = msgspec.json.Decoder(Draft)


class Gathered(msgspec.Struct, frozen=True, array_like=True):
    """A draft, and the message that it speaks of or passes on: its documents and, where they are read, its bytes."""

    draft: Unwritten
    documents: tuple[DocumentRow, ...] = ()
    data: bytes | None = None

    @property
    def size(self) -> int:
        """Bytes, roughly."""
        return len(self.draft.draft) + len(self.data or b"")


def message_of(draft: Unwritten) -> tuple[str, bool]:
    """The message that the writing of a draft looks at, "" for none, and whether its bytes are read as well.

    Raises OperatorMistake where nobody can tell what the draft says.
    """
    try:
        wanted = _decoder.decode(draft.draft)
    except msgspec.MsgspecError as error:
        raise OperatorMistake(f"the draft cannot be read: {error}") from error
    if wanted.passed:
        return wanted.passed.rpartition(".")[0], True
    advice = wanted.advice
    if isinstance(advice, ApplicationAdvice) and advice.original_message:
        return advice.original_message, needs_places(advice)
    return "", False


def write(
    gathered: Gathered,
    configuration: Configuration,
    referring: Referring,
    now: datetime,
    writers: Writers = NO_WRITERS,
) -> Written | Refused:
    """The document, or why it cannot be written."""
    draft = gathered.draft
    try:
        return write_one(gathered, configuration, referring, now, writers)
    except CrossdockError as error:
        return Refused(draft, str(error))
    except Exception as error:
        log.exception("draft.failed", outbox_id=draft.id)
        return Refused(draft, f"writing it failed: {type(error).__name__}: {error}")


def write_one(
    gathered: Gathered,
    configuration: Configuration,
    referring: Referring,
    now: datetime,
    writers: Writers = NO_WRITERS,
) -> Written:
    """As `write`. Raises CrossdockError where it cannot be written."""
    draft = gathered.draft
    wanted = _decoder.decode(draft.draft)
    partner = configuration.partners.get(draft.partner)
    if partner is None:
        raise OperatorMistake(f"partner {draft.partner} is gone")
    if wanted.passed:
        return _pass_on(gathered, wanted.passed, partner, configuration)
    original: DocumentRow | None = None
    said = wanted.advice if wanted.advice is not None else wanted.event
    if isinstance(said, ApplicationAdvice):
        about = said.original_document
        original = next((row for row in gathered.documents if row.id == about), None)
        said = _about(place_faults(gathered.data, said, configuration), original)
    if said is None:
        raise OperatorMistake("the draft holds nothing to write")
    if said.created_at is None:
        # What a document of ours must say of its making, and an event of our own systems may not have said.
        said = msgspec.structs.replace(said, created_at=from_microseconds(draft.created_at))
    writer = writers.get(wanted.set_id)
    if writer is not None and isinstance(said, ApplicationAdvice | ReceivingAdvice):
        if not isinstance(said, writer.advice):
            raise OperatorMistake(f"the writer of {wanted.set_id} writes no {type(said).__name__}")
        data = writer.write(said, partner, draft.id)
        return Written(draft, said.number, wanted.set_id, data=data, media_type=writer.media_type)
    found = configuration.map_to_write(partner.id, wanted.set_id)
    if found is None:
        raise OperatorMistake(f"no map writes {wanted.set_id} for {partner.id}")
    references = referring.of(partner.id, now.date())
    writing = write_document(found, _named_for_partner(said), partner, references=references)
    if faults := [fault.text for fault in writing.faults if fault.rejects]:
        raise OperatorMistake(f"the map of {wanted.set_id} cannot write it: " + "; ".join(faults))
    number = getattr(said, "number", "")
    if found.format != "x12":
        return Written(draft, number, wanted.set_id, data=writing.data, media_type=MEDIA_TYPES[found.format])
    return Written(
        draft,
        number,
        wanted.set_id,
        envelope=_envelope(partner, wanted.set_id, partner.x12.release, original),
        segments=tuple(tuple(segment) for segment in writing.segments),
    )


def _pass_on(gathered: Gathered, id: str, partner: Partner, configuration: Configuration) -> Written:
    document, data = find_passed(gathered.documents, gathered.data, id, configuration)
    if document.format != "x12":
        media_type = MEDIA_TYPES[document.format]
        return Written(gathered.draft, "", document.type, data=data, media_type=media_type, is_passed=True)
    return Written(
        gathered.draft,
        "",
        document.type,
        envelope=_envelope(partner, document.type, document.control.version, None),
        segments=segments_of(document, data, delimiters_of(partner)),
        is_passed=True,
    )


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
