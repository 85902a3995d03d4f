"""The queue of goods whose notice a person is to say: what came, and what it may answer, surest first."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, tuple_
from sqlalchemy import text as sql

from ledger.book.bringing.loading import Loader
from ledger.book.storage import document_tables as tables
from ledger.book.storage.codecs import RECEIPT_LINE
from ledger.masterdata import to_decimal
from ledger.matching.receiving.ladder import CONFIDENCE, candidates, reference_of
from ledger.matching.records.documents import GroupKey, NoticeLine, ReceiptLine
from ledger.matching.resolved import moment, moment_or_none
from ledger.matching.workset import Needs, Workset

CANDIDATES_MAX = 20


class MatchCandidate(msgspec.Struct, frozen=True, kw_only=True):
    """A notice line that goods may answer; what of it is still open, in the part's base unit."""

    supplier: str
    shipment_id: str
    notice_line: str
    order_number: str
    order_line: str
    lot: str
    open: Decimal
    shipped_at: datetime | None
    rung: str
    confidence: int
    exact: bool
    """Whether exactly as much is open as is to be matched."""


class MatchWanted(msgspec.Struct, frozen=True, kw_only=True):
    """A line of a goods receipt that waits for a person to say which notice it answers."""

    seq: int
    book: str
    site: str
    provider: str
    receipt_id: str
    receipt_line: str
    supplier: str
    part: str
    lot: str
    quantity: Decimal
    """What of it has no notice."""
    unit: str
    order_number: str
    order_line: str
    reference: str
    handling_unit: str
    location: str
    received_at: datetime
    candidates: tuple[MatchCandidate, ...]
    """Surest first, then as many as are to be matched, then the oldest; at most twenty."""

    @property
    def place(self) -> Place:
        """Where it stands in the queue, which others leave without moving it."""
        return self.seq, self.provider, self.receipt_id, self.receipt_line


Place = tuple[int, str, str, str]


def matches(
    conn: Connection,
    *,
    book: str = "live",
    site: str = "",
    part: str = "",
    after: Place | None = None,
    limit: int = 100,
) -> list[MatchWanted]:
    """The queue in the order of arrival, behind the place `after`."""
    at = tables.goods_receipt_line.c
    query = tables.goods_receipt_line.select().where(at.book == book, sql(tables.QUEUED_RECEIPT_LINES))
    if site:
        query = query.where(at.site == site)
    if part:
        query = query.where(at.part == part)
    place = (at.seq, at.provider, at.receipt_id, at.line)
    if after is not None:
        query = query.where(tuple_(*place) > tuple_(*after))
    rows = conn.execute(query.order_by(*place).limit(limit)).fetchall()
    lines: list[ReceiptLine] = [RECEIPT_LINE.read(row) for row in rows]
    if not lines:
        return []
    work = _around(conn, book, lines)
    return [_wanted(work, line) for line in lines]


def _around(conn: Connection, book: str, lines: list[ReceiptLine]) -> Workset:
    """The open notice lines of their parts, and the shipments that they name."""
    wanted = Needs()
    for line in lines:
        wanted.groups.add(GroupKey(book, line.key.site, line.part))
        how = reference_of(line)
        if how is not None:
            wanted.references.add((book, line.key.site, getattr(line, how)))
    loader = Loader(conn)
    loader.load(wanted, book, ())
    return loader.workset


def _wanted(work: Workset, line: ReceiptLine) -> MatchWanted:
    rung, found = candidates(work, line)
    left = line.quantity - line.matched
    ranked = [(rung, notice) for notice in found]
    ranked.sort(key=lambda one: one[1].quantity - one[1].received - one[1].settled != left)
    return MatchWanted(
        seq=line.seq,
        book=line.key.book,
        site=line.key.site,
        provider=line.key.provider,
        receipt_id=line.key.receipt_id,
        receipt_line=line.line,
        supplier=line.supplier,
        part=line.part,
        lot=line.lot,
        quantity=to_decimal(left),
        unit=line.unit,
        order_number=line.order_number,
        order_line=line.order_line,
        reference=line.reference,
        handling_unit=line.handling_unit,
        location=line.location,
        received_at=moment(line.received_at),
        candidates=tuple(_candidate(work, notice, how, left) for how, notice in ranked[:CANDIDATES_MAX]),
    )


def _candidate(work: Workset, notice: NoticeLine, rung: str, left: int) -> MatchCandidate:
    shipment = work.shipments.get(notice.key)
    room = notice.quantity - notice.received - notice.settled
    return MatchCandidate(
        supplier=notice.key.supplier,
        shipment_id=notice.key.shipment_id,
        notice_line=notice.line,
        order_number=notice.order_number,
        order_line=notice.order_line,
        lot=notice.lot,
        open=to_decimal(room),
        shipped_at=None if shipment is None else moment_or_none(shipment.shipped_at),
        rung=rung,
        confidence=CONFIDENCE[rung],
        exact=room == left,
    )
