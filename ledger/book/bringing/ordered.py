"""Goods that came later than others on an order line which has no room for all: which are held is decided together.

Looked for only where an order line is asked for less than came, or may be by what is recorded: goods within their
order bring nothing in.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ledger.book.storage import bulk
from ledger.events import GoodsReceived, ReceiptLine
from ledger.matching.ordering.requirements import order_line_of
from ledger.matching.records.documents import OrderKey, OrderLine, ReceiptKey
from ledger.matching.resolved import ResolvedEvent, ResolvedLine
from ledger.matching.workset import Workset

if TYPE_CHECKING:
    from ledger.book.batch import Batch

Named = tuple[OrderKey, str]
_CAME_SINCE = """
SELECT l.provider, l.receipt_id, l.receipt_line FROM link AS l JOIN goods_receipt_line AS r
ON r.book = l.book AND r.site = l.site AND r.provider = l.provider AND r.receipt_id = l.receipt_id
AND r.line = l.receipt_line
WHERE l.book = ? AND l.site = ? AND l.order_supplier = ? AND l.order_number = ? AND l.order_line = ?
AND l.reversed = 0 AND l.order_number <> '' AND r.received_at >= ?"""


def bring(batch: Batch, resolved: Sequence[ResolvedEvent]) -> None:
    """Put them into the working set, with all that they answer."""
    work, now_us = batch.loader.workset, batch.log.now_us
    if not _is_anything_full(work, resolved):
        return
    coming: dict[Named, int] = defaultdict(int)
    since: dict[Named, int] = {}
    for event in resolved:
        at = event.occurred_at or now_us
        for line in event.lines if isinstance(event.event, GoodsReceived) else ():
            for order in _orders_of(work, event, line):
                key = order.key, order.line
                coming[key] += line.quantity
                since[key] = min(at, since.get(key, at))
    asked: dict[Named, int] = {}
    while True:
        lines: set[tuple[ReceiptKey, str]] = set()
        for key, order in work.order_lines.items():
            if not _has_no_room(order, coming.get(key, 0)):
                continue
            first = _earliest(work, order, since.get(key, now_us))
            if first < asked.get(key, first + 1):
                asked[key] = first
                rows = bulk.ask(batch.conn, _CAME_SINCE, (*key[0], key[1], first))
                lines |= {(ReceiptKey(*key[0][:2], *row[:2]), row[2]) for row in rows}
        if not lines:
            return
        batch.loader.load_receipt_lines(lines, batch.head.book)


def _is_anything_full(work: Workset, resolved: Sequence[ResolvedEvent]) -> bool:
    """Whether some order line may have no room for all, would everything that comes be for it."""
    parts: dict[str, int] = {}
    for event in resolved:
        if isinstance(event.event, GoodsReceived):
            for line in event.lines:
                parts[line.part] = parts.get(line.part, 0) + line.quantity
    return any(_has_no_room(order, parts.get(order.part, 0)) for order in work.order_lines.values())


def _orders_of(work: Workset, event: ResolvedEvent, line: ResolvedLine) -> Iterator[OrderLine]:
    """The order lines that a goods-receipt line may answer."""
    said = line.said
    if not isinstance(said, ReceiptLine) or not line.part:
        return
    if said.order_number:
        for order in work.orders_of_number.get((event.book, event.site, said.order_number), ()):
            yield from work.order_lines_of_part.get((order.key, line.part), ())
        return
    reference = said.shipment_id or said.packing_slip or said.bill_of_lading or said.pro_number
    for shipment in work.shipments_called(event.book, event.site, reference):
        for notice in work.notice_lines_of_part.get((shipment.key, line.part), ()):
            if (order_line := order_line_of(work, notice)) is not None:
                yield order_line


def _has_no_room(order: OrderLine, coming: int) -> bool:
    return order.received + coming - order.settled > order.quantity and not order.blanket


def _earliest(work: Workset, order: OrderLine, at: int) -> int:
    """When the first came of those that are here, or come by `at` now."""
    links = work.links_of_order(order)
    return min((at, *(work.receipt_lines[link.receipt, link.receipt_line].received_at for link in links)))
