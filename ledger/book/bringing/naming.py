"""Which documents a number or a reference means, of whatever supplier."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection

from ledger.book.bringing.places import by_place
from ledger.book.storage import bulk
from ledger.book.storage import document_tables as tables
from ledger.matching.records.documents import OrderKey, ShipmentKey

Named = tuple[str, str, str]
"""(book, site, number or reference)."""


def numbered(conn: Connection, numbers: Iterable[Named]) -> set[OrderKey]:
    """The orders of these numbers."""
    found: set[OrderKey] = set()
    for place, wanted in by_place(numbers):
        columns = ("supplier", "order_number")
        rows = bulk.look_up(conn, tables.orders, columns, place, ("order_number",), wanted, index="orders_by_number")
        found.update(OrderKey(place[0][1], place[1][1], *row) for row in rows)
    return found


def referred(conn: Connection, references: Iterable[Named]) -> set[ShipmentKey]:
    """The shipments whose id, packing slip, bill of lading or carrier's number it is."""
    found: set[ShipmentKey] = set()
    for place, wanted in by_place(references):
        for column, where, index in (
            ("shipment_id", "", "shipment_by_id"),
            ("packing_slip", tables.PACKING_SLIPS, "shipment_by_packing_slip"),
            ("bill_of_lading", tables.BILLS_OF_LADING, "shipment_by_bill_of_lading"),
            ("pro_number", tables.PRO_NUMBERS, "shipment_by_pro_number"),
        ):
            columns = ("supplier", "shipment_id")
            rows = bulk.look_up(conn, tables.shipment, columns, place, (column,), wanted, where=where, index=index)
            found.update(ShipmentKey(place[0][1], place[1][1], *row) for row in rows)
    return found
