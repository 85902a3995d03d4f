"""What is still to come of a part, and when: advised shipments, and open order lines that no notice covers yet."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
from sqlalchemy import Connection, literal_column, select
from sqlalchemy import text as sql

from ledger.book import document_tables
from ledger.book.heads import read_head
from ledger.book.places import sites_of
from ledger.masterdata import to_decimal
from ledger.matching.resolved import moment


class OnOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An open order line: `open` is ordered less received."""

    site: str
    supplier: str
    order_number: str
    order_line: str
    ordered: Decimal
    advised: Decimal
    received: Decimal
    open: Decimal
    due_at: datetime | None


class Inbound(msgspec.Struct, frozen=True, kw_only=True):
    """One line of paper and what is still to come of it, in the part's base unit.

    A `notice` is on its way (in transit); an `order` line counts only what no notice covers. `expected_at` is the
    notice's expected arrival or the order's due date, None where the paper says none. `held` says that it will be
    held on arrival, and so promises nothing.
    """

    kind: Literal["notice", "order"]
    site: str
    supplier: str
    number: str
    line: str
    quantity: Decimal
    expected_at: datetime | None
    held: str = ""


def expected(conn: Connection, book: str, part: str, site: str = "") -> tuple[list[OnOrder], list[Inbound]]:
    """Open order lines by due date, and everything that is to come by the date it is expected on, undated last."""
    orders = _open_orders(conn, book, part, site)
    inbound = _notices(conn, book, part, site)
    for row in orders:
        rest = row.quantity - max(row.advised, row.received)
        if rest > 0:
            inbound.append(
                Inbound(
                    kind="order", site=row.site, supplier=row.supplier, number=row.order_number,
                    line=row.order_line or row.line, quantity=to_decimal(rest), expected_at=_moment(row.due_at),
                )
            )  # fmt: skip
    inbound.sort(key=_when)
    return [_on_order(row) for row in orders], inbound


def next_of(
    conn: Connection, book: str, inbound: Sequence[Inbound], now: datetime | None
) -> tuple[Decimal, tuple[datetime, Decimal] | None]:
    """How much is overdue, and the first time from `now` on with what comes that day (in UTC), None where nothing
    does."""
    if now is None:
        head = read_head(conn, book)
        now = moment(head.recorded_at if head else 0)
    dated = [(one.expected_at, one.quantity) for one in inbound if one.expected_at is not None]
    late = sum((quantity for at, quantity in dated if at < now), Decimal(0))
    ahead = [(at, quantity) for at, quantity in dated if at >= now]
    if not ahead:
        return late, None
    first = min(at for at, _ in ahead)
    return late, (first, sum((quantity for at, quantity in ahead if at.date() == first.date()), Decimal(0)))


def _open_orders(conn: Connection, book: str, part: str, site: str) -> list[Any]:
    table = document_tables.order_line.c
    query = select(document_tables.order_line).where(
        table.book == book, table.part == part, sql(document_tables.OPEN_ORDER_LINES), table.blanket == 0
    )
    if site:
        query = query.where(table.site == site)
    return list(conn.execute(query.order_by(table.due_at.is_(None), table.due_at, table.order_number, table.line)))


def _notices(conn: Connection, book: str, part: str, site: str) -> list[Inbound]:
    line, header = document_tables.notice_line, document_tables.shipment
    at, of = line.c, header.c
    query = (
        select(line, of.expected_at)
        .join_from(
            line,
            header,
            (of.book == at.book)
            & (of.site == at.site)
            & (of.supplier == at.supplier)
            & (of.shipment_id == at.shipment_id),
        )
        .where(at.book == book, at.part == part, at.status == literal_column("'open'"))
        .where(at.site.in_([site] if site else sites_of(conn, book)))
    )
    return [
        Inbound(
            kind="notice", site=row.site, supplier=row.supplier, number=row.shipment_id, line=row.line,
            quantity=to_decimal(row.quantity - row.received - row.cleared), expected_at=_moment(row.expected_at),
            held=row.hold_reason,
        )
        for row in conn.execute(query)
        if row.quantity > row.received + row.cleared
    ]  # fmt: skip


def _on_order(row: Any) -> OnOrder:
    return OnOrder(
        site=row.site, supplier=row.supplier, order_number=row.order_number, order_line=row.order_line,
        ordered=to_decimal(row.quantity), advised=to_decimal(row.advised), received=to_decimal(row.received),
        open=to_decimal(max(0, row.quantity - row.received)), due_at=_moment(row.due_at),
    )  # fmt: skip


def _when(one: Inbound) -> tuple[bool, float, str, str, str]:
    at = one.expected_at
    return at is None, at.timestamp() if at else 0.0, one.kind, one.number, one.line


def _moment(at: int | None) -> datetime | None:
    return moment(at) if at is not None else None
