"""Facts of notices: shipments whose goods came in the period, and those whose goods should have come in it."""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

import msgspec

from ledger.book.storage import bulk
from ledger.matching.records.documents import Evidence
from ledger.queries.scorecards.facts.loading import CaseAbout, Place, behind
from ledger.queries.scorecards.facts.notice_lines import Header, NoticeLines, Said
from ledger.scorecards.facts import Against, CumulativeFact, PremiumFact, ShipmentFact

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


class Notices(NamedTuple):
    """What was loaded."""

    shipments: list[ShipmentFact]
    lines: NoticeLines
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
    lines = NoticeLines(place, Said(against, excused))
    lines.load(_headers(place, rows, mine, left))
    points = {shipment_id: left[row[1]][1] for shipment_id, row in headers.items() if row[1] in left}
    return Notices(shipments, lines, _premiums(shipments, left), points)


def _headers(place: Place, rows: list[bulk.Row], mine: set[str], left: _Left) -> dict[str, Header]:
    headers = {}
    for shipment_id, seq, message, document, shipped_at, _, notified_at, _ in rows:
        at = shipped_at if shipped_at is not None else notified_at
        headers[shipment_id] = Header(
            message, document, shipment_id in mine, place.edge <= at < place.since,
            place.days.of(at) if place.since <= at < place.until else None, left.get(seq, _USUAL)[1],
        )  # fmt: skip
    return headers


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


_EVIDENCE = msgspec.json.Decoder(tuple[Evidence, ...]).decode


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


def cumulatives(place: Place, found: Notices) -> list[CumulativeFact]:
    """Parts advised in the period, and the first D11 of each that stood open in it and was not granted away."""
    if place.terms.cumulative is None:
        return []
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
        differing.get(part) or CumulativeFact(part=part, site=place.site, behind=proof)
        for part, proof in sorted(found.lines.first.items())
    ]
