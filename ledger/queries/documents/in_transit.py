"""What is on its way: each advised line, what has come of it, when the rest is expected, and whether it is late."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, literal_column, select, tuple_

from ledger.book.bringing.carriage import NOTHING, Carriage, carriage_of, headers_of
from ledger.book.bringing.places import sites_of
from ledger.book.storage import document_tables
from ledger.masterdata import to_decimal
from ledger.matching.resolved import moment, moment_or_none
from ledger.policy import Policy
from ledger.queries.stock.ages import hours_between
from ledger.queries.stock.dimensions import in_one_order, read_cursor, write_cursor
from ledger.stock.accounts import asn_line_name

PIECE = 500
"""Lines read at a time where what carriers say decides whether they are shown."""
_KEY = ("site", "supplier", "shipment_id", "line")


class UnderWay(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a notice that has not come in full, in the part's base unit."""

    site: str
    supplier: str
    shipment_id: str
    line: str
    part: str
    order_number: str
    order_line: str
    shipped: Decimal
    received: Decimal
    cleared: Decimal
    """Neither came nor is expected any more: short, and in question or settled."""
    remaining: Decimal
    unit: str
    shipped_at: datetime | None
    expected_at: datetime | None
    """As a carrier said last, else as the notice says."""
    expected_by: Literal["", "notice", "carrier"]
    arrived_at: datetime | None
    """When the carrier says that it stood at its destination; it is then backlog of receiving."""
    status: str
    """The carrier's last word."""
    age_hours: Decimal
    """Since it was shipped, else since we were told."""
    overdue: bool
    """Expected longer ago than the agreement allows, and not arrived."""
    held: str
    """Why it will be held on arrival; "" where it will not."""
    owner: str
    carrier: str
    event: int
    message: str
    document: str
    segment: int
    asn_line: str
    """The dimension of its balance and of its movements."""


class UnderWayPage(NamedTuple):
    """Lines by site, supplier, shipment and line, and where the next page begins ("" after the last)."""

    rows: list[UnderWay]
    after: str


def in_transit(
    conn: Connection,
    *,
    book: str = "live",
    now: datetime,
    policy: Policy,
    part: str = "",
    site: str = "",
    supplier: str = "",
    shipment_id: str = "",
    overdue: bool = False,
    after: str = "",
    limit: int = 100,
) -> UnderWayPage:
    """Lines that are on their way; with `overdue` only those that should have come. Raises `ValueError` for a foreign
    cursor."""
    start = read_cursor(after, len(_KEY)) if after else None
    equal = {"part": part, "supplier": supplier, "shipment_id": shipment_id}
    found: list[UnderWay] = []
    while len(found) <= limit:
        size = max(limit + 1, PIECE) if overdue else limit + 1
        rows = _lines(conn, book, site, equal, start, size)
        carriers = carriage_of(conn, headers_of(rows))
        for row in rows:
            said = carriers.get((book, row.site, row.supplier, row.shipment_id), NOTHING)
            one = _under_way(row, said, now, policy.terms_for(row.supplier, row.partner).overdue_hours)
            if one.overdue or not overdue:
                found.append(one)
        if len(rows) < size:
            break
        start = tuple(getattr(rows[-1], name) for name in _KEY)
    more = len(found) > limit
    found = found[:limit]
    return UnderWayPage(found, write_cursor([getattr(found[-1], name) for name in _KEY]) if more else "")


def _lines(
    conn: Connection, book: str, site: str, equal: dict[str, str], start: tuple[Any, ...] | None, limit: int
) -> list[Any]:
    line, header = document_tables.notice_line.c, document_tables.shipment.c
    mine = {column.name for column in document_tables.notice_line.columns}
    of = [column for column in document_tables.shipment.columns if column.name not in mine]
    query = (
        select(document_tables.notice_line, *of)
        .join_from(
            document_tables.notice_line,
            document_tables.shipment,
            (header.book == line.book)
            & (header.site == line.site)
            & (header.supplier == line.supplier)
            & (header.shipment_id == line.shipment_id),
        )
        .where(line.book == book, line.site.in_([site] if site else sites_of(conn, book)))
        .where(line.status == literal_column("'open'"), line.quantity > line.received + line.cleared)
    )
    for name, value in equal.items():
        if value:
            query = query.where(line[name] == value)
    ordered = [in_one_order(conn, line[name]) for name in _KEY]
    if start is not None:
        query = query.where(tuple_(*ordered) > tuple_(*start))
    return list(conn.execute(query.order_by(*ordered).limit(limit)))


def _under_way(row: Any, said: Carriage, now: datetime, grace_hours: int) -> UnderWay:
    by_notice = moment_or_none(row.expected_at)
    expected = said.expected_at or by_notice
    arrived = said.arrived_at
    late = expected is not None and arrived is None and expected + timedelta(hours=grace_hours) < now
    return UnderWay(
        site=row.site, supplier=row.supplier, shipment_id=row.shipment_id, line=row.line, part=row.part,
        order_number=row.order_number, order_line=row.order_line, shipped=to_decimal(row.quantity),
        received=to_decimal(row.received), cleared=to_decimal(row.cleared),
        remaining=to_decimal(row.quantity - row.received - row.cleared), unit=row.unit,
        shipped_at=moment_or_none(row.shipped_at), expected_at=expected,
        expected_by="carrier" if said.expected_at else ("notice" if by_notice else ""), arrived_at=arrived,
        status=said.status,
        age_hours=hours_between(moment(row.notified_at if row.shipped_at is None else row.shipped_at), now),
        overdue=late, held=row.hold_reason, owner=row.owner, carrier=said.carrier, event=row.seq,
        message=row.message, document=row.document, segment=row.segment,
        asn_line=asn_line_name(row.supplier, row.shipment_id, row.line),
    )  # fmt: skip
