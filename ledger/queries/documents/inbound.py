"""What is still to come of a part, and when: advised shipments, open order lines that no notice covers yet, and what
schedules require beyond both.

Carriers' and suppliers' own words go before older paper: an arrival as a carrier said it last, a delivery as the
supplier promised it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple

import msgspec
from sqlalchemy import Connection, select

from ledger.book.bringing.carriage import NOTHING, carriage_of, headers_of
from ledger.book.bringing.places import sites_of
from ledger.book.journal.heads import read_head
from ledger.book.storage import bulk, document_tables
from ledger.masterdata import to_decimal
from ledger.matching.resolved import moment, moment_or_none
from ledger.queries.documents.promises import promised, promises_of, show_promises
from ledger.queries.documents.schedules import schedules
from ledger.queries.stock.containments import contained_in_transit
from ledger.stock.accounts import asn_line_name

_PARTIES_MAX = 1_000


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

    A `notice` is on its way (in transit); an `order` line counts only what no notice covers, and a `schedule` only
    what is required after the notices under way have met its first requirements. `expected_at` is None where no paper
    says a date; `expected_by` says who told it: the notice, a carrier, the order (due) or the supplier (promised).
    `held` says that it will be held on arrival, and so promises nothing.
    """

    kind: Literal["notice", "order", "schedule"]
    site: str
    supplier: str
    number: str
    line: str
    quantity: Decimal
    expected_at: datetime | None
    expected_by: Literal["", "notice", "carrier", "order", "supplier", "schedule"] = ""
    held: str = ""


def expected(conn: Connection, book: str, part: str, site: str = "") -> tuple[list[OnOrder], list[Inbound]]:
    """Open order lines by due date, and everything that is to come by the date it is expected on, undated last."""
    orders = _open_orders(conn, book, part, site)
    inbound = _notices(conn, book, part, site)
    inbound += _scheduled(conn, book, part, site, inbound)
    promises = promises_of(conn, orders)
    for row in orders:
        at = promised(show_promises(promises.get((row.book, row.site, row.supplier, row.order_number), []), row))[1]
        rest = row.quantity - max(row.advised, row.received)
        if rest > 0:
            inbound.append(
                Inbound(
                    kind="order", site=row.site, supplier=row.supplier, number=row.order_number,
                    line=row.order_line or row.line, quantity=to_decimal(rest),
                    expected_at=at or moment_or_none(row.due_at),
                    expected_by="supplier" if at else ("order" if row.due_at is not None else ""),
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


class _OpenOrder(NamedTuple):
    """Columns of `order_line`."""

    book: str
    site: str
    supplier: str
    order_number: str
    line: str
    order_line: str
    quantity: int
    due_at: int | None
    advised: int
    received: int


_OPEN_ORDERS = f"""
SELECT {", ".join(_OpenOrder._fields)} FROM order_line
WHERE book = ? AND part = ? AND {document_tables.OPEN_ORDER_LINES} AND blanket = 0 AND (site = ? OR ? = '')
ORDER BY due_at IS NULL, due_at, order_number, line"""  # noqa: S608 - all of it our own text


def _open_orders(conn: Connection, book: str, part: str, site: str) -> list[_OpenOrder]:
    return [_OpenOrder._make(row) for row in bulk.ask(conn, _OPEN_ORDERS, (book, part, site, site))]


class _OpenLine(NamedTuple):
    """Columns of `notice_line`, and what its header in `shipment` says."""

    book: str
    site: str
    supplier: str
    shipment_id: str
    line: str
    quantity: int
    received: int
    cleared: int
    seq: int
    hold_reason: str
    expected_at: int | None
    bill_of_lading: str
    shipped_at: int | None
    notified_at: int


_OPEN_LINES = f"""
SELECT {", ".join(f"line.{name}" for name in _OpenLine._fields[:10])},
  {", ".join(f"header.{name}" for name in _OpenLine._fields[10:])}
FROM notice_line AS line JOIN shipment AS header ON header.book = line.book AND header.site = line.site
  AND header.supplier = line.supplier AND header.shipment_id = line.shipment_id
WHERE line.book = ? AND line.site = ? AND line.part = ? AND line.status = 'open'
  AND line.quantity > line.received + line.cleared"""  # noqa: S608 - all of it our own text


def _notices(conn: Connection, book: str, part: str, site: str) -> list[Inbound]:
    rows = [
        _OpenLine._make(row)
        for at in ([site] if site else sites_of(conn, book))
        for row in bulk.ask(conn, _OPEN_LINES, (book, at, part))
    ]
    carriers = carriage_of(conn, headers_of(rows))
    contained = contained_in_transit(conn, book, part) if rows else {}
    found = []
    for row in rows:
        asn_line = asn_line_name(row.supplier, row.shipment_id, row.line)
        suspect, label = contained.get((row.site, asn_line), (0, ""))
        said = carriers.get((book, row.site, row.supplier, row.shipment_id), NOTHING).expected_at
        by_notice = moment_or_none(row.expected_at)
        rest = row.quantity - row.received - row.cleared
        held = rest if row.hold_reason else min(rest, suspect)
        for quantity, why in ((rest - held, ""), (held, row.hold_reason or label)):
            if quantity:
                found.append(
                    Inbound(
                        kind="notice", site=row.site, supplier=row.supplier, number=row.shipment_id, line=row.line,
                        quantity=to_decimal(quantity), expected_at=said or by_notice,
                        expected_by="carrier" if said else ("notice" if by_notice else ""), held=why,
                    )
                )  # fmt: skip
    return found


def _scheduled(conn: Connection, book: str, part: str, site: str, notices: Sequence[Inbound]) -> list[Inbound]:
    """What schedules in force still require of suppliers: all that is under way from one meets its requirements in
    order of time first. A requirement whose cumulative we have received already is met."""
    found: list[Inbound] = []
    for shown in schedules(conn, book=book, part=part, site=site, direction="supply", limit=_PARTIES_MAX):
        mine = [one for one in notices if (one.site, one.supplier) == (shown.site, shown.counterparty)]
        under_way = sum((one.quantity for one in mine), Decimal(0))
        came = _received(conn, book, shown.site, part, shown.counterparty)
        for one in shown.requirements:
            rest = one.quantity if one.cumulative is None else min(one.quantity, one.cumulative - came)
            met = min(max(rest, Decimal(0)), under_way)
            under_way -= met
            if rest > met:
                found.append(
                    Inbound(
                        kind="schedule", site=shown.site, supplier=shown.counterparty, number=one.number,
                        line=one.release, quantity=rest - met, expected_at=one.due_at, expected_by="schedule",
                    )
                )  # fmt: skip
    return found


def _received(conn: Connection, book: str, site: str, part: str, supplier: str) -> Decimal:
    """Received in all, as the supplier's schedules count it."""
    at = document_tables.cumulative.c
    query = select(at.received).where(at.book == book, at.site == site, at.part == part, at.supplier == supplier)
    return to_decimal(conn.execute(query).scalar() or 0)


def _on_order(row: _OpenOrder) -> OnOrder:
    return OnOrder(
        site=row.site, supplier=row.supplier, order_number=row.order_number, order_line=row.order_line,
        ordered=to_decimal(row.quantity), advised=to_decimal(row.advised), received=to_decimal(row.received),
        open=to_decimal(max(0, row.quantity - row.received)), due_at=moment_or_none(row.due_at),
    )  # fmt: skip


def _when(one: Inbound) -> tuple[bool, float, str, str, str]:
    at = one.expected_at
    return at is None, at.timestamp() if at else 0.0, one.kind, one.number, one.line
