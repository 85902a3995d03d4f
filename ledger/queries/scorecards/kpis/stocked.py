"""Dock to stock: how long goods stood on the dock before they were put away.

Put-aways take the oldest receipt first, per site and part, from a month before the period on: what came before it and
is put away in it takes its own receipt. A line counts once all of it that is not damaged is put away.
"""

from __future__ import annotations

from collections import defaultdict, deque

from ledger.book.storage import bulk
from ledger.queries.scorecards.kpis.asked import Asked
from ledger.scorecards import Behind, Measure
from ledger.scorecards.measure import ONE, Tally, amount, percentile

_HOUR_US = 3_600_000_000
_MONTH_US = 31 * 24 * _HOUR_US
_RECEIVED = """
    SELECT r.site, r.part, r.received_at, r.quantity - r.damaged, r.receipt_id, r.line
    FROM goods_receipt_line AS r
    WHERE r.book = ? AND r.received_at >= ? AND r.received_at < ?
      AND (r.status = 'open' OR r.status = 'matched' OR r.status = 'unmatched') AND r.quantity > r.damaged
    ORDER BY r.site, r.part, r.received_at, r.receipt_id, r.line
"""
_PUT_AWAY = """
    SELECT b.site, b.part, COALESCE(e.occurred_at, e.recorded_at), m.quantity, e.seq, e.message, e.document
    FROM event AS e, movement AS m, bucket AS b
    WHERE e.book = ? AND e.kind = 'PutAwayCompleted' AND e.recorded_at >= ?
      AND m.book = e.book AND m.site = e.site AND m.event = e.seq
      AND b.book = m.book AND b.site = m.site AND b.id = m.source
    ORDER BY b.site, b.part, COALESCE(e.occurred_at, e.recorded_at), e.seq
"""


def dock_to_stock(asked: Asked) -> Measure:
    """Mean hours from goods receipt to put-away, with median and 90th percentile; None when nothing was put away."""
    tally = Tally("dock_to_stock", every=asked.every, scale=1, unit="hours")
    since = asked.since - _MONTH_US
    away: dict[tuple[str, str], deque[list[int]]] = defaultdict(deque)
    behind: dict[int, Behind] = {}
    for site, part, at, quantity, seq, message, document in bulk.ask(asked.conn, _PUT_AWAY, (asked.book, since)):
        away[site, part].append([at, int(quantity), seq])
        behind[seq] = Behind(seq=seq, message=message, document=document)
    waits: list[int] = []
    for site, part, at, quantity, receipt, line in bulk.ask(asked.conn, _RECEIVED, (asked.book, since, asked.until)):
        taken = _take(away[site, part], at, int(quantity))
        if taken is None or at < asked.since:
            continue
        done_at, seq = taken
        waits.append(done_at - at)
        hours = (done_at - at) * ONE // _HOUR_US
        text = f"part {part} of goods receipt {receipt}: put away after {amount(hours)} hours"
        tally.note(hours, ONE, text, behind[seq], site=site, part=part, receipt_id=receipt, line=line)
    if waits:
        tally.details = {"median": percentile(waits, 50) / _HOUR_US, "p90": percentile(waits, 90) / _HOUR_US}
    return tally.measure()


def _take(queue: deque[list[int]], received_at: int, quantity: int) -> tuple[int, int] | None:
    """When the last of so many was put away, and by which event; None while some of it was not."""
    while queue and queue[0][0] < received_at:
        queue.popleft()  # of goods that were there before
    last: tuple[int, int] | None = None
    while quantity and queue:
        one = queue[0]
        taken = min(quantity, one[1])
        quantity, one[1], last = quantity - taken, one[1] - taken, (one[0], one[2])
        if not one[1]:
            queue.popleft()
    return None if quantity else last
