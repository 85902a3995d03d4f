"""Facts of goods receipts: what came, what no notice advised, what was rejected, and how long it took."""

from __future__ import annotations

from collections import defaultdict
from operator import itemgetter
from typing import NamedTuple

from ledger.book.storage import bulk, document_tables, filed_tables
from ledger.queries.scorecards.facts.loading import CaseAbout, Place, behind
from ledger.queries.scorecards.facts.promises import Orders
from ledger.scorecards.charging import CHARGED
from ledger.scorecards.facts import (
    Against,
    ContainerFact,
    DeliveryFact,
    LeadTimeFact,
    RejectFact,
    UnadvisedFact,
)

_DAY_US = 86_400_000_000

_OF_NOTICES = """
    SELECT l.provider, l.receipt_id, l.receipt_line, l.shipment_id, l.order_number, l.order_line, l.quantity,
           r.part, r.unit, r.received_at, r.seq, r.segment, r.handling_unit
    FROM link AS l {index}
    CROSS JOIN goods_receipt_line AS r
    WHERE l.book = ? AND l.site = ? AND l.shipment_supplier = ? AND l.reversed = 0 AND l.shipment_id <> ''
      AND r.book = l.book AND r.site = l.site AND r.provider = l.provider AND r.receipt_id = l.receipt_id
      AND r.line = l.receipt_line AND r.received_at >= ? AND r.received_at < ?
"""
_WITHOUT_NOTICE = """
    SELECT l.provider, l.receipt_id, l.receipt_line, r.shipment_id, l.order_number, l.order_line, l.quantity,
           r.part, r.unit, r.received_at, r.seq, r.segment, r.handling_unit
    FROM goods_receipt_line AS r {index}
    CROSS JOIN link AS l
    WHERE r.book = ? AND r.site = ? AND r.supplier = ? AND r.status = 'unmatched'
      AND r.received_at >= ? AND r.received_at < ?
      AND l.book = r.book AND l.site = r.site AND l.provider = r.provider AND l.receipt_id = r.receipt_id
      AND l.receipt_line = r.line AND l.reversed = 0 AND l.shipment_id = ''
"""


_receipt = itemgetter(0, 1)
"""Provider and number."""


class Deliveries(NamedTuple):
    """What was loaded."""

    deliveries: list[DeliveryFact]
    unadvised: list[UnadvisedFact]
    containers: list[ContainerFact]
    came_last: dict[tuple[str, str], tuple[int, int, str]]
    """(order, line) -> time, event and part of what came last in the period."""
    good: int
    """Containers with a good label that are not among the others."""


def deliveries(place: Place, waited_for: frozenset[tuple[str, str]], points: dict[str, str]) -> Deliveries:
    """Everything that came from the edge on. `waited_for` are order lines that are not too old to be filled."""
    since, until = place.since, place.until
    by = "INDEXED BY {}" if place.conn.dialect.name == "sqlite" else ""
    came = place.edge, max(place.now, until - 1) + 1
    advised = place.ask(_OF_NOTICES.format(index=by.format("link_by_notice")), *came, many=True)
    without = place.ask(_WITHOUT_NOTICE.format(index=by.format("goods_receipt_line_unadvised")), *came)
    if doubled := _doubled(place):
        advised, without = ([row for row in rows if row[:3] not in doubled] for rows in (advised, without))
    found: list[DeliveryFact] = []
    containers: dict[str, ContainerFact] = {}
    good: set[str] = set()
    days: dict[int, int] = {}
    last: dict[tuple[str, str], tuple[int, int, str]] = {}
    day_of, site, whole = place.days.of, place.site, place.whole
    labels = _Labels(place, sorted({*map(_receipt, advised), *map(_receipt, without)}))
    for rows, is_advised in ((advised, True), (without, False)):
        for row in rows:
            provider, receipt, line, shipment, order, order_line, quantity, part, unit, at, seq, segment, holds = row
            in_period = since <= at < until
            day = days.get(at)
            if day is None:
                day = days[at] = day_of(at)
            key = order, order_line
            found.append(
                DeliveryFact(
                    site=site, part=part, unit=unit, quantity=quantity, at=at, day=day, seq=seq, segment=segment,
                    receipt_id=receipt, shipment_id=shipment if is_advised else "", in_period=in_period,
                    fills=not order or key in waited_for, ship_point=points.get(shipment, "") if points else "",
                )
            )  # fmt: skip
            if not in_period:
                continue
            if order:
                known = last.get(key)
                if known is None or at > known[0] or (at == known[0] and seq > known[1]):
                    last[key] = at, seq, part
            fault, against = labels.of(provider, receipt, line) if row[:3] in labels.known else _GOOD
            # A container without a readable label has no name: its line stands for it.
            name = holds or (f"{receipt}/{line}" if fault or against else "")
            if not (fault or whole):
                good.add(name)
            elif name and (name not in containers or fault):
                containers[name] = ContainerFact(
                    unit_id=holds, site=site, part=part, receipt_id=receipt,
                    behind=behind(seq, segment=segment), fault=fault, shipment_id=shipment, against=against,
                    ship_point=points.get(shipment, ""),
                )  # fmt: skip
    good.discard("")
    return Deliveries(
        found, _unadvised(place, without), list(containers.values()), last, len(good.difference(containers))
    )


def _doubled(place: Place) -> set[tuple[str, str, str]]:
    """Goods-receipt lines of what another receipt had brought already (D28), unless somebody found it there."""
    return {
        (case.receipt_provider, case.receipt_id, case.receipt_line)
        for case in place.cases
        if case.code == "D28" and case.resolution != "accept"
    }


def _unadvised(place: Place, rows: list[bulk.Row]) -> list[UnadvisedFact]:
    mine = [row for row in rows if place.since <= row[9] < place.until]
    if not mine:
        return []
    named = sorted({(place.supplier, row[3]) for row in mine if row[3]})
    noticed = bulk.look_up(
        place.conn, document_tables.shipment, ("shipment_id", "status"),
        (("book", place.book), ("site", place.site)), ("supplier", "shipment_id"), named,
    )  # fmt: skip
    known = {shipment for shipment, status in noticed if status in ("advised", "waiting")}
    headers = bulk.look_up(
        place.conn, document_tables.goods_receipt, ("provider", "receipt_id", "message", "document"),
        (("book", place.book), ("site", place.site)), ("provider", "receipt_id"), sorted({row[:2] for row in mine}),
    )  # fmt: skip
    documents = {row[:2]: row[2:] for row in map(tuple, headers)}
    against = defaultdict(list)
    excused = set()
    for case in place.cases:
        if case.receipt_id:
            key = case.receipt_provider, case.receipt_id, case.receipt_line
            if case.is_theirs:
                against[key].append(case.against)
            elif case.is_granted or case.fault != "unknown":
                excused.add(key)
    lines: dict[tuple[str, str, str], UnadvisedFact] = {}
    for provider, receipt, line, shipment, _, _, quantity, part, unit, at, seq, segment, _ in mine:
        key = provider, receipt, line
        before = lines.get(key)
        message, document = documents.get((provider, receipt), ("", ""))
        lines[key] = UnadvisedFact(
            receipt_id=receipt, provider=provider, line=line, part=part, unit=unit,
            behind=behind(seq, message, document, segment),
            received=quantity + (before.received if before else 0), received_at=at, site=place.site,
            shipment_id=shipment if shipment in known else "", against=tuple(against.get(key, ())),
            excused=key in excused and key not in against,
        )  # fmt: skip
    return [one for _, one in sorted(lines.items())]


_SAID = ("provider", "receipt_id", "line", "seq", "label")


_GOOD: tuple[str, tuple[Against, ...]] = ("", ())


class _Labels:
    """What is wrong with labels, by goods-receipt line: as the dock said, or as a case about it says."""

    def __init__(self, place: Place, receipts: list[bulk.Row]) -> None:
        said = bulk.look_up(
            place.conn, filed_tables.label_report, _SAID, (("book", place.book), ("site", place.site)),
            _SAID[:2], receipts,
        )  # fmt: skip
        self._said = {row[:3]: row[4] for row in sorted(said)}
        self._cases: dict[tuple[str, str, str], list[CaseAbout]] = defaultdict(list)
        for case in place.cases:
            if case.code in CHARGED["labels"] and case.receipt_id:
                self._cases[case.receipt_provider, case.receipt_id, case.receipt_line].append(case)
        self.known = self._said.keys() | self._cases.keys()

    def of(self, provider: str, receipt_id: str, line: str) -> tuple[str, tuple[Against, ...]]:
        """The fault, "" when there is none or the supplier does not answer for it; and the cases that say so."""
        key = provider, receipt_id, line
        said = self._said.get(key, "")
        cases = self._cases.get(key, ())
        against = tuple(case.against for case in cases if case.is_theirs)
        if cases and not against:
            return "", ()
        return (said if said != "good" else "") or ", ".join(one.code for one in against), against


def rejects(place: Place) -> list[RejectFact]:
    """Cases about goods that were damaged or failed, opened in the period."""
    return [
        RejectFact(
            site=place.site, part=case.part, unit=case.unit, quantity=max(case.actual - case.expected, case.quantity),
            text=case.text, behind=behind(case.opened_seq), against=(case.against,), shipment_id=case.shipment_id,
            receipt_id=case.receipt_id,
        )
        for case in place.cases
        if case.code in CHARGED["rejects_per_million"] and case.is_theirs
        and place.since <= case.opened_at < place.until
    ]  # fmt: skip


def lead_times(place: Place, found: Deliveries, orders: Orders) -> tuple[list[LeadTimeFact], list[int]]:
    """Of each order line that something came of in the period: from the order to what came last. Those that took no
    longer than was agreed are told as days alone, unless the whole is asked for."""
    blanket = place.terms.blanket_order_types
    agreed = (place.terms.lead_time_days or 0) * 1_000_000
    facts: list[LeadTimeFact] = []
    plain: list[int] = []
    for (order, line), (at, seq, part) in found.came_last.items():
        ordered = orders.by_number.get(order)
        if ordered is None or ordered.order_type in blanket:
            continue
        days = max(0, at - ordered.recorded_at) * 1_000_000 // _DAY_US
        if not place.whole and not 0 < agreed < days:
            plain.append(days)
            continue
        facts.append(
            LeadTimeFact(
                site=place.site, part=part, order_number=order, order_line=line, days=days, agreed_days=agreed,
                behind=behind(seq),
            )
        )  # fmt: skip
    return facts, plain
