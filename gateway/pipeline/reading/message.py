"""The pure work on one message: scan, check, who may say it, map. No database, no clock; bad data never raises.

Runs in the process itself for a few messages and in children for many (`gateway.pipeline.reading.children`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import cast

import msgspec

from gateway import x12
from gateway.document import Document, Fault, Party
from gateway.formats import recognise
from gateway.mapping import UNKNOWN_REFERENCE, Configuration, MapReading, read_document
from gateway.mapping.reading.receiving import goods_received_from
from gateway.mapping.reading.transfers import transfer_of
from gateway.messages import from_microseconds
from gateway.partners import Agreement, Partner
from gateway.partners.values import X12Terms
from gateway.pipeline.answering.decide import delimiters_of, our_party
from gateway.pipeline.reading.acks import read_acks
from gateway.pipeline.reading.identity import Refusal, check_interchange, check_test_state, partner_of
from gateway.pipeline.reading.meaning import ABOUT_WHAT_WE_SENT, is_agreed
from gateway.pipeline.reading.references import Referring
from gateway.pipeline.reading.values import ReadDocument, ReadInterchange, ReadMessage
from gateway.pipeline.reading.zones import zone_finder
from gateway.store.documents import DocumentRow, Key
from gateway.store.inbox import Claimed
from gateway.x12 import Group, Interchange
from ledger.advices import Advice, AnyAdvice, ReceivingAdvice
from ledger.events import MASTER_DATA, Actor, AnyEvent, Event, Source


def read_message(
    claimed: Claimed, data: bytes, configuration: Configuration, zones: Mapping[str, str], referring: Referring
) -> ReadMessage:
    """All that can be known of a message without the ledger; of a replay, only the documents it may touch."""
    reader = _Reader(claimed, configuration, zones, referring)
    return reader.read_x12(data) if looks_like_x12(data) else reader.read_other(data)


def looks_like_x12(data: bytes) -> bool:
    """True when an ISA stands first, after a byte order mark and white space; or a whole one behind a few words.

    Mail programs and job control leave lines before an interchange, and a person sees at once what it is.
    """
    format = recognise(data)
    if format == "edifact":
        # Some mailboxes hand out everything in one piece; what is no X12 is told to a person, and keeps its bytes.
        return x12.find_header(data, 0, x12.LIMITS) is not None
    return format == "x12" or (
        format in ("csv", "binary") and x12.find_header(data[:4096], 0, x12.LIMITS) is not None
    )


def read_documents(data: bytes, configuration: Configuration, partner: str) -> tuple[Document, ...]:
    """The documents of a message in their order, without any judgement: number n stands at n - 1."""
    if looks_like_x12(data):
        return x12.read(data, configuration.guides, partner_of=_finder(configuration)).documents
    return configuration.read_file(partner, data)[0]


def _finder(configuration: Configuration) -> Callable[[Party, Party, str, str], str]:
    def find(sender: Party, receiver: Party, group_sender: str, group_receiver: str) -> str:
        found = configuration.partners.by_isa(sender, group_sender)
        return found.id if found else ""

    return find


class _Reader:
    """The reading of one message; numbers its documents from 1 in order."""

    def __init__(
        self, claimed: Claimed, configuration: Configuration, zones: Mapping[str, str], referring: Referring
    ) -> None:
        self._claimed = claimed
        self._referring, self._today = referring, from_microseconds(claimed.received_at).date()
        self._zone_of = zone_finder(zones)
        self._year = from_microseconds(claimed.received_at).year
        self._configuration = configuration
        self._documents: list[ReadDocument] = []
        self._interchanges: list[ReadInterchange] = []

    # --- every other format ---

    def read_other(self, data: bytes) -> ReadMessage:
        """One file of another format is an interchange of its own; who sent it, only the transport knows."""
        claimed = self._claimed
        partner = self._configuration.partners.get(claimed.partner)
        if partner is None:
            return self._park("unknown_partner", f'no partner "{claimed.partner}" brings files here', ())
        documents, faults = self._configuration.read_file(partner.id, data)
        if not documents:
            return self._park(faults[0].code if faults else "unreadable", _first_text(faults), faults)
        for document in documents:
            row = self._row(document, partner.id)
            refusal = check_test_state(partner, row.test)
            if refusal is not None:
                self._documents.append(ReadDocument(row=_as(row, "parked", refusal.code, refusal.text)))
            elif document.accepted is False or any(fault.rejects for fault in document.faults):
                # Nothing tells a sender of files that syntax was refused: a person sees it, parked and replayable.
                self._documents.append(ReadDocument(row=_as(row, "parked", "syntax", _first_text(document.faults))))
            else:
                self._documents.append(self._take_accepted(row, partner, document))
        return self._done(faults)

    # --- X12 ---

    def read_x12(self, data: bytes) -> ReadMessage:
        partners = self._configuration.partners

        reading = x12.read(data, self._configuration.guides, partner_of=_finder(self._configuration))
        refusals: list[Refusal] = []
        faults = (*reading.faults, *(fault for one in reading.interchanges for fault in _envelope_faults(one)))
        faults = faults[: x12.LIMITS.faults_max]
        for interchange in reading.interchanges:
            refusal = check_interchange(partners, self._claimed.partner, interchange)
            if refusal is not None:
                refusals.append(refusal)
            self._take_interchange(interchange, refusal)
        if not reading.interchanges:
            return self._park("unreadable", _first_text(faults), faults)
        if len(refusals) == len(reading.interchanges):
            return self._park(refusals[0].code, refusals[0].text, faults)
        return self._done(faults)

    def _take_interchange(self, interchange: Interchange, refusal: Refusal | None) -> None:
        partner = partner_of(self._configuration.partners, interchange)
        told = refusal.ta1 if refusal is not None else ""
        if partner is not None and (refusal is None or told):
            # Held and not refused: whoever did not ask for a TA1 hears of it when a person has looked.
            answered = refusal is None or interchange.ack_requested
            envelope = x12.answer_envelope(_addressed(interchange, partner), delimiters_of(partner))
            enforced = refusal is None and interchange.accepted and partner.x12.duplicates == "enforce"
            plan, if_used = (
                x12.plan_acks(interchange, delimiters=envelope.delimiters, refused=code, answers=partner.answers())
                if envelope is not None and wanted
                else None
                for wanted, code in ((answered, told), (enforced, "025"))
            )
            self._interchanges.append(
                ReadInterchange(
                    partner=partner.id,
                    sender=interchange.sender,
                    receiver=interchange.receiver,
                    control=interchange.control,
                    test=interchange.test,
                    delimiters=interchange.delimiters,
                    answer=envelope,
                    plan=plan,
                    plan_if_used=if_used,
                    acks=interchange.acks if refusal is None else (),
                )
            )
        index = len(self._interchanges) - 1 if refusal is None else -1
        for group in interchange.groups:
            for document in group.documents:
                sender = partner_of(self._configuration.partners, interchange, group.sender)
                terms = sender.x12 if sender is not None else X12Terms()
                read = self._take_document(interchange, group, document, refusal, sender)
                self._documents.append(
                    msgspec.structs.replace(
                        read,
                        interchange=index,
                        duplicates=terms.duplicates,
                        duplicate_days=terms.duplicate_days,
                    )
                )

    def _take_document(
        self,
        interchange: Interchange,
        group: Group,
        document: Document,
        refusal: Refusal | None,
        partner: Partner | None,
    ) -> ReadDocument:
        row = self._row(document, partner.id if partner else "")
        if refusal is not None or partner is None:
            code, text = (refusal.code, refusal.text) if refusal else ("unknown_partner", "no partner is known")
            return ReadDocument(row=_as(row, "parked", code, text))
        if not interchange.accepted:
            return ReadDocument(row=_as(row, "rejected", "interchange_refused", _first_text(interchange.faults)))
        if not group.accepted:
            return ReadDocument(row=_as(row, "rejected", "group_refused", _first_text(group.faults)))
        return self._take_accepted(row, partner, document)

    # --- every format ---

    def _take_accepted(self, row: DocumentRow, partner: Partner, document: Document) -> ReadDocument:
        """A document in an envelope that stands: agreement, verdict of its guide, map."""
        agreement = partner.receives(document.type)
        if agreement is not None and agreement.meaning == "ack":
            return _take_ack(row, document)
        if document.accepted is False:
            return ReadDocument(row=_as(row, "rejected", "syntax", _first_text(document.faults)))
        if document.accepted is None and document.format == "x12":
            return ReadDocument(row=_as(row, "parked", "no_guide", _first_text(document.faults)))
        if agreement is None:
            text = f"{partner.id} has no agreement to send {document.type}: receive in its partner.yaml"
            return ReadDocument(row=_as(row, "parked", "no_agreement", text))
        if agreement.meaning in ("record", "pass"):
            return ReadDocument(row=_as(row, "passed", "", ""))
        return self._map(row, partner, agreement, document)

    def _map(self, row: DocumentRow, partner: Partner, agreement: Agreement, document: Document) -> ReadDocument:
        found = self._configuration.map_for(partner.id, document)
        if found is None:
            text = f"no map reads {document.type} of {partner.id}"
            return ReadDocument(row=_as(row, "parked", "no_map", text))
        reading = read_document(
            found, document, partner, zone_of=self._zone_of, year=self._year,
            references=self._referring.of(partner.id, self._today),
        )  # fmt: skip
        row = msgspec.structs.replace(
            row, map=found.hash, faults=row.faults + reading.faults, unmapped=str(reading.unmapped)
        )
        if any(fault.rejects for fault in reading.faults):
            waits = all(fault.code == UNKNOWN_REFERENCE for fault in reading.faults if fault.rejects)
            code = UNKNOWN_REFERENCE if waits else "map"
            return ReadDocument(row=_as(row, "parked", code, _first_text(reading.faults)))
        if agreement.meaning in ABOUT_WHAT_WE_SENT:
            if not reading.advices:
                return ReadDocument(row=_as(row, "parked", "meaning", f"{document.type} holds no advice"))
            return ReadDocument(row=row, advice=cast(AnyAdvice, reading.advices[0]))
        made = tuple(_as_agreed(reading, agreement.meaning))
        if lacks := [words for words in made if isinstance(words, str)]:
            text = f"{document.type} {lacks[0]}: the agreement of {partner.id} says {agreement.meaning}"
            return ReadDocument(row=_as(row, "parked", "meaning", text))
        events = cast(tuple[AnyEvent, ...], made)
        strange = [event for event in events if not is_agreed(event, agreement.meaning)]
        if strange or not events:
            what = f"holds {type(strange[0]).__name__}" if strange else "holds no event"
            text = f"{document.type} {what}, the agreement of {partner.id} says {agreement.meaning}"
            return ReadDocument(row=_as(row, "parked", "meaning", text))
        # What a document says is its partner's word, whoever carried it; canonical events are the word of whoever
        # hands them in.
        actor = self._claimed.actor if found.canonical else None
        defines = [event for event in events if isinstance(event, MASTER_DATA)]
        if actor is not None and actor.kind == "model" and defines:
            text = f"{actor.id} is a model: it defines nothing, and sent {type(defines[0]).__name__}"
            return ReadDocument(row=_as(row, "parked", "meaning", text))
        return self._with_events(row, partner, events, actor or Actor(kind="partner", id=partner.id))

    def _with_events(
        self, row: DocumentRow, partner: Partner, events: tuple[AnyEvent, ...], actor: Actor
    ) -> ReadDocument:
        stamp = msgspec.structs.replace
        source = Source(message=row.message, document=row.id)
        book = "test" if row.test else "live"
        stamped = tuple(
            stamp(_with_supplier(event, partner), book=book, partner=partner.id, source=source, actor=actor)
            for event in events
        )
        return ReadDocument(
            row=row,
            events=stamped,
            line_count=sum(len(getattr(event, "lines", ())) or 1 for event in events),
        )

    def _row(self, document: Document, partner: str) -> DocumentRow:
        control = document.control
        return DocumentRow(
            message=self._claimed.id,
            n=len(self._documents) + 1,
            partner=partner,
            format=document.format,
            type=document.type,
            version=control.version,
            key=Key(
                f"{control.sender.qualifier}:{control.sender.id.strip()}" if control.interchange else "",
                f"{control.receiver.qualifier}:{control.receiver.id.strip()}" if control.interchange else "",
                control.interchange,
                control.group,
                control.number,
            ),
            group_id=control.group_id,
            group_sender=control.group_sender,
            group_receiver=control.group_receiver,
            test=control.test or (document.format != "x12" and self._claimed.test),
            digest=document.digest,
            accepted=document.accepted,
            faults=document.faults,
            guide=document.guide,
            configuration=self._configuration.hash,
            at=self._claimed.received_at,
        )

    def _park(self, code: str, text: str, faults: tuple[Fault, ...]) -> ReadMessage:
        return msgspec.structs.replace(self._done(faults), documents=(), reason_code=code, reason=text)

    def _done(self, faults: tuple[Fault, ...]) -> ReadMessage:
        claimed = self._claimed
        return ReadMessage(
            id=claimed.id,
            token=claimed.token,
            partner=claimed.partner,
            received_at=claimed.received_at,
            documents=tuple(
                document for document in self._documents if claimed.replay is None or document.row.n in claimed.replay
            ),
            interchanges=tuple(self._interchanges),
            faults=faults,
            is_replay=claimed.replay is not None,
        )


def _as_agreed(reading: MapReading, meaning: str) -> Iterator[Event | str]:
    """The events of a document by its agreement, and words for what one lacks to be what is agreed."""
    for made in (*reading.events, *reading.advices):
        if meaning == "GoodsReceived" and isinstance(made, ReceivingAdvice):
            yield goods_received_from(made)
        elif isinstance(made, Event) or (isinstance(made, Advice) and meaning == "TransferReceived"):
            yield transfer_of(made, meaning)


def _take_ack(row: DocumentRow, document: Document) -> ReadDocument:
    """An acknowledgment, faulty or of a release without a guide: it is never answered, so that nobody would mend it,
    and what it says of ours is read as far as a person could."""
    acks = read_acks(document)
    if acks:
        return ReadDocument(row=row, acks=acks)
    return ReadDocument(row=_as(row, "parked", "syntax", _first_text(document.faults) or "says nothing of a group"))


def _addressed(interchange: Interchange, partner: Partner) -> Interchange:
    """With our own id where the sender named nobody, so that it can be told."""
    ours = our_party(partner)
    if interchange.receiver.id or ours is None:
        return interchange
    return msgspec.structs.replace(interchange, receiver=ours)


def _with_supplier(event: AnyEvent, partner: Partner) -> AnyEvent:
    """A supplier that names itself nowhere in its notice is the sender of the envelope."""
    if partner.kind != "supplier" or not partner.identities.party or getattr(event, "supplier", None) != "":
        return event
    return msgspec.structs.replace(event, supplier=partner.identities.party[0])


def _envelope_faults(interchange: Interchange) -> Iterator[Fault]:
    """What is wrong with an interchange and its groups, each by its number: no document may be there to tell it."""
    for fault in interchange.faults:
        yield msgspec.structs.replace(fault, text=f"interchange {interchange.control}: {fault.text}")
    # A refused interchange is answered by TA1 alone, and one that is cut off lacks the trailers of its groups.
    for group in interchange.groups if interchange.accepted else ():
        for fault in group.faults:
            where = f"interchange {interchange.control} group {group.id} {group.control}"
            yield msgspec.structs.replace(fault, text=f"{where}: {fault.text}")


def _as(row: DocumentRow, status: str, code: str, text: str) -> DocumentRow:
    return msgspec.structs.replace(row, status=status, reason_code=code, reason=text)


def _first_text(faults: tuple[Fault, ...]) -> str:
    for fault in faults:
        if fault.rejects:
            return fault.text
    return faults[0].text if faults else ""
