"""Key figures of the plant for one month, each with its formula, the events behind it and the entries it sums.

    stock_accuracy     places counted within tolerance / places counted
    count_variance     sum |counted - booked| / sum booked, per base unit
    supplier_on_time   requirements filled in their window / requirements due, over all suppliers
    inventory_turns    12 x quantity used in the month / mean of opening and closing stock, per base unit
    service_fill_rate  lines of reservations and allocations that posted at once / lines asked for
    dock_to_stock      hours from a goods receipt to the put-away that took it, the oldest receipt first
    receiving_errors   goods-receipt lines with a case that the receiver answers for / goods-receipt lines

A figure is None where nothing happened that it could be taken from; times are those of recording.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from ledger.book.bringing.history import quantities_at
from ledger.book.storage import bulk
from ledger.matching.resolved import microseconds
from ledger.outcomes import Compared
from ledger.policy import Policy
from ledger.queries.scorecards.facts import facts_of
from ledger.queries.scorecards.score import month_of
from ledger.scorecards import METRICS, Behind, Measure
from ledger.scorecards.measure import ONE, Tally, amount, percentile

_HOUR_US = 3_600_000_000


class Kpi(msgspec.Struct, frozen=True, kw_only=True):
    """One figure of one month; `measure.deductions` are all its entries where they were asked for."""

    name: str
    formula: str
    events: tuple[str, ...]
    """Kinds of events that it is taken from."""
    month: str
    measure: Measure


class _Asked(NamedTuple):
    conn: Connection
    book: str
    since: int
    until: int
    month: str
    now: datetime
    policy: Policy
    every: bool


class _Definition(NamedTuple):
    formula: str
    events: tuple[str, ...]
    measure: Callable[[_Asked], Measure]


def kpis(
    conn: Connection,
    *,
    month: str = "",
    now: datetime,
    policy: Policy,
    book: str = "live",
    name: str = "",
) -> list[Kpi]:
    """All figures of a month (that of `now` where none is named), or the one that is named with all its entries.

    Raises KeyError for a name that is none.
    """
    shown, since, until = month_of(month, now)
    wanted = {name: KPIS[name]} if name else KPIS
    asked = _Asked(conn, book, microseconds(since) or 0, microseconds(until) or 0, shown, now, policy, bool(name))
    return [
        Kpi(name=one, formula=of.formula, events=of.events, month=shown, measure=of.measure(asked))
        for one, of in wanted.items()
    ]


_COMPARED = """
    SELECT e.seq, e.site, e.message, e.document, o.body FROM event AS e CROSS JOIN outcome AS o
    WHERE e.book = ? AND e.kind = 'StockCounted' AND e.recorded_at >= ? AND e.recorded_at < ?
      AND o.book = e.book AND o.site = e.site AND o.event = e.seq
    ORDER BY e.seq, o.seq, o.n
"""
_RIGHT = ("agrees", "tolerated", "timing")


def _counted(asked: _Asked) -> Iterator[tuple[str, Behind, Compared]]:
    """Each place that was counted, as it was last compared."""
    found: dict[tuple[int, str, str, str], tuple[str, Behind, Compared]] = {}
    for seq, site, message, document, body in bulk.ask(asked.conn, _COMPARED, (asked.book, asked.since, asked.until)):
        for one in msgspec.json.decode(body):
            if one.get("outcome") == "compared":
                compared = msgspec.convert(one, Compared, strict=False)
                key = seq, compared.line, compared.part, compared.location
                found[key] = site, Behind(seq=seq, message=message, document=document), compared
    yield from found.values()


def _stock_accuracy(asked: _Asked) -> Measure:
    tally = Tally("stock_accuracy", every=asked.every)
    for site, behind, one in _counted(asked):
        right = one.verdict in _RIGHT
        text = f"part {one.part} at {one.location}: {one.said:f} counted, {one.expected:f} booked"
        tally.note(ONE if right else 0, ONE, text, behind, site=site, part=one.part, line=one.line, cases=_case(one))
    return tally.measure()


def _count_variance(asked: _Asked) -> Measure:
    tally = Tally("count_variance", every=asked.every)
    for site, behind, one in _counted(asked):
        differs, booked = (int(value * ONE) for value in (abs(one.said - one.expected), one.expected))
        text = f"part {one.part} at {one.location}: {one.said:f} counted, {one.expected:f} booked"
        tally.note(
            differs, booked, text, behind, unit=one.unit, site=site, part=one.part, line=one.line, cases=_case(one)
        )
    return tally.measure()


def _case(one: Compared) -> tuple[str, ...]:
    return (one.case,) if one.case else ()


_SUPPLIERS = "SELECT number FROM masterdata WHERE book = ? AND kind = 'SupplierDefined' ORDER BY number"


def _supplier_on_time(asked: _Asked) -> Measure:
    tally = Tally("supplier_on_time", every=asked.every)
    suppliers = [number for (number,) in bulk.ask(asked.conn, _SUPPLIERS, (asked.book,))]
    _, since, until = month_of(asked.month, asked.now)
    for facts in facts_of(
        asked.conn, suppliers, since=since, until=until, now=asked.now, policy=asked.policy, book=asked.book
    ):
        found = METRICS["on_time_lines"](facts, asked.policy.scores)
        if found.possible:
            achieved, possible = int(found.achieved * ONE), int(found.possible * ONE)
            text = f"{facts.supplier}: {found.achieved:f} of {found.possible:f} requirements in time"
            tally.note(achieved, possible, text, Behind(seq=0), line=facts.supplier)
    return tally.measure()


_USED = """
    SELECT b.site, b.part, SUM(m.quantity), MAX(m.seq) FROM movement AS m, bucket AS b, bucket AS t
    WHERE m.book = ? AND m.number > ? AND m.number <= ?
      AND b.book = m.book AND b.site = m.site AND b.id = m.source AND b.external = 0
      AND t.book = m.book AND t.site = m.site AND t.id = m.target AND (t.state = 'production' OR t.state = 'customer')
    GROUP BY b.site, b.part ORDER BY b.site, b.part
"""
_MOVED_BEFORE = "SELECT MAX(movements_to) FROM event WHERE book = ? AND recorded_at < ?"
_INSIDE = "SELECT site, id, part FROM bucket WHERE book = ? AND external = 0 AND state <> 'in_transit'"
_UNITS = "SELECT number, body FROM masterdata WHERE book = ? AND kind = 'PartDefined'"


def _inventory_turns(asked: _Asked) -> Measure:
    tally = Tally("inventory_turns", every=asked.every, scale=1, unit="turns")
    ends = [bulk.ask(asked.conn, _MOVED_BEFORE, (asked.book, at))[0][0] or 0 for at in (asked.since, asked.until)]
    parts = {(site, id_): part for site, id_, part in bulk.ask(asked.conn, _INSIDE, (asked.book,))}
    stock: dict[tuple[str, str], int] = defaultdict(int)
    for number in ends:
        for key, quantity in quantities_at(asked.conn, asked.book, number).items():
            if key in parts:
                stock[key[0], parts[key]] += quantity
    used = {row[:2]: row[2:] for row in bulk.ask(asked.conn, _USED, (asked.book, *ends))}
    units = {number: msgspec.json.decode(body)["base_unit"] for number, body in _of_parts(asked)}
    for group in sorted({*used, *(group for group, quantity in stock.items() if quantity)}):
        quantity, seq = used.get(group, (0, 0))
        text = f"part {group[1]}: {amount(int(quantity))} used, {amount(stock[group] // 2)} on hand on average"
        # Twelve months' use out of the mean of two stocks.
        tally.note(
            24 * int(quantity), stock[group], text, Behind(seq=seq), unit=units.get(group[1], ""), site=group[0],
            part=group[1],
        )  # fmt: skip
    return tally.measure()


def _of_parts(asked: _Asked) -> list[tuple[str, str]]:
    return bulk.ask(asked.conn, _UNITS, (asked.book,))


_RESERVED = """
    SELECT e.seq, e.site, e.kind, e.number, e.message, e.document, o.body FROM event AS e CROSS JOIN outcome AS o
    WHERE e.book = ? AND (e.kind = 'ServiceReserved' OR e.kind = 'AllocationMade')
      AND e.recorded_at >= ? AND e.recorded_at < ?
      AND o.book = e.book AND o.site = e.site AND o.event = e.seq AND o.seq = e.seq AND o.n = 0
    ORDER BY e.seq
"""
_FILLED = {"posted": True, "waiting": False, "refused": False}


def _service_fill_rate(asked: _Asked) -> Measure:
    tally = Tally("service_fill_rate", every=asked.every)
    rows = bulk.ask(asked.conn, _RESERVED, (asked.book, asked.since, asked.until))
    for seq, site, kind, number, message, document, body in rows:
        for one in msgspec.json.decode(body):
            filled = _FILLED.get(one.get("outcome"))
            if filled is None:
                continue
            line = one.get("line", "")
            text = f"{kind} {number}, line {line}: {one['outcome']}"
            behind = Behind(seq=seq, message=message, document=document)
            tally.note(ONE if filled else 0, ONE, text, behind, site=site, line=f"{number}/{line}")
    return tally.measure()


_RECEIVED = """
    SELECT r.site, r.part, r.received_at, r.quantity, r.receipt_id, r.line, r.seq, r.segment
    FROM goods_receipt_line AS r
    WHERE r.book = ? AND r.received_at >= ? AND r.received_at < ? AND r.status <> 'reversed'
    ORDER BY r.site, r.part, r.received_at, r.receipt_id, r.line
"""
_PUT_AWAY = """
    SELECT b.site, b.part, COALESCE(e.occurred_at, e.recorded_at), m.quantity, e.seq
    FROM event AS e, movement AS m, bucket AS b
    WHERE e.book = ? AND e.kind = 'PutAwayCompleted' AND e.recorded_at >= ?
      AND m.book = e.book AND m.site = e.site AND m.event = e.seq
      AND b.book = m.book AND b.site = m.site AND b.id = m.source
    ORDER BY b.site, b.part, COALESCE(e.occurred_at, e.recorded_at), e.seq
"""


def _dock_to_stock(asked: _Asked) -> Measure:
    tally = Tally("dock_to_stock", every=asked.every, scale=1, unit="hours")
    away: dict[tuple[str, str], list[list[int]]] = defaultdict(list)
    for site, part, at, quantity, seq in bulk.ask(asked.conn, _PUT_AWAY, (asked.book, asked.since)):
        away[site, part].append([at, int(quantity), seq])
    waits: list[int] = []
    for site, part, at, quantity, receipt, line, *_ in bulk.ask(
        asked.conn, _RECEIVED, (asked.book, asked.since, asked.until)
    ):
        left, last = int(quantity), None
        queue = away.get((site, part), [])
        while left and queue:
            taken = min(left, queue[0][1])
            left, queue[0][1], last = left - taken, queue[0][1] - taken, queue[0]
            if not queue[0][1]:
                queue.pop(0)
        if left or last is None:
            continue  # not put away yet
        waited = max(0, last[0] - at)
        waits.append(waited)
        hours = waited * ONE // _HOUR_US
        text = f"part {part} of goods receipt {receipt}: put away after {amount(hours)} hours"
        tally.note(hours, ONE, text, Behind(seq=last[2]), site=site, part=part, receipt_id=receipt, line=line)
    if waits:
        tally.details = {"median": percentile(waits, 50) / _HOUR_US, "p90": percentile(waits, 90) / _HOUR_US}
    return tally.measure()


_RECEIPT_LINES = """
    SELECT COUNT(*) FROM goods_receipt_line WHERE book = ? AND received_at >= ? AND received_at < ?
"""
_RECEIVERS_CASES = """
    SELECT site, "case", code, part, receipt_id, receipt_line, opened_seq, text FROM cases
    WHERE book = ? AND fault = 'receiver' AND opened_at >= ? AND opened_at < ? AND receipt_id <> ''
    ORDER BY opened_seq, "case"
"""


def _receiving_errors(asked: _Asked) -> Measure:
    tally = Tally("receiving_errors", every=asked.every)
    period = asked.book, asked.since, asked.until
    ((lines,),) = bulk.ask(asked.conn, _RECEIPT_LINES, period)
    wrong: dict[tuple[str, str, str], tuple[str, ...]] = {}
    for site, case, code, part, receipt, line, seq, text in bulk.ask(asked.conn, _RECEIVERS_CASES, period):
        key = site, receipt, line
        if key not in wrong:
            tally.note(
                ONE, ONE, f"{code}: {text}", Behind(seq=seq), site=site, part=part, receipt_id=receipt, line=line,
                cases=(case,),
            )  # fmt: skip
        wrong[key] = (*wrong.get(key, ()), case)
    right = max(0, lines - len(wrong))
    if right and asked.every:
        tally.note(0, right * ONE, f"{right} lines without one", Behind(seq=0), line="others")
    elif right:
        tally.add(0, right * ONE)
    return tally.measure()


KPIS: dict[str, _Definition] = {
    "stock_accuracy": _Definition(
        "places counted within tolerance / places counted", ("StockCounted",), _stock_accuracy
    ),
    "count_variance": _Definition(
        "sum |counted - booked| / sum booked", ("StockCounted",), _count_variance
    ),
    "supplier_on_time": _Definition(
        "requirements filled in their window / requirements due",
        ("OrderPlaced", "OrderChanged", "ScheduleReleased", "OrderAcknowledged", "GoodsReceived"), _supplier_on_time,
    ),
    "inventory_turns": _Definition(
        "12 x used in the month / mean of opening and closing stock",
        ("MaterialConsumed", "GoodsShipped"), _inventory_turns,
    ),
    "service_fill_rate": _Definition(
        "lines posted at once / lines asked for", ("ServiceReserved", "AllocationMade"), _service_fill_rate
    ),
    "dock_to_stock": _Definition(
        "sum of hours from receipt to put-away / receipt lines put away", ("GoodsReceived", "PutAwayCompleted"),
        _dock_to_stock,
    ),
    "receiving_errors": _Definition(
        "receipt lines with a case of the receiver's / receipt lines", ("GoodsReceived",), _receiving_errors
    ),
}  # fmt: skip
"""By name, in the order in which they are shown."""
