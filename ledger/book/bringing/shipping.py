"""What left for customers with a shipment, as its lines were posted, and what they said of it.

This batch's own events are included.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from sqlalchemy import select, text

from ledger.book.resolution import lines_of, resolve
from ledger.book.storage import tables
from ledger.events import CustomerReceiptReported, Event, GoodsShipped, read_event
from ledger.matching.resolved import line_identities

if TYPE_CHECKING:
    from ledger.book.batch import Batch


def answers_about(batch: Batch, number: str) -> list[int]:
    """The events of customers' receipts of shipment `number`, in order."""
    return sorted(seq for seq, event in _said_of(batch, number).items() if isinstance(event, CustomerReceiptReported))


def _said_of(batch: Batch, number: str) -> dict[int, Event]:
    table = tables.event.c
    query = select(table.seq, table.body).where(
        text(tables.SAID_OF_SHIPPING), table.book == batch.head.book, table.number == number
    )
    stored = {seq: read_event(body) for seq, body in batch.conn.execute(query)}
    return stored | {seq: event for seq, event in batch.log.own.items() if event.number == number}


def shipped_with(batch: Batch, number: str) -> dict[tuple[str, str], int]:
    """By (site, part), in millionths of its base unit; whoever told that shipment `number` left."""
    events = {seq: event for seq, event in _said_of(batch, number).items() if isinstance(event, GoodsShipped)}
    last: dict[tuple[str, str], int] = {}
    for event in events.values():
        named = (event.partner, event.site)
        last[named] = max(last.get(named, 0), event.revision)
    found: dict[tuple[str, str], int] = defaultdict(int)
    for seq, event in sorted(events.items()):
        if event.retracted or event.revision < last[event.partner, event.site]:
            continue
        statuses, lines = batch.log.line_statuses(event, seq), lines_of(event)
        names = line_identities(lines)
        resolved = resolve(
            event, batch.sent(event), book=batch.head.book, seq=seq, site=event.site, identities=names, lines=lines,
            standings=["new"] * len(lines),
        )  # fmt: skip
        for line in resolved.lines:
            if statuses.get(line.line) == "posted" and line.part:
                found[event.site, line.part] += line.quantity
    return dict(found)
