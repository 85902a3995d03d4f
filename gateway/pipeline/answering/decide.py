"""What goes back, decided inside the database transaction that records: acknowledgments at once, the rest as drafts.

Every other document (an 861, 824, 850) is only decided here, with the ledger's effect; its map writes it afterwards,
outside the lock (`gateway.pipeline.answering.drafts`), at once or when its time comes. Nothing here sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec
from sqlalchemy import Connection

from gateway.document import Delimiters, Party
from gateway.messages import from_microseconds
from gateway.partners import Partner
from gateway.partners.reading import USUAL
from gateway.pipeline.answering.acknowledge import Acknowledgments
from gateway.pipeline.answering.advising import find_advised
from gateway.pipeline.answering.gathering import Gathering
from gateway.pipeline.answering.routing import OURS, find_routes, is_other_half, is_passed_on, said_again
from gateway.pipeline.answering.told import told_to
from gateway.pipeline.context import Context
from gateway.pipeline.parties import partner_of_party
from gateway.pipeline.reading.values import ReadInterchange
from gateway.store.controls import ControlNumbers
from gateway.store.documents import DocumentRow
from gateway.store.outbox import NewAnswer, NewSent, put_answers, put_sent
from gateway.store.subscriptions import Subscription, list_subscriptions
from ledger import exports, queries
from ledger.advices import AnyAdvice, ApplicationAdvice
from ledger.events import AnyEvent, Event
from ledger.masterdata import MasterData
from ledger.outcomes import AdviceDue, Recorded


class Draft(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a map is to write, `advice` or `event`; or the document that is passed on as it came."""

    set_id: str
    advice: AnyAdvice | None = None
    event: AnyEvent | None = None
    passed: str = ""
    """Id of a received document, `m_....1`."""


class Webhook(msgspec.Struct, frozen=True, kw_only=True):
    """Body of a webhook. Source: Standard Webhooks, payload structure."""

    type: str
    timestamp: str
    data: Recorded


_json = msgspec.json.Encoder(decimal_format="string")


class Answers:
    """Collects the answers of one database transaction and queues them in order."""

    def __init__(self, connection: Connection, context: Context, interchanges: Iterable[ReadInterchange]) -> None:
        self._connection = connection
        self._context = context
        uses = [
            (f"{one.answer.sender}", f"{one.answer.receiver}", kind)
            for one in interchanges
            if one.plan and one.answer and (one.plan.ta1 or one.plan.groups)
            for kind in ("ISA", "GS", "ST")
        ]
        self._numbers = ControlNumbers(connection, uses)
        self._acknowledgments = Acknowledgments(connection, context, self._numbers)
        self._answers: list[NewAnswer] = []
        self._sent: list[NewSent] = []
        self._masterdata: MasterData | None = None
        self._gathering = Gathering(connection, context)
        self._subscriptions: list[Subscription] = list_subscriptions(connection)

    def acknowledge(self, message: str, interchange: ReadInterchange) -> None:
        """Queue the TA1 and, where agreed, the 997s or 999s of one received interchange."""
        self._queue(self._acknowledgments.take(message, interchange))

    def _queue(self, written: Iterable[tuple[NewAnswer, list[NewSent]]]) -> None:
        for answer, sent in written:
            self._answers.append(answer)
            self._sent += sent

    def follow(self, recorded: Sequence[Recorded], events: Sequence[Event]) -> None:
        """Queue what the ledger's answers call for. The first belong to `events`, the rest to earlier ones."""
        for position, one in enumerate(recorded):
            event = events[position] if position < len(events) else None
            message = event.source.message if event is not None and event.source else ""
            for outcome in one.outcomes:
                if isinstance(outcome, AdviceDue):
                    self.advise(outcome.advice, message)
            if one.kind in OURS or self._context.configuration.partners.sending_on(one.kind):
                self._route(event, one, message)
            if self._subscriptions:
                self._notify(one, event, message)

    def save(self) -> int:
        """Queue everything decided; how many rows are new."""
        self._queue(self._acknowledgments.flush())
        self._numbers.save()
        queued = put_answers(self._connection, self._answers)
        put_sent(self._connection, self._sent)
        self._gathering.end_full_lanes()
        self._answers.clear()
        self._sent.clear()
        return len(queued)

    def advise(self, advice: AnyAdvice, message: str) -> None:
        """Leaves as the documents that the partner's agreement names; elsewhere the outcome itself is enough."""
        partner = self._partner_told(advice.partner)
        if partner is None:
            return
        if isinstance(advice, ApplicationAdvice) and advice.original_message:
            message = advice.original_message
        for agreement, said in find_advised(partner, advice):
            draft = Draft(set_id=agreement.document, advice=said)
            dedupe = f"advice:{advice.book}:{advice.number}"
            if agreement.document not in USUAL:
                dedupe += f":{agreement.document}"
            self._put_draft(partner, draft, message, advice.book, dedupe, advice.number)

    def _partner_told(self, name: str) -> Partner | None:
        """The partner, also by the ledger's id for a supplier: all it knows where no document of theirs came."""
        partners = self._context.configuration.partners
        return partners.get(name) or partners.get(self._context.policy.partner_for(name))

    def _route(self, event: Event | None, recorded: Recorded, message: str) -> None:
        """An event leaves as documents to whom the agreements name; nothing goes back to whom it came from."""
        if not is_passed_on(recorded, is_new=event is not None):
            return
        if event is None:
            kept = queries.event(self._connection, recorded.seq, book=recorded.book)
            if kept is None or kept.body is None:
                return
            event = kept.body
            if is_other_half(event):
                return
            message = event.source.message if event.source else ""
        said = said_again(event) if event.revision else event
        for partner, agreement in find_routes(said, self._context.configuration, self._partner_of_party):
            told = told_to(partner, said, self._known_masterdata(), from_microseconds(self._context.at))
            draft = Draft(set_id=agreement.document, event=told)  # type: ignore[arg-type]
            dedupe = f"route:{recorded.book}:{recorded.seq}:{partner.id}:{agreement.document}"
            self._put_draft(partner, draft, message, recorded.book, dedupe, event.number)

    def _partner_of_party(self, party: str) -> Partner | None:
        context = self._context
        return partner_of_party(party, context.configuration.partners, self._known_masterdata(), context.policy)

    def _known_masterdata(self) -> MasterData:
        if self._masterdata is None:
            self._masterdata = self._context.ledger.masterdata(self._connection)
        return self._masterdata

    def pass_on(self, document: DocumentRow) -> None:
        """A received document goes on as it is to the partners that its agreement names."""
        partners = self._context.configuration.partners
        sender = partners.get(document.partner)
        agreement = sender.receives(document.type) if sender is not None else None
        for name in agreement.to if agreement is not None else ():
            partner = partners.get(name)
            if partner is not None:
                draft = Draft(set_id=document.type, passed=document.id)
                book = "test" if document.test else "live"
                self._put_draft(partner, draft, document.message, book, f"pass:{document.id}:{name}", "")

    def _put_draft(self, partner: Partner, draft: Draft, message: str, book: str, dedupe: str, number: str) -> None:
        due_at = self._gathering.due_at(partner, draft.set_id, book, number)
        self._answers.append(
            NewAnswer(
                id=self._context.new_id(),
                destination=partner.id,
                partner=partner.id,
                kind=draft.set_id,
                answers=message,
                book=book,
                dedupe=dedupe,
                created_at=self._context.at,
                status="collected" if due_at else "draft",
                draft=_json.encode(draft).decode(),
                number=number,
                due_at=due_at,
            )
        )

    def _notify(self, recorded: Recorded, event: Event | None, message: str) -> None:
        """`event` is None where the answer is to an earlier one, whose subscribers have heard of it."""
        partner = event.partner if event is not None else ""
        kinds = [recorded.kind, *(str(outcome.__struct_config__.tag) for outcome in recorded.outcomes)]
        for subscription in self._subscriptions:
            if subscription.partner not in ("", partner):
                continue
            if subscription.kinds and not set(kinds) & set(subscription.kinds):
                continue
            if subscription.format == "cloudevents":
                if event is None or recorded.result == "repeated":
                    continue
                data, media_type = self._as_cloudevent(recorded), exports.CLOUDEVENT
            else:
                kind = next((kind for kind in kinds if kind in subscription.kinds), recorded.kind)
                body = Webhook(type=kind, timestamp=self._context.now.isoformat(), data=recorded)
                data, media_type = _json.encode(body), "application/json"
            self._answers.append(
                NewAnswer(
                    id=self._context.new_id(),
                    destination=f"hook:{subscription.id}",
                    partner=partner,
                    kind="webhook",
                    data=data,
                    media_type=media_type,
                    answers=message,
                    book=recorded.book,
                    created_at=self._context.at,
                )
            )

    def _as_cloudevent(self, recorded: Recorded) -> bytes:
        kept = queries.event(self._connection, recorded.seq, book=recorded.book)
        assert kept is not None  # noqa: S101  just recorded
        # A CloudEvent names no part and no place: what it is called needs no master data.
        return _json.encode(exports.cloudevent(kept, exports.Names(MasterData(), self._context.names_base)))


def delimiters_of(partner: Partner) -> Delimiters:
    """The delimiters that the agreement names for what we send."""
    terms = partner.x12
    return Delimiters(terms.element, terms.component, terms.segment, terms.repetition)


def our_party(partner: Partner) -> Party | None:
    """Our own ISA id towards a partner; None where its agreement does not say."""
    qualifier, _, id = partner.x12.our_isa.partition(":")
    return Party(qualifier, id) if id else None
