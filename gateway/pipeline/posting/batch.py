"""The one short database transaction of a batch: leases, duplicates, ledger, answers, rows done.

Everything in it commits together or not at all; the caller tries the messages one by one when it fails.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from gateway.pipeline.answering.decide import Answers
from gateway.pipeline.context import Context
from gateway.pipeline.posting.duplicates import History, held
from gateway.pipeline.reading.values import ReadDocument, ReadMessage
from gateway.pipeline.reconcile import reconcile_document, reconcile_interchange
from gateway.pipeline.reconciling.delivered import receipt_reported, settle_notice
from gateway.pipeline.reconciling.reports import record as record_reports
from gateway.pipeline.signals.ending import end_absences
from gateway.pipeline.signals.firing import fire_found
from gateway.store.alerts import Alert, put_alerts
from gateway.store.documents import DocumentRow, load_documents, put_documents, replace_documents
from gateway.store.inbox import Finished, finish, holds_leases
from ledger.advices import ReceivingAdvice
from ledger.events import Event
from ledger.outcomes import Recorded

UNANSWERED = frozenset({"unknown_partner", "wrong_carrier", "unknown_receiver", "test_state", "duplicate_control"})
"""Reasons for which an envelope is held without its 997."""

_json = msgspec.json.Encoder(decimal_format="string")


class Posted(NamedTuple):
    """What one posting did."""

    messages: int = 0
    documents: int = 0
    parked: int = 0
    lost: int = 0
    """Messages whose lease had passed to another: left alone."""
    queued: int = 0
    """Answers queued, written or as drafts."""


def post(connection: Connection, messages: Sequence[ReadMessage], context: Context) -> Posted:
    """Record a batch of readings. Raises LedgerError (or worse) for the whole batch; data alone never raises."""
    held = holds_leases(connection, [(message.id, message.token) for message in messages])
    mine = [message for message in messages if message.id in held]
    batch = _Batch(connection, mine, context)
    batch.settle()
    batch.record()
    batch.answer()
    parked = batch.finish()
    documents = sum(len(message.documents) for message in mine)
    return Posted(len(mine), documents, parked, len(messages) - len(mine), batch.queued)


def follow(connection: Connection, recorded: Sequence[Recorded], events: Sequence[Event], context: Context) -> int:
    """Queue what follows from events recorded outside any message (time, master data, decisions)."""
    answers = Answers(connection, context, ())
    answers.follow(recorded, events)
    fire_found(connection, recorded, events, context)
    return answers.save()


class _Batch:
    def __init__(self, connection: Connection, messages: Sequence[ReadMessage], context: Context) -> None:
        self._connection = connection
        self._messages = messages
        self._context = context
        self._rows: dict[str, DocumentRow] = {}
        self._before: dict[str, DocumentRow] = {}
        """Rows of replayed messages as they stood."""
        self._refused: set[tuple[str, int]] = set()
        """Interchanges (message id, index) whose number was used before: nothing of them is taken."""
        self._to_record: list[ReadDocument] = []
        self._alerts: list[Alert] = []
        self._recorded: list[Recorded] = []
        self._delivered: list[ReadDocument] = []
        """Receiving advices of customers."""
        self._reports: list[Event] = []
        """About what we sent, by what was received."""
        self._events: list[Event] = []
        self.queued = 0

    def settle(self) -> None:
        """Decide each document that needs no ledger, and collect those that do."""
        documents = [document for message in self._messages for document in message.documents]
        history = History(self._connection, documents, now=self._context.at)
        for message in self._messages:
            if message.is_replay:
                self._before |= {row.id: row for row in load_documents(self._connection, message.id)}
            for envelope, sharing in groupby(message.documents, lambda document: document.interchange):
                self._settle_interchange(message.id, envelope, list(sharing), history)

    def _settle_interchange(
        self, message: str, envelope: int, documents: Sequence[ReadDocument], history: History
    ) -> None:
        """All documents of one interchange: its number belongs to all of them or to none."""
        original = next((other for one in documents if self._is_open(one) and (other := history.other(one))), "")
        enforced = bool(original) and any(one.duplicates == "enforce" for one in documents)
        if enforced:
            self._refused.add((message, envelope))
        elif original:
            text = f"the interchange number {documents[0].row.key.interchange} was used for {original}"
            self._alert("duplicate_control", documents[0].row, text)
        for document in documents:
            row = document.row
            if self._is_open(document):
                row = history.settle(document) or (held(row, original) if enforced else row)
            elif not row.status:
                row = history.settle(document) or row
            if not row.status:
                row = self._take(document)
            history.take(document, row)
            self._rows[row.id] = row
            if row.status in ("parked", "held"):
                self._alert(row.reason_code, row, row.reason)

    def _is_open(self, document: ReadDocument) -> bool:
        """Whether history may still decide it: nothing else has, and no person lets it pass."""
        before = self._before.get(document.row.id)
        return document.row.status in ("", "passed") and not (before is not None and before.status == "held")

    def record(self) -> None:
        """Hand all events to the ledger at once, and read each document's state from what it says."""
        self._events = [event for document in self._to_record for event in document.events]
        if not self._events:
            return
        context = self._context
        self._recorded = context.ledger.record(self._connection, self._events, context.policy, context.now)
        position = 0
        for document in self._to_record:
            own = self._recorded[position : position + len(document.events)]
            position += len(document.events)
            self._rows[document.row.id] = msgspec.structs.replace(
                document.row,
                status=status_of(own),
                result=_json.encode([kept_of(one) for one in own]),
                reason=reason_of(own),
            )

    def answer(self) -> None:
        """997 first and independent of the business; then what the ledger found."""
        interchanges = [one for message in self._messages for one in message.interchanges]
        answers = Answers(self._connection, self._context, interchanges)
        for message in self._messages:
            for index, interchange in enumerate(message.interchanges):
                if (message.id, index) in self._refused:
                    plan = interchange.plan_if_used
                    answers.acknowledge(message.id, msgspec.structs.replace(interchange, plan=plan))
                elif not message.is_replay or self._is_unanswered(message, index):
                    answers.acknowledge(message.id, interchange)
                for ta1 in interchange.acks:
                    done = reconcile_interchange(
                        self._connection, ta1, partner=interchange.partner, message=message.id, at=self._context.at
                    )
                    self._alerts += done.alerts
                    self._reports += done.reports
        answers.follow(self._recorded, self._events)
        fire_found(self._connection, self._recorded, self._events, self._context)
        for row in self._rows.values():
            if row.status == "passed":
                answers.pass_on(row)
        self._take_delivered()
        self.queued = answers.save() + record_reports(self._connection, self._reports, self._context)

    def _take_delivered(self) -> None:
        """Match what customers say of goods that we shipped; what cannot be matched is parked."""
        for document in self._delivered:
            event = receipt_reported(self._connection, document, self._context)
            row = document.row
            if isinstance(event, str):
                row = msgspec.structs.replace(row, status="parked", reason_code="unmatched", reason=event)
                self._alert(row.reason_code, row, row.reason)
            else:
                row = msgspec.structs.replace(row, status="reconciled")
                self._reports += settle_notice(self._connection, event, row.id, self._context.at)
                self._reports.append(event)
            self._rows[row.id] = row

    def finish(self) -> int:
        """Write the rows and end the leases; how many messages and documents were parked or held."""
        context = self._context
        first = [m for m in self._messages if not m.is_replay and not m.reason_code]
        again = [m for m in self._messages if m.is_replay]
        put_documents(self._connection, (self._rows[d.row.id] for m in first for d in m.documents))
        replace_documents(self._connection, [self._rows[d.row.id] for m in again for d in m.documents])
        end_absences(self._connection, (self._rows[d.row.id] for m in first for d in m.documents), self._context)
        finish(self._connection, [self._finished(message) for message in self._messages])
        for message in self._messages:
            kind, text = message.reason_code, message.reason
            if not kind and not message.is_replay:
                # What stands between interchanges may be a document too: a person is told of it.
                kind, text = next(((f.code, f.text) for f in message.faults if f.code == "unreadable"), ("", ""))
            if kind:
                told = Alert(kind=kind, text=text, partner=message.partner, message=message.id, at=context.at)
                self._alerts.append(told)
        put_alerts(self._connection, self._alerts)
        return sum(1 for m in self._messages if m.reason_code) + sum(
            1 for row in self._rows.values() if row.status in ("parked", "held")
        )

    def _finished(self, message: ReadMessage) -> Finished:
        """A message stays parked while anything in it waits for a person; what could be recorded is."""
        code, reason = message.reason_code, message.reason
        if not code:
            rows = {row.id: row for row in self._before.values() if row.message == message.id}
            rows |= {document.row.id: self._rows[document.row.id] for document in message.documents}
            waiting = [rows[id] for id in sorted(rows) if rows[id].status in ("parked", "held")]
            if waiting:
                code, reason = waiting[0].reason_code or "parked", waiting[0].reason
        return Finished(
            id=message.id,
            token=message.token,
            at=self._context.at,
            reason_code=code,
            reason=reason,
            faults=message.faults,
        )

    def _is_unanswered(self, message: ReadMessage, index: int) -> bool:
        """A replayed envelope that had been refused for whoever brought it was never acknowledged."""
        replayed = [
            self._before.get(document.row.id) for document in message.documents if document.interchange == index
        ]
        return bool(replayed) and all(row is not None and row.reason_code in UNANSWERED for row in replayed)

    def _take(self, document: ReadDocument) -> DocumentRow:
        if isinstance(document.advice, ReceivingAdvice):
            # Once the batch is in the books: the shipment that it is about may be part of it.
            self._delivered.append(document)
            return msgspec.structs.replace(document.row, status="recorded")
        if document.acks or document.advice is not None:
            done = reconcile_document(self._connection, document, at=self._context.at)
            self._alerts += done.alerts
            self._reports += done.reports
            if done.unmatched:
                return msgspec.structs.replace(
                    document.row, status="parked", reason_code="unmatched", reason=done.unmatched
                )
            return msgspec.structs.replace(document.row, status="reconciled")
        self._to_record.append(document)
        # Its true state follows from the ledger; until then a later one of this batch must see that it counts.
        return msgspec.structs.replace(document.row, status="recorded")

    def _alert(self, kind: str, row: DocumentRow, text: str) -> None:
        self._alerts.append(
            Alert(
                kind=kind, text=text, partner=row.partner, message=row.message, document=row.id, at=self._context.at
            )
        )


def kept_of(one: Recorded) -> Recorded:
    """What the document's row keeps: the books hold the outcomes, but for a repeat, which made no event."""
    return one if one.result == "repeated" or not one.outcomes else msgspec.structs.replace(one, outcomes=())


def status_of(recorded: Sequence[Recorded]) -> str:
    """A document's state from those of its events: what posted counts most, then what may still post."""
    results = {one.result for one in recorded}
    if results & {"posted", "partly"}:
        return "recorded"
    for status in ("waiting", "conflict", "refused"):
        if status in results:
            return status
    return "repeated" if results == {"repeated"} else "recorded"


def reason_of(recorded: Sequence[Recorded]) -> str:
    for one in recorded:
        for outcome in one.outcomes:
            reason = getattr(outcome, "reason", "") or getattr(outcome, "needs", "")
            if reason and one.result in ("waiting", "refused", "conflict"):
                return str(reason)
    return ""
