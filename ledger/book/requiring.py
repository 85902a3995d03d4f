"""What decisions about requirements need besides documents: releases of the parts, and what carriers said.

Brought in event by event, only where an agreement asks for it or a shipment is looked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import select

from ledger.book import filed_tables
from ledger.book.carriage import carriage_of
from ledger.book.filing import SCHEDULED_LINE
from ledger.events import (
    GoodsReceived,
    ScheduleReleased,
    ShipmentNotified,
    ShipmentReplaced,
    ShipmentStatusReported,
    TimePassed,
)
from ledger.matching.papers.filed import ScheduledLine
from ledger.matching.records import CumulativeKey, Shipment, ShipmentKey
from ledger.matching.resolved import ResolvedEvent, microseconds
from ledger.matching.workset import Carried, Needs

if TYPE_CHECKING:
    from ledger.book.batch import Batch

RELEASES_MAX = 64
"""Of one part on one supplier: what was issued before the newest of them is not looked at."""


class _Row(NamedTuple):
    """A shipment as its table has it, as far as carriers' reports are told apart by it."""

    book: str
    site: str
    supplier: str
    shipment_id: str
    seq: int
    bill_of_lading: str
    shipped_at: int | None
    notified_at: int

    @classmethod
    def of(cls, one: Shipment) -> _Row:
        return cls(*one.key, one.seq, one.bill_of_lading, one.shipped_at, one.notified_at)


def bring(batch: Batch, resolved: ResolvedEvent) -> None:
    """Put into the working set what the decision about this event reads beyond what was loaded for the batch."""
    event, work = resolved.event, batch.loader.workset
    if batch.policy.reads_schedules:
        held = isinstance(event, ShipmentNotified | ShipmentReplaced | ScheduleReleased | GoodsReceived)
        work.scheduled = _scheduled(batch, resolved) if held else {}
    if isinstance(event, TimePassed):
        now_us = batch.log.now_us
        _bring_carriage(batch, [one for one in work.shipments.values() if 0 < one.overdue_at <= now_us])
    elif isinstance(event, ShipmentStatusReported) and any(one.expected_at for one in event.statuses):
        named = {event.shipment_id, event.bill_of_lading} - {""}
        references = {(resolved.book, site, one) for site in batch.masterdata.sites for one in named}
        batch.loader.load(Needs(references=references), resolved.book, ())
        found = [one for reference in sorted(references) for one in work.shipments_called(*reference)]
        _bring_carriage(batch, {one.key: one for one in found}.values())


def _scheduled(batch: Batch, resolved: ResolvedEvent) -> dict[CumulativeKey, list[ScheduledLine]]:
    """Releases of the parts that the event names on their supplier, those of this batch included."""
    found: dict[CumulativeKey, list[ScheduledLine]] = {}
    for line in resolved.lines:
        supplier = line.supplier or resolved.supplier
        key = CumulativeKey(resolved.book, resolved.site, line.part, supplier)
        if not line.part or not supplier or key in found:
            continue
        terms = batch.policy.terms_for(supplier, resolved.event.partner)
        if terms.requirements is not None or "reference" in terms.notice_requires:
            found[key] = _releases(batch, key)
    return found


def _releases(batch: Batch, key: CumulativeKey) -> list[ScheduledLine]:
    table, work = filed_tables.schedule_line, batch.loader.workset
    at = table.c
    rows = batch.conn.execute(
        select(table)
        .where(at.book == key.book, at.site == key.site, at.part == key.part, at.direction == "supply")
        .where(at.counterparty == key.supplier)
        .order_by(at.issued_at.desc(), at.seq.desc())
        .limit(RELEASES_MAX)
    ).fetchall()
    stored: list[ScheduledLine] = [SCHEDULED_LINE.read(row) for row in rows]
    filed = [one for one in work.filed if isinstance(one, ScheduledLine) and _is_of(one, key)]
    return [one for one in (*stored, *filed) if one.seq not in work.unfiled]


def _is_of(line: ScheduledLine, key: CumulativeKey) -> bool:
    return (line.book, line.site, line.part, line.counterparty) == key and line.direction == "supply"


def _bring_carriage(batch: Batch, shipments: Iterable[Shipment]) -> None:
    work = batch.loader.workset
    rows = [_Row.of(one) for one in shipments]
    if not rows:
        return
    for key, known in carriage_of(batch.conn, rows).items():
        reported = microseconds(known.reported_at)
        if reported is not None:
            work.carriage[ShipmentKey(*key)] = Carried(reported, microseconds(known.expected_at))
