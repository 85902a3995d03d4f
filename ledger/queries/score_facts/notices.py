"""Facts of notices: shipments and lines whose goods came in the period, and what left on which day of it."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import msgspec

from ledger.book import bulk, document_tables
from ledger.matching.records import Evidence
from ledger.queries.score_facts.loading import CaseAbout, Place, behind
from ledger.scorecards.charging import CHARGED
from ledger.scorecards.facts import Against, CumulativeFact, DispatchFact, LineFact, PremiumFact, ShipmentFact

_SHIPMENTS = """
    SELECT shipment_id, seq, message, document, shipped_at, expected_at, notified_at, first_received_at
    FROM shipment
    WHERE book = ? AND site = ? AND supplier = ? AND (status = 'advised' OR status = 'waiting') AND (
        (first_received_at >= ? AND first_received_at < ?)
        OR (first_received_at IS NULL AND COALESCE(expected_at, shipped_at, notified_at) >= ?
            AND COALESCE(expected_at, shipped_at, notified_at) < ?)
        OR (COALESCE(shipped_at, notified_at) >= ? AND COALESCE(shipped_at, notified_at) < ?)
    )
    ORDER BY seq
"""
_COLUMNS = (
    "shipment_id", "line", "part", "unit", "quantity", "received", "over", "closed_at", "seq", "segment",
    "order_number", "order_line_identity",
)  # fmt: skip


class Notices(NamedTuple):
    """What was loaded. `order_of` says which order line a notice line answers."""

    shipments: list[ShipmentFact]
    lines: list[LineFact]
    dispatches: list[DispatchFact]
    shipped_before: dict[str, int]
    """Part -> what left between the edge and the period."""
    order_of: dict[tuple[str, str], tuple[str, str]]
    premiums: list[PremiumFact]
    points: dict[str, str]
    """Shipment -> from where it left, where that was told."""


def notices(place: Place) -> Notices:
    """A shipment belongs to the period in which its first goods came; one that never came, to that in which it was
    expected, else shipped, else notified. What left belongs to the day on which it left."""
    since, until, edge = place.since, place.until, place.edge
    rows = place.ask(_SHIPMENTS, since, until, since, until, edge, until)
    headers = {row[0]: row for row in rows}
    against, excused = _by_notice(place.cases)
    due_minutes = place.terms.asn_due_minutes
    mine: set[str] = set()
    left = _departures(place)
    shipments: list[ShipmentFact] = []
    for shipment_id, seq, message, document, shipped_at, expected_at, notified_at, first_at in rows:
        at = first_at
        if at is None:
            at = expected_at if expected_at is not None else shipped_at if shipped_at is not None else notified_at
        if not since <= at < until:
            continue
        mine.add(shipment_id)
        shipments.append(
            ShipmentFact(
                shipment_id=shipment_id, site=place.site, behind=behind(seq, message, document),
                notified_at=notified_at, shipped_at=shipped_at, expected_at=expected_at, first_received_at=first_at,
                due_minutes=due_minutes, excused="D12" in excused.get((shipment_id, ""), ()),
                against=against.get((shipment_id, ""), ()), ship_point=left.get(seq, _USUAL)[1],
            )
        )  # fmt: skip
    lines: list[LineFact] = []
    dispatches: list[DispatchFact] = []
    before: dict[str, int] = defaultdict(int)
    order_of: dict[tuple[str, str], tuple[str, str]] = {}
    of_whole = _of_whole(against)
    for row in _lines(place, list(headers)):
        shipment_id, line, part, unit, quantity, received, over, closed_at, seq, segment, order, order_line = row
        header = headers[shipment_id]
        proof = behind(seq, header[2], header[3], segment)
        if shipment_id in mine:
            key = shipment_id, line
            if key in excused or key in against:
                order_of[key] = order, order_line
            lines.append(
                LineFact(
                    shipment_id=shipment_id, line=line, part=part, unit=unit, behind=proof, advised=quantity,
                    received=received + over, site=place.site, closed_at=closed_at,
                    against=(*of_whole.pop(shipment_id, ()), *against.get(key, ())),
                    ship_point=left.get(header[1], _USUAL)[1],
                    excused=not _QUANTITY.isdisjoint(excused.get(key, ())),
                )
            )  # fmt: skip
        left_at = header[4] if header[4] is not None else header[6]
        if edge <= left_at < since:
            before[part] += quantity
        elif since <= left_at < until:
            dispatches.append(
                DispatchFact(
                    site=place.site, part=part, unit=unit, quantity=quantity, day=place.days.of(left_at),
                    behind=proof, shipment_id=shipment_id, line=line, ship_point=left.get(header[1], _USUAL)[1],
                )
            )  # fmt: skip
    points = {shipment_id: left[row[1]][1] for shipment_id, row in headers.items() if row[1] in left}
    return Notices(shipments, lines, dispatches, before, order_of, _premiums(shipments, left), points)


_Left = dict[int, tuple[int, str, str, str, str, str, str]]
"""By the event of a notice: from where a shipment left, and what its premium freight was."""


def _premiums(shipments: list[ShipmentFact], left: _Left) -> list[PremiumFact]:
    return [
        PremiumFact(
            shipment_id=one.shipment_id, site=one.site, behind=one.behind, responsible=told[2], reason=told[3],
            cost=told[4], currency=told[5], authorization=told[6],
        )
        for one in shipments
        if (told := left.get(one.behind.seq, _USUAL))[2]
    ]  # fmt: skip


_DEPARTURES = """
    SELECT seq, ship_from, responsible, reason, cost, currency, "authorization" FROM departure
    WHERE book = ? AND site = ? AND supplier = ?
"""
_USUAL = (0, "", "", "", "", "", "")


def _departures(place: Place) -> _Left:
    return {row[0]: row for row in place.ask(_DEPARTURES)}


_QUANTITY = frozenset({"D16", "D17"})
_EVIDENCE = msgspec.json.Decoder(tuple[Evidence, ...]).decode


def _lines(place: Place, shipments: list[str]) -> list[bulk.Row]:
    keys = [(place.supplier, shipment) for shipment in shipments]
    rows = bulk.look_up(
        place.conn, document_tables.notice_line, _COLUMNS, (("book", place.book), ("site", place.site)),
        ("supplier", "shipment_id"), keys, where="(status = 'open' OR status = 'closed')",
    )  # fmt: skip
    return sorted(rows, key=lambda row: (row[8], row[9], row[1]))


def _by_notice(
    cases: list[CaseAbout],
) -> tuple[dict[tuple[str, str], tuple[Against, ...]], dict[tuple[str, str], set[str]]]:
    """What speaks against the supplier, and the classes that it is excused of, by shipment and line."""
    against: dict[tuple[str, str], tuple[Against, ...]] = {}
    excused: dict[tuple[str, str], set[str]] = defaultdict(set)
    for case in cases:
        if not case.shipment_id:
            continue
        key = case.shipment_id, case.notice_line
        if case.is_theirs:
            against[key] = (*against.get(key, ()), case.against)
        elif case.is_granted or case.fault != "unknown":
            excused[key].add(case.code)
    return against, excused


def _of_whole(against: dict[tuple[str, str], tuple[Against, ...]]) -> dict[str, tuple[Against, ...]]:
    """What is wrong with a notice as a whole and costs accuracy: its first line tells it, so that it counts once."""
    accuracy = CHARGED["asn_accuracy"]
    found = {}
    for (shipment_id, line), cases in against.items():
        if not line and (told := tuple(one for one in cases if one.code in accuracy)):
            found[shipment_id] = told
    return found


def cumulatives(place: Place, found: Notices) -> list[CumulativeFact]:
    """Parts advised in the period, and the first D11 of each that stood open in it and was not granted away."""
    if place.terms.cumulative is None:
        return []
    first: dict[str, LineFact] = {}
    for line in sorted(found.lines, key=lambda one: (one.behind.seq, one.behind.segment, one.line)):
        first.setdefault(line.part, line)
    differing: dict[str, CumulativeFact] = {}
    for case in place.cases:
        if case.code != "D11" or not case.is_theirs or case.opened_at >= place.until:
            continue
        if case.resolved_at is not None and case.resolved_at < place.since:
            continue
        if case.part not in differing:
            proof = _EVIDENCE(case.evidence)[0] if case.evidence else ("", "", 0)
            differing[case.part] = CumulativeFact(
                part=case.part, site=place.site, behind=behind(case.opened_seq, *proof), agrees=False,
                shipment_id=case.shipment_id, text=case.text, against=(case.against,),
            )  # fmt: skip
    return [
        differing.get(part) or CumulativeFact(part=part, site=place.site, behind=line.behind)
        for part, line in sorted(first.items())
    ]
