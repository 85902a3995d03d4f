"""Which order line, shipment or goods receipt each invoiced line bills: the facts that invoices are judged by.

Read from what was filed and from the documents as they stand, so that it is the same whichever came first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import Connection, Table, func, select

from ledger.book.bringing.places import by_place
from ledger.book.storage import bulk, document_tables, filed_tables


class OrderLineId(NamedTuple):
    """A row of `order_line`."""

    book: str
    site: str
    supplier: str
    order_number: str
    line: str


class Billed(NamedTuple):
    """What one row of `invoice_line` bills. `by` is the strongest reference that was found: receipt, shipment or
    order; "" when none was. Quantities are millionths of the base unit; None where nothing is known."""

    row: Any
    by: str
    order: OrderLineId | None
    ordered: int | None
    received: int | None
    """Of what was named: the goods receipt, the part of the shipment, else the order line; damaged included."""


class Priced(NamedTuple):
    """The price in force of an order line."""

    currency: str
    amount: str
    per: int


_ORDER = ("supplier", "order_number", "line", "order_line", "part", "quantity", "received", "segment")
_NOTICE = (
    "supplier",
    "shipment_id",
    "line",
    "part",
    "order_number",
    "order_line_identity",
    "received",
    "over",
    "status",
)
_RECEIPT = ("provider", "receipt_id", "line", "part", "supplier", "quantity", "order_number", "order_line", "status")


def match_lines(conn: Connection, rows: Iterable[Any]) -> list[Billed]:
    """What each row of `invoice_line` bills, in the order given."""
    lines = list(rows)
    found: dict[int, Billed] = {}
    for book, site in sorted({(row.book, row.site) for row in lines}):
        mine = [(n, row) for n, row in enumerate(lines) if (row.book, row.site) == (book, site)]
        for (n, _), billed in zip(mine, _match(conn, book, site, [row for _, row in mine]), strict=True):
            found[n] = billed
    return [found[n] for n in range(len(lines))]


def invoiced_by_order_line(
    conn: Connection, *, book: str = "live", site: str, parts: Iterable[str]
) -> dict[OrderLineId, int]:
    """Invoiced less credited of each order line of these parts, in millionths of the base unit.

    What was received and is not in here is goods received, not invoiced.
    """
    total: dict[OrderLineId, int] = defaultdict(int)
    for billed in match_lines(conn, invoice_lines_of_parts(conn, book, site, parts)):
        if billed.order is not None:
            total[billed.order] += billed.row.quantity
    return dict(total)


def invoice_lines_of_parts(conn: Connection, book: str, site: str, parts: Iterable[str]) -> list[Any]:
    """The rows of `invoice_line` of these parts."""
    table = filed_tables.invoice_line
    columns = tuple(column.name for column in table.columns)
    keys = [(part,) for part in sorted(set(parts))]
    place = (("book", book), ("site", site))
    return list(bulk.select(conn, table, columns, place, ("part",), keys, index="invoice_line_by_part"))


def prices_of(conn: Connection, orders: Iterable[OrderLineId]) -> dict[OrderLineId, Priced]:
    """The price in force of each order line that has one."""
    table = filed_tables.order_price
    columns = ("supplier", "order_number", "line", "seq", "event", "currency", "amount", "per")
    newest: dict[OrderLineId, tuple[tuple[int, int], Priced]] = {}
    for place, keys in by_place(set(orders)):
        for supplier, number, line, seq, event, *price in bulk.select(
            conn, table, columns, place, ("supplier", "order_number", "line"), keys
        ):
            key = OrderLineId(place[0][1], place[1][1], supplier, number, line)
            if key not in newest or newest[key][0] < (seq, event):
                newest[key] = ((seq, event), Priced(*price))
    return {key: price for key, (_, price) in newest.items()}


def _match(conn: Connection, book: str, site: str, rows: list[Any]) -> list[Billed]:
    place = (("book", book), ("site", site))
    notices = _grouped(
        bulk.select(
            conn, document_tables.notice_line, _NOTICE, place, ("supplier", "shipment_id"),
            sorted({(row.supplier, row.shipment_id) for row in rows if row.shipment_id}),
        ),
        lambda line: (line.supplier, line.shipment_id, line.part) if line.status in ("open", "closed") else None,
    )  # fmt: skip
    receipts = _grouped(
        _receipt_lines(conn, book, site, {row.receipt_id for row in rows if row.receipt_id}),
        lambda line: (line.supplier, line.receipt_id, line.part) if line.status != "reversed" else None,
    )
    billed = [_bill(row, notices, receipts) for row in rows]
    orders = _grouped(
        bulk.select(
            conn, document_tables.order_line, _ORDER, place, ("supplier", "order_number"),
            sorted({(row.supplier, number) for row, _, _, number, _ in billed if number}),
        ),
        lambda line: (line.supplier, line.order_number, line.part),
    )  # fmt: skip
    return [
        _with_order(book, site, row, by, received, _choose(orders[row.supplier, number, row.part], named))
        for row, by, received, number, named in billed
    ]


def _bill(row: Any, notices: Any, receipts: Any) -> tuple[Any, str, int | None, str, str]:
    """(row, matched by, received, order number, order line) as far as the named papers say."""
    came = receipts[row.supplier, row.receipt_id, row.part] if row.receipt_id else []
    advised = notices[row.supplier, row.shipment_id, row.part] if row.shipment_id else []
    behind = [(line.order_number, line.order_line) for line in came]
    behind += [(line.order_number, line.order_line_identity) for line in advised]
    number, named = row.order_number, row.order_line
    fitting = [one for one in behind if one[0] and number in ("", one[0])]
    if fitting and not named:
        number, named = fitting[0]
    if came:
        return row, "receipt", sum(line.quantity for line in came), number, named
    if advised:
        return row, "shipment", sum(line.received + line.over for line in advised), number, named
    return row, "", None, number, named


def _choose(lines: list[Any], named: str) -> Any | None:
    """The order line of that name, else the first of the part in the order's own order."""
    lines = sorted(lines, key=lambda line: (line.segment, line.line))
    for line in lines:
        if named and named in (line.line, line.order_line):
            return line
    return lines[0] if lines else None


def _with_order(book: str, site: str, row: Any, by: str, received: int | None, line: Any | None) -> Billed:
    if line is None:
        return Billed(row, by, None, None, received)
    order = OrderLineId(book, site, line.supplier, line.order_number, line.line)
    return Billed(row, by or "order", order, line.quantity, line.received if received is None else received)


def _receipt_lines(conn: Connection, book: str, site: str, receipt_ids: set[str]) -> list[Any]:
    """Lines of goods receipts of whoever receives there: suppliers name the receipt, not its provider."""
    if not receipt_ids:
        return []
    table = document_tables.goods_receipt_line
    keys = [(provider, one) for provider in _providers(conn, table, book, site) for one in sorted(receipt_ids)]
    place = (("book", book), ("site", site))
    return list(bulk.select(conn, table, _RECEIPT, place, ("provider", "receipt_id"), keys))


def _providers(conn: Connection, table: Table, book: str, site: str) -> list[str]:
    """Those who receive at a site, by hopping along the key: few of many rows."""
    found, at = [""], table.c
    while True:
        after = select(func.min(at.provider)).where(at.book == book, at.site == site, at.provider > found[-1])
        provider = conn.execute(after).scalar()
        if provider is None:
            return found
        found.append(provider)


def _grouped(rows: Iterable[Any], key_of: Any) -> dict[Any, list[Any]]:
    found: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        key = key_of(row)
        if key is not None:
            found[key].append(row)
    return found
