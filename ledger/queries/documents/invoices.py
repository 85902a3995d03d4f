"""Invoices with what each line bills: ordered, received, invoiced so far, and the agreed price beside the asked."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from ledger.book.bringing.places import by_place
from ledger.book.storage import bulk, filed_tables
from ledger.masterdata import to_decimal
from ledger.matching.papers.filed import value_of
from ledger.matching.resolved import moment, moment_or_none
from ledger.queries.documents.invoice_matches import (
    Billed,
    OrderLineId,
    Priced,
    invoice_lines_of_parts,
    match_lines,
    prices_of,
)


class InvoiceMatch(msgspec.Struct, frozen=True, kw_only=True):
    """One invoiced line beside what it bills; quantities in the part's base unit, prices for so many of it.

    Of a credit note quantity and value are negative.
    """

    site: str
    supplier: str
    invoice_number: str
    seq: int
    line: str
    segment: int
    part: str
    unit: str
    quantity: Decimal
    price: str
    """As sent; "" where none was."""
    price_per: Decimal
    currency: str
    value: Decimal | None
    """Extended amount as sent, else quantity at price."""
    order_number: str
    order_line: str
    """Identity of the matched order line, else as sent."""
    shipment_id: str
    receipt_id: str
    matched_by: str
    """receipt, shipment or order; "" when nothing was found."""
    ordered: Decimal | None
    received: Decimal | None
    invoiced: Decimal
    """Invoiced less credited in all of what was matched, this line included."""
    order_price: str
    order_price_per: Decimal
    order_currency: str
    evaluated_receipt: bool
    """Payment follows the receipts: the invoice asks for nothing."""


class InvoiceShown(msgspec.Struct, frozen=True, kw_only=True):
    """One invoice or credit note. `duplicates` are other events with its number, from whomever they came."""

    site: str
    supplier: str
    invoice_number: str
    invoice: str
    invoiced_at: datetime | None
    recorded_at: datetime
    currency: str
    order_number: str
    refers_to: str
    total: str
    charges: str
    counted: Decimal | None
    """Lines and charges as we add them up; None where a line has no value."""
    evaluated_receipt: bool
    duplicates: tuple[int, ...]
    seq: int
    message: str
    document: str
    lines: tuple[InvoiceMatch, ...]


def invoices(
    conn: Connection,
    *,
    book: str = "live",
    invoice_number: str = "",
    supplier: str = "",
    order_number: str = "",
    after: int = 0,
    limit: int = 100,
) -> list[InvoiceShown]:
    """Invoices in the order they were recorded, `seq` above `after`; `order_number` as their headers name it."""
    table = filed_tables.invoice
    query = select(table).where(table.c.book == book, table.c.seq > after)
    for name, value in (("invoice_number", invoice_number), ("supplier", supplier), ("order_number", order_number)):
        if value:
            query = query.where(table.c[name] == value)
    rows = list(conn.execute(query.order_by(table.c.seq).limit(limit)))
    lines: dict[int, list[InvoiceMatch]] = defaultdict(list)
    for match in _matches(conn, _lines_of(conn, rows), evaluated={row.seq for row in rows if row.evaluated}):
        lines[match.seq].append(match)
    same = _same_number(conn, rows)
    return [_shown(row, tuple(lines[row.seq]), same[tuple(row[:4])]) for row in rows]


def invoice_matches(
    conn: Connection, *, book: str = "live", site: str, part: str, supplier: str = ""
) -> list[InvoiceMatch]:
    """Every invoiced line of one part at one site, in the order of recording."""
    rows = [
        row for row in invoice_lines_of_parts(conn, book, site, [part]) if not supplier or row.supplier == supplier
    ]
    table = filed_tables.invoice
    keys = sorted({(row.supplier, row.invoice_number, row.seq) for row in rows})
    place, by = (("book", book), ("site", site)), ("supplier", "invoice_number", "seq")
    flags = bulk.select(conn, table, ("seq", "evaluated"), place, by, keys)
    return _matches(conn, rows, evaluated={flag.seq for flag in flags if flag.evaluated})


def _matches(conn: Connection, rows: list[Any], *, evaluated: set[int]) -> list[InvoiceMatch]:
    billed = match_lines(conn, rows)
    prices = prices_of(conn, {one.order for one in billed if one.order is not None})
    invoiced = _invoiced(conn, billed)
    shown = [
        _match(one, prices.get(one.order) if one.order else None, invoiced[_target(one)], one.row.seq in evaluated)
        for one in billed
    ]
    return sorted(shown, key=lambda one: (one.seq, one.segment, one.line))


Target = tuple[str, ...] | OrderLineId


def _target(one: Billed) -> Target:
    """What has been billed: other lines that bill the same add up with it."""
    row = one.row
    if one.by == "receipt":
        return (row.book, row.site, row.supplier, "receipt", row.receipt_id, row.part)
    if one.by == "shipment":
        return (row.book, row.site, row.supplier, "shipment", row.shipment_id, row.part)
    if one.order is not None:
        return one.order
    return (row.book, row.site, row.supplier, "order", row.order_number, row.order_line, row.part)


def _invoiced(conn: Connection, billed: list[Billed]) -> dict[Target, int]:
    """Of all lines that were ever invoiced of the same parts."""
    total: dict[Target, int] = defaultdict(int)
    places: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in billed:
        places[one.row.book, one.row.site].add(one.row.part)
    for (book, site), parts in sorted(places.items()):
        for other in match_lines(conn, invoice_lines_of_parts(conn, book, site, parts)):
            # An order line answers for whatever bills it, by its number or by a shipment or receipt of it.
            for target in {_target(other), other.order or _target(other)}:
                total[target] += other.row.quantity
    return total


def _match(one: Billed, price: Priced | None, invoiced: int, evaluated: bool) -> InvoiceMatch:
    row = one.row
    return InvoiceMatch(
        site=row.site,
        supplier=row.supplier,
        invoice_number=row.invoice_number,
        seq=row.seq,
        line=row.line,
        segment=row.segment,
        part=row.part,
        unit=row.unit,
        quantity=to_decimal(row.quantity),
        price=row.amount,
        price_per=to_decimal(row.per),
        currency=row.currency,
        value=_value(row),
        order_number=one.order.order_number if one.order else row.order_number,
        order_line=one.order.line if one.order else row.order_line,
        shipment_id=row.shipment_id,
        receipt_id=row.receipt_id,
        matched_by=one.by,
        ordered=None if one.ordered is None else to_decimal(one.ordered),
        received=None if one.received is None else to_decimal(one.received),
        invoiced=to_decimal(invoiced),
        order_price="" if price is None else price.amount,
        order_price_per=to_decimal(1_000_000 if price is None else price.per),
        order_currency="" if price is None else price.currency,
        evaluated_receipt=evaluated,
    )


def _value(row: Any) -> Decimal | None:
    if row.extended:
        return Decimal(row.extended)
    return value_of(row.quantity, row.amount, row.per) if row.amount else None


def _lines_of(conn: Connection, headers: list[Any]) -> list[Any]:
    table = filed_tables.invoice_line
    columns = tuple(column.name for column in table.columns)
    found: list[Any] = []
    by = ("supplier", "invoice_number", "seq")
    for place, keys in by_place((*row[:4], row.seq) for row in headers):
        found += bulk.select(conn, table, columns, place, by, keys)
    return found


def _same_number(conn: Connection, headers: list[Any]) -> dict[tuple[str, ...], list[int]]:
    found: dict[tuple[str, ...], list[int]] = defaultdict(list)
    columns = ("book", "site", "supplier", "invoice_number", "seq")
    for place, keys in by_place({tuple(row[:4]) for row in headers}):
        for row in bulk.select(conn, filed_tables.invoice, columns, place, ("supplier", "invoice_number"), keys):
            found[tuple(row[:4])].append(row.seq)
    return found


def _shown(row: Any, lines: tuple[InvoiceMatch, ...], same: list[int]) -> InvoiceShown:
    values = [line.value for line in lines]
    known = [value for value in values if value is not None]
    counted = sum(known, Decimal(row.charges or 0)) if len(known) == len(values) else None
    return InvoiceShown(
        site=row.site,
        supplier=row.supplier,
        invoice_number=row.invoice_number,
        invoice=row.invoice,
        invoiced_at=moment_or_none(row.invoiced_at),
        recorded_at=moment(row.recorded_at),
        currency=row.currency,
        order_number=row.order_number,
        refers_to=row.refers_to,
        total=row.total,
        charges=row.charges,
        counted=counted,
        evaluated_receipt=bool(row.evaluated),
        duplicates=tuple(sorted(seq for seq in same if seq != row.seq)),
        seq=row.seq,
        message=row.message,
        document=row.document,
        lines=lines,
    )
