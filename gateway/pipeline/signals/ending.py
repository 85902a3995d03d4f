"""Ending: what the street found is over, so that the case which it opened closes by itself."""

from __future__ import annotations

from collections.abc import Iterable, Set
from typing import Any

from sqlalchemy import Connection

from gateway.pipeline.context import Context
from gateway.pipeline.reconciling.reports import record as record_reports
from gateway.signals import Signal
from gateway.store.documents import DocumentRow
from gateway.store.signals import find_open, load_actions, mark_over
from ledger.events import Actor, ExceptionCleared

OURSELVES = Actor(kind="system", id="crossdock")


def end_absences(connection: Connection, documents: Iterable[DocumentRow], context: Context) -> None:
    """A document that was expected came after its time: nothing of its partner and type is absent any more in its
    book."""
    expecting = {(partner.id, one.document) for partner in context.configuration.partners for one in partner.expect}
    if not expecting:
        return
    came = {
        (row.partner, row.type, "test" if row.test else "live")
        for row in documents
        if row.accepted is not False and (row.partner, row.type) in expecting
    }
    for partner, type, book in sorted(came):
        for seq, one in find_open(connection, kind="document_absent", partner=partner, type=type):
            if one.book == book:
                _end(connection, seq, one, f"{partner} sent its {type} after all.", context)


def end_others(connection: Connection, kind: str, causes: Set[str], context: Context) -> None:
    """Of a kind only these causes stand still; the others are over."""
    for seq, one in find_open(connection, kind=kind):
        if one.cause not in causes:
            _end(connection, seq, one, "It is over.", context)


def _end(connection: Connection, seq: int, one: Signal, text: str, context: Context) -> None:
    mark_over(connection, seq, at=context.at)
    if not any(action.action == "open_case" for action in load_actions(connection, [seq]).get(seq, ())):
        return
    book: Any = one.book
    event = ExceptionCleared(
        number=f"S{seq}.over",
        book=book,
        actor=OURSELVES,
        cause=f"{one.signal}:{one.cause}",
        place=one.site,
        part=one.part,
        text=text,
    )
    record_reports(connection, [event], context)
