"""Loads what a supplier's scorecard computes from: shipments, advised lines and goods that no notice advised."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, or_, select

from ledger.book import bulk, document_tables
from ledger.book.codecs import CASE
from ledger.book.places import sites_of
from ledger.matching.discrepancies import d11_cumulative
from ledger.matching.records import Case, Evidence
from ledger.matching.resolved import microseconds
from ledger.policy import Policy
from ledger.scorecards.facts import Behind, CumulativeFact, Facts, LineFact, ShipmentFact, UnadvisedFact

IN_FORCE = ("advised", "waiting")
WAIVED = ("waive",)
"""Resolutions that grant the supplier's dispute: the finding no longer speaks against it."""


def facts(
    conn: Connection,
    supplier: str,
    *,
    since: datetime,
    until: datetime,
    now: datetime,
    policy: Policy,
    book: str = "live",
) -> Facts:
    """Facts of one supplier (our id) from `since` (inclusive) to `until` (exclusive), as known at `now`.

    A shipment belongs to the period in which its first goods came; one that never came, to that in which it was
    expected, else shipped, else notified.
    """
    since_us, until_us, now_us = (microseconds(at) or 0 for at in (since, until, now))
    due_minutes = policy.terms_for(supplier).asn_due_minutes
    shipments: list[ShipmentFact] = []
    lines: list[LineFact] = []
    unadvised: list[UnadvisedFact] = []
    cumulatives: list[CumulativeFact] = []
    keeps_cumulatives = policy.terms_for(supplier).cumulative is not None
    for site in sites_of(conn, book):
        place = (("book", book), ("site", site))
        rows = _shipments(conn, book, site, supplier, since_us, until_us)
        against = _findings(conn, place, supplier, [row.shipment_id for row in rows])
        messages = {row.shipment_id: (row.message, row.document) for row in rows}
        shipments += [
            ShipmentFact(
                shipment_id=row.shipment_id,
                site=site,
                notified_at=row.notified_at,
                shipped_at=row.shipped_at,
                expected_at=row.expected_at,
                first_received_at=row.first_received_at,
                due_minutes=due_minutes,
                behind=Behind(seq=row.seq, message=row.message, document=row.document),
                excused=any(code == "D12" and granted for code, granted in against[row.shipment_id, ""]),
            )
            for row in rows
        ]
        advised = _notice_lines(conn, place, supplier, list(messages))
        lines += [
            LineFact(
                shipment_id=line.shipment_id,
                line=line.line,
                part=line.part,
                unit=line.unit,
                advised=line.quantity,
                received=line.received + line.over,
                closed_at=line.closed_at,
                behind=_behind(line, *messages[line.shipment_id]),
                bad=tuple(sorted({c for c, granted in against[line.shipment_id, line.line] if not granted})),
            )
            for line in advised
        ]
        if keeps_cumulatives:
            parts = {line.part: _behind(line, *messages[line.shipment_id]) for line in reversed(advised)}
            differing = _disagreements(conn, place, supplier, since_us, until_us)
            cumulatives += [differing.get(part) or _agreeing(part, site, parts[part]) for part in sorted(parts)]
        unadvised += _unadvised(conn, book, site, supplier, since_us, until_us)
    return Facts(
        supplier=supplier, since=since_us, until=until_us, now=now_us, shipments=tuple(shipments),
        lines=tuple(lines), unadvised=tuple(unadvised), cumulatives=tuple(cumulatives),
    )  # fmt: skip


def _shipments(conn: Connection, book: str, site: str, supplier: str, since: int, until: int) -> list[Any]:
    at = document_tables.shipment.c
    came = and_(at.first_received_at >= since, at.first_received_at < until)
    awaited = [
        and_(at.expected_at >= since, at.expected_at < until),
        and_(at.expected_at.is_(None), at.shipped_at >= since, at.shipped_at < until),
        and_(at.expected_at.is_(None), at.shipped_at.is_(None), at.notified_at >= since, at.notified_at < until),
    ]
    query = select(document_tables.shipment).where(
        at.book == book, at.site == site, at.supplier == supplier, at.status.in_(IN_FORCE),
        or_(came, and_(at.first_received_at.is_(None), or_(*awaited))),
    )  # fmt: skip
    return list(conn.execute(query.order_by(at.seq)))


def _notice_lines(conn: Connection, place: Any, supplier: str, shipments: list[str]) -> list[Any]:
    table = document_tables.notice_line
    columns = tuple(column.name for column in table.columns)
    keys = [(supplier, shipment) for shipment in shipments]
    rows = bulk.select(
        conn, table, columns, place, ("supplier", "shipment_id"), keys, where="status IN ('open', 'closed')"
    )
    return sorted(rows, key=lambda row: (row.seq, row.segment, row.line))


def _findings(
    conn: Connection, place: Any, supplier: str, shipments: list[str]
) -> dict[tuple[str, str], set[tuple[str, bool]]]:
    """(class, granted away) of the supplier's own faults by (shipment, notice line)."""
    found: dict[tuple[str, str], set[tuple[str, bool]]] = defaultdict(set)
    case, wanted = document_tables.cases.c, set(shipments)
    about = select(case.shipment_id, case.notice_line, case.code, case.fault, case.resolution).where(
        *(case[name] == value for name, value in place), case.supplier == supplier
    )
    for row in conn.execute(about):
        if row.shipment_id not in wanted:
            continue
        if row.fault == "supplier" or row.code == "D12":
            granted = row.resolution in WAIVED or row.fault != "supplier"
            found[row.shipment_id, row.notice_line].add((row.code, granted))
    return found


def _disagreements(conn: Connection, place: Any, supplier: str, since: int, until: int) -> dict[str, CumulativeFact]:
    """The first D11 per part that stood open in the period and was not granted away."""
    case = document_tables.cases.c
    stood = and_(case.opened_at < until, or_(case.resolved_at.is_(None), case.resolved_at >= since))
    query = select(document_tables.cases).where(
        *(case[name] == value for name, value in place), case.supplier == supplier,
        case.code == d11_cumulative.CLASS.code, case.fault == "supplier", case.resolution.not_in(WAIVED), stood,
    )  # fmt: skip
    found: dict[str, CumulativeFact] = {}
    for row in conn.execute(query.order_by(case.opened_seq, case.case)):
        one: Case = CASE.read(row)
        evidence = one.evidence[0] if one.evidence else Evidence("", "", 0)
        behind = Behind(
            seq=one.opened_seq, message=evidence.message, document=evidence.document, segment=evidence.segment
        )
        fact = CumulativeFact(
            part=one.part, site=one.site, behind=behind, agrees=False, shipment_id=one.shipment_id, text=one.text
        )
        found.setdefault(one.part, fact)
    return found


def _agreeing(part: str, site: str, behind: Behind) -> CumulativeFact:
    return CumulativeFact(part=part, site=site, behind=behind)


def _unadvised(conn: Connection, book: str, site: str, supplier: str, since: int, until: int) -> list[UnadvisedFact]:
    table, header = document_tables.goods_receipt_line, document_tables.goods_receipt
    at = table.c
    query = (
        select(table, header.c.message, header.c.document)
        .join_from(
            table,
            header,
            (header.c.book == at.book)
            & (header.c.site == at.site)
            & (header.c.provider == at.provider)
            & (header.c.receipt_id == at.receipt_id),
        )
        .where(
            at.book == book,
            at.site == site,
            at.supplier == supplier,
            at.status == "unmatched",
            at.matched < at.quantity,
            at.received_at >= since,
            at.received_at < until,
        )
    )
    return [
        UnadvisedFact(
            receipt_id=row.receipt_id,
            provider=row.provider,
            line=row.line,
            part=row.part,
            unit=row.unit,
            received=row.quantity - row.matched,
            received_at=row.received_at,
            shipment_id=row.shipment_id,
            behind=_behind(row, row.message, row.document),
        )
        for row in conn.execute(query.order_by(at.seq, at.line))
    ]


def _behind(row: Any, message: str, document: str) -> Behind:
    return Behind(seq=row.seq, message=message, document=document, segment=row.segment)
