"""Transfers between our sites: what left, what is under way and when it should arrive, and what came of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, select

from ledger.book.storage import document_tables
from ledger.book.storage.codecs import read_texts
from ledger.masterdata import to_decimal
from ledger.matching.records.transfers import party_of, sender_of
from ledger.matching.resolved import moment_or_none

TransferStatus = Literal["waiting", "in_transit", "received", "cancelled", "refused"]


class TransferLineShown(msgspec.Struct, frozen=True, kw_only=True):
    """Goods of one transfer that nothing tells apart, in the part's base unit. `in_transit` is shipped less received
    less cleared."""

    line: str
    part: str
    shipped: Decimal
    received: Decimal
    damaged: Decimal
    cleared: Decimal
    over: Decimal
    in_transit: Decimal
    unit: str
    lot: str
    part_revision: str
    serials: tuple[str, ...]
    handling_units: tuple[str, ...]
    owner: str
    status: str


class TransferShown(msgspec.Struct, frozen=True, kw_only=True):
    """One transfer. It is received when nothing of it is under way any more; `expected_at` is its ETA."""

    number: str
    from_site: str
    to_site: str
    status: TransferStatus
    shipped_at: datetime | None
    expected_at: datetime | None
    first_received_at: datetime | None
    seq: int
    """Its event: of the site that receives once it is announced there, before that of the one that sends."""
    message: str
    document: str
    lines: tuple[TransferLineShown, ...]


def transfers(
    conn: Connection, *, book: str = "live", site: str = "", number: str = "", status: str = "", after: int = 0,
    limit: int = 1000,
) -> list[TransferShown]:  # fmt: skip
    """Transfers from or to a site, in order of recording, those included whose goods wait to leave. Pages by `after`
    (`seq`)."""
    header, waiting = document_tables.shipment.c, document_tables.transfer_line.c
    query = select(document_tables.shipment).where(header.book == book, header.supplier.like(f"{party_of('')}%"))
    asked = select(waiting.site, waiting.destination, waiting.number, waiting.status, waiting.seq).where(
        waiting.book == book
    )
    if number:
        query, asked = query.where(header.shipment_id == number), asked.where(waiting.number == number)
    if site:
        query = query.where((header.site == site) | (header.supplier == party_of(site)))
        asked = asked.where((waiting.site == site) | (waiting.destination == site))
    found = [_shown(conn, row) for row in conn.execute(query.order_by(header.seq))]
    known = {(one.from_site, one.to_site, one.number) for one in found}
    early = {tuple(row[:3]): row for row in conn.execute(asked) if tuple(row[:3]) not in known}
    found += [_early(row) for row in early.values()]
    found.sort(key=attrgetter("seq"))
    return [one for one in found if one.seq > after and status in ("", one.status)][:limit]


def _early(row: Any) -> TransferShown:
    return TransferShown(
        number=row.number, from_site=row.site, to_site=row.destination, status=row.status, shipped_at=None,
        expected_at=None, first_received_at=None, seq=row.seq, message="", document="", lines=(),
    )  # fmt: skip


def _shown(conn: Connection, row: Any) -> TransferShown:
    table = document_tables.notice_line
    at = table.c
    lines = conn.execute(
        select(table)
        .where(
            at.book == row.book, at.site == row.site, at.supplier == row.supplier, at.shipment_id == row.shipment_id
        )
        .order_by(at.segment, at.line)
    ).fetchall()
    shown = tuple(_line(line) for line in lines)
    status: TransferStatus = "received"
    if row.status == "cancelled":
        status = "cancelled"
    elif any(line.in_transit for line in shown):
        status = "in_transit"
    times = (row.shipped_at, row.expected_at, row.first_received_at)
    shipped_at, expected_at, received_at = (moment_or_none(at) for at in times)
    return TransferShown(
        number=row.shipment_id, from_site=sender_of(row.supplier), to_site=row.site, status=status,
        shipped_at=shipped_at, expected_at=expected_at, first_received_at=received_at, seq=row.seq,
        message=row.message, document=row.document, lines=shown,
    )  # fmt: skip


def _line(row: Any) -> TransferLineShown:
    open_ = row.quantity - row.received - row.cleared if row.status in ("open", "closed") else 0
    return TransferLineShown(
        line=row.line, part=row.part, shipped=to_decimal(row.quantity), received=to_decimal(row.received),
        damaged=to_decimal(row.damaged), cleared=to_decimal(row.cleared), over=to_decimal(row.over),
        in_transit=to_decimal(open_), unit=row.unit, lot=row.lot, part_revision=row.part_revision,
        serials=read_texts(row.serials), handling_units=read_texts(row.handling_units), owner=row.owner,
        status=row.status,
    )  # fmt: skip
