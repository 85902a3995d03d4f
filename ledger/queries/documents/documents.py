"""Orders and shipments with their lines and running totals, as matching keeps them."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from ledger.book.bringing.carriage import NOTHING, Carriage, carriage_of
from ledger.book.bringing.places import by_place
from ledger.book.storage import bulk, document_tables
from ledger.book.storage.codecs import read_texts
from ledger.masterdata import to_decimal
from ledger.matching.papers.filed import Promise
from ledger.matching.resolved import moment, moment_or_none
from ledger.queries.documents.promises import PromiseShown, promised, promises_of, show_promises


class OrderLineShown(msgspec.Struct, frozen=True, kw_only=True):
    """One requirement; advised and received are running totals over its links."""

    line: str
    order_line: str
    part: str
    quantity: Decimal
    advised: Decimal
    received: Decimal
    unit: str
    status: str
    due_at: datetime | None
    promised_quantity: Decimal | None
    """What the supplier promised last; None where it has said nothing."""
    promised_at: datetime | None
    """When the first of it comes."""
    promises: tuple[PromiseShown, ...]
    """All of it, in order of time; rejected and backordered parts too."""


class OrderShown(msgspec.Struct, frozen=True, kw_only=True):
    site: str
    supplier: str
    order_number: str
    status: str
    seq: int
    lines: tuple[OrderLineShown, ...]


class NoticeLineShown(msgspec.Struct, frozen=True, kw_only=True):
    """One advised line; open in transit is posted less received and cleared."""

    line: str
    part: str
    order_number: str
    order_line: str
    quantity: Decimal
    received: Decimal
    in_transit: Decimal
    damaged: Decimal
    cleared: Decimal
    over: Decimal
    unit: str
    status: str
    segment: int
    handling_units: tuple[str, ...]
    serials: tuple[str, ...]


class ShipmentShown(msgspec.Struct, frozen=True, kw_only=True):
    site: str
    supplier: str
    shipment_id: str
    status: str
    seq: int
    message: str
    document: str
    shipped_at: datetime | None
    expected_at: datetime | None
    """As the notice says."""
    eta: datetime | None
    """As the carrier said last, else as the notice says."""
    arrived_at: datetime | None
    """When the carrier stood at the destination; what is in transit since then waits at the dock."""
    carriage: Carriage
    notified_at: datetime
    first_received_at: datetime | None
    bill_of_lading: str
    packing_slip: str
    lines: tuple[NoticeLineShown, ...]


def orders(
    conn: Connection,
    *,
    book: str = "live",
    order_number: str = "",
    supplier: str = "",
    after: int = 0,
    limit: int = 100,
) -> list[OrderShown]:
    """Orders in the order they were placed, `seq` above `after`."""
    table = document_tables.orders
    rows = _headers(conn, table, book, after, limit, order_number=order_number, supplier=supplier)
    lines = _lines(conn, document_tables.order_line, rows, "order_number")
    promises = promises_of(conn, rows)
    return [
        OrderShown(
            site=row.site,
            supplier=row.supplier,
            order_number=row.order_number,
            status=row.status,
            seq=row.seq,
            lines=tuple(_order_line(line, promises.get(tuple(row[:4]), [])) for line in lines[tuple(row[:4])]),
        )
        for row in rows
    ]


def shipments(
    conn: Connection,
    *,
    book: str = "live",
    shipment_id: str = "",
    supplier: str = "",
    after: int = 0,
    limit: int = 100,
) -> list[ShipmentShown]:
    """Shipments in the order of their notices, `seq` above `after`."""
    rows = _headers(conn, document_tables.shipment, book, after, limit, shipment_id=shipment_id, supplier=supplier)
    lines = _lines(conn, document_tables.notice_line, rows, "shipment_id")
    carried = carriage_of(conn, rows)
    return [
        _shipment(
            row, lines[tuple(row[:4])], carried.get((row.book, row.site, row.supplier, row.shipment_id), NOTHING)
        )
        for row in rows
    ]


def _shipment(row: Any, lines: list[Any], carriage: Carriage) -> ShipmentShown:
    return ShipmentShown(
        site=row.site,
        supplier=row.supplier,
        shipment_id=row.shipment_id,
        status=row.status,
        seq=row.seq,
        message=row.message,
        document=row.document,
        shipped_at=moment_or_none(row.shipped_at),
        expected_at=moment_or_none(row.expected_at),
        eta=carriage.expected_at or moment_or_none(row.expected_at),
        arrived_at=carriage.arrived_at,
        carriage=carriage,
        notified_at=moment(row.notified_at),
        first_received_at=moment_or_none(row.first_received_at),
        bill_of_lading=row.bill_of_lading,
        packing_slip=row.packing_slip,
        lines=tuple(_notice_line(line) for line in lines),
    )


def _order_line(line: Any, said: list[Promise]) -> OrderLineShown:
    promises = show_promises(said, line)
    quantity, first = promised(promises)
    return OrderLineShown(
        line=line.line, order_line=line.order_line, part=line.part, quantity=to_decimal(line.quantity),
        advised=to_decimal(line.advised), received=to_decimal(line.received), unit=line.unit, status=line.status,
        due_at=moment_or_none(line.due_at), promised_quantity=quantity, promised_at=first, promises=promises,
    )  # fmt: skip


def _notice_line(line: Any) -> NoticeLineShown:
    in_transit = line.quantity - line.received - line.cleared if line.status == "open" else 0
    return NoticeLineShown(
        line=line.line, part=line.part, order_number=line.order_number, order_line=line.order_line,
        quantity=to_decimal(line.quantity), received=to_decimal(line.received), in_transit=to_decimal(in_transit),
        damaged=to_decimal(line.damaged), cleared=to_decimal(line.cleared), over=to_decimal(line.over),
        unit=line.unit, status=line.status, segment=line.segment, handling_units=read_texts(line.handling_units),
        serials=read_texts(line.serials),
    )  # fmt: skip


def _headers(conn: Connection, table: Table, book: str, after: int, limit: int, **equal: str) -> list[Any]:
    query = select(table).where(table.c.book == book, table.c.seq > after)
    for name, value in equal.items():
        if value:
            query = query.where(table.c[name] == value)
    return list(conn.execute(query.order_by(table.c.seq, *table.primary_key).limit(limit)))


def _lines(conn: Connection, table: Table, headers: list[Any], number: str) -> dict[tuple[Any, ...], list[Any]]:
    found: dict[tuple[Any, ...], list[Any]] = {tuple(row[:4]): [] for row in headers}
    columns = tuple(column.name for column in table.columns)
    for place, keys in by_place(found):
        for row in bulk.select(conn, table, columns, place, ("supplier", number), keys):
            found[tuple(row[:4])].append(row)
    for lines in found.values():
        lines.sort(key=lambda line: (line.segment, line.line))
    return found
