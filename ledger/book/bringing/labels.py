"""Other notices that have labels or serials of the one being decided, where its agreement wants each used once.

Found by what goods can be traced by, which is noted of every notice anyway.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sqlalchemy import select

from ledger.book.storage import tables
from ledger.events import NoticeLine as SaidLine
from ledger.events import ShipmentCancelled, ShipmentNotified, ShipmentReplaced
from ledger.matching.notices.labels import labels_of
from ledger.matching.records.documents import NoticeLine, ShipmentKey
from ledger.matching.resolved import ResolvedEvent
from ledger.matching.workset import Needs

if TYPE_CHECKING:
    from ledger.book.batch import Batch

LABELS_AT_ONCE = 400
KINDS = ("handling_unit", "serial")


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """Put into the working set the notice lines that share a label with this notice, and all that share one with
    those."""
    event, work = resolved.event, batch.loader.workset
    work.labelled, work.labels_before = None, set()
    if not batch.policy.keeps_labels or not isinstance(
        event, ShipmentNotified | ShipmentReplaced | ShipmentCancelled
    ):
        return
    if resolved.missing or not batch.policy.terms_for(resolved.supplier, event.partner).unique_labels:
        return
    key = ShipmentKey(resolved.book, resolved.site, resolved.supplier, event.number)
    before = work.lines_of_shipment.get(key, {}).values()
    work.labels_before = {label for line in before for label in labels_of(line)}
    asked = work.labels_before | {label for line in resolved.lines for label in _said(line.said)}
    first = _with(batch, key, asked)
    second = _with(batch, key, {label for line in first for label in labels_of(line)} - asked)
    work.labelled = {}
    for line in {(line.key, line.line): line for line in (*first, *second)}.values():
        for label in labels_of(line):
            work.labelled.setdefault(label, []).append(line)


def _said(said: object) -> Iterator[str]:
    if isinstance(said, SaidLine):
        yield from said.serials
        for unit in said.handling_units:
            if unit.id:
                yield unit.id
            yield from unit.serials


def _with(batch: Batch, key: ShipmentKey, labels: set[str]) -> list[NoticeLine]:
    """The lines of other notices that have any of these labels."""
    if not labels:
        return []
    work = batch.loader.workset
    references = {(key.book, key.site, number) for number in _numbers(batch, key, labels)}
    batch.loader.load(Needs(references=references), key.book, ())
    return [
        line
        for reference in sorted(references)
        for shipment in work.shipments_called(*reference)
        if shipment.key != key
        for _, line in sorted(work.lines_of_shipment.get(shipment.key, {}).items())
        if not labels.isdisjoint(labels_of(line))
    ]


def _numbers(batch: Batch, key: ShipmentKey, labels: Iterable[str]) -> set[str]:
    """Shipment ids of notices on which any of these labels stands or stood."""
    trace, event = tables.trace_key.c, tables.event.c
    kinds = [kind.__name__ for kind in (ShipmentNotified, ShipmentReplaced)]
    wanted = sorted(labels)
    found = {
        one.number
        for _, site, kind, value, _, seq in batch.traces
        if site == key.site and kind in KINDS and value in labels
        and isinstance(one := batch.log.event(seq), ShipmentNotified | ShipmentReplaced)
    }  # fmt: skip
    for n in range(0, len(wanted), LABELS_AT_ONCE):
        query = (
            select(event.number)
            .where(trace.book == key.book, trace.site == key.site, trace.kind.in_(KINDS))
            .where(trace.value.in_(wanted[n : n + LABELS_AT_ONCE]))
            .where(event.book == trace.book, event.seq == trace.event, event.kind.in_(kinds))
            .distinct()
        )
        found |= set(batch.conn.execute(query).scalars())
    return found
