"""What a cancellation had taken out of the books, for when its document is read again as something else.

Read from the log: neither a cancelled notice nor a cancelled order keeps how it stood before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from ledger.book.resolution import lines_of, resolve
from ledger.book.storage import tables
from ledger.events import Event, OrderCancelled, OrderChanged, OrderPlaced, read_event
from ledger.matching.booking import CannotReread
from ledger.matching.records.documents import ShipmentKey
from ledger.matching.resolved import OrderBefore, ResolvedEvent, line_identities

if TYPE_CHECKING:
    from ledger.book.batch import Batch

KINDS = (OrderPlaced, OrderChanged, OrderCancelled)


def undo(batch: Batch, resolved: ResolvedEvent, before: ResolvedEvent) -> None:
    """Note in the event what stands again once `before`, a cancellation, is taken back; its records are loaded."""
    if isinstance(before.event, OrderCancelled):
        resolved.order_before = _order_before(batch, before)
    else:
        resolved.undone = _cancelled_notice(batch, before)


def _cancelled_notice(batch: Batch, before: ResolvedEvent) -> ResolvedEvent | None:
    """The notice with the lines of it that stood; None where it was noticed anew since."""
    key = ShipmentKey(before.book, before.site, before.supplier, before.event.number)
    shipment = batch.loader.workset.shipments.get(key)
    if shipment is None or shipment.status != "cancelled" or shipment.seq > before.seq:
        return None
    event = batch.log.event(shipment.seq)
    statuses, lines = batch.log.line_statuses(event, shipment.seq), lines_of(event)
    stood = [
        (name, line)
        for name, line in zip(line_identities(lines), lines, strict=True)
        if statuses.get(name) == "posted"
    ]
    return resolve(
        event, batch.sent(event), book=before.book, seq=shipment.seq, site=before.site,
        identities=[name for name, _ in stood], lines=[line for _, line in stood], standings=["again"] * len(stood),
    )  # fmt: skip


def _order_before(batch: Batch, before: ResolvedEvent) -> OrderBefore:
    """The order as everything that was said of it before left it. Raises CannotReread where some was read twice."""
    table, number = tables.event.c, before.event.number
    query = select(table.seq, table.body).where(
        table.book == before.book, table.site == before.event.site, table.number == number,
        table.kind.in_([kind.__name__ for kind in KINDS]), table.seq < before.seq,
    )  # fmt: skip
    said: dict[int, Event] = {seq: read_event(body) for seq, body in batch.conn.execute(query)}
    said |= {
        seq: event
        for seq, event in batch.log.own.items()
        if isinstance(event, KINDS)
        and event.number == number
        and event.site == before.event.site
        and seq < before.seq
    }
    lines, changed = frozenset[str](), 0
    for seq, event in sorted(said.items()):
        if event.revision:
            raise CannotReread(
                f"Order {number} was itself read again before it was cancelled: send a change with its lines, which "
                f"opens it again."
            )
        if not isinstance(event, OrderPlaced):
            changed = seq
        lines = _lines_after(event, lines)
    return OrderBefore(lines, changed)


def _lines_after(event: Event, lines: frozenset[str]) -> frozenset[str]:
    """The lines in force once the event is."""
    if isinstance(event, OrderPlaced):
        return lines | set(line_identities(event.lines))
    if not isinstance(event, OrderChanged):
        return frozenset()
    named = dict(zip(line_identities(event.lines), event.lines, strict=True))
    deleted = {name for name, line in named.items() if line.change == "delete"}
    return (lines & set(named) if event.complete else lines) - deleted | (set(named) - deleted)
