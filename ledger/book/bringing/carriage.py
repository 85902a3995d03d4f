"""What carriers say of shipments under way: when they are expected, and whether they have arrived."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import Connection

from ledger.book.bringing.places import by_place
from ledger.book.storage import bulk, filed_tables
from ledger.matching.records.documents import Shipment
from ledger.matching.resolved import moment, moment_or_none

ARRIVED = frozenset({"arrived", "delivered"})
REFERENCE_DAYS = 365
"""Numbers of loads and bills of lading come again after a year: an older report is about another shipment."""
_YEAR = REFERENCE_DAYS * 86_400_000_000

ShipmentId = tuple[str, str, str, str]
"""(book, site, supplier, shipment id)."""


class Header(NamedTuple):
    """What carriers' reports on a shipment are found by, as its table has it."""

    book: str
    site: str
    supplier: str
    shipment_id: str
    seq: int
    bill_of_lading: str
    shipped_at: int | None
    notified_at: int

    @classmethod
    def of(cls, one: Shipment) -> Header:
        return cls(*one.key, one.seq, one.bill_of_lading, one.shipped_at, one.notified_at)


class Carriage(msgspec.Struct, frozen=True, kw_only=True):
    """The last word of carriers on one shipment."""

    carrier: str = ""
    pro_number: str = ""
    status: str = ""
    code: str = ""
    place: str = ""
    reported_at: datetime | None = None
    """When it was so, as the carrier says."""
    expected_at: datetime | None = None
    """As last said by a carrier; None where none has."""
    arrived_at: datetime | None = None
    """When it stood at its destination, received or not."""
    seq: int = 0
    """Event of the last report."""


NOTHING = Carriage()


class _Report(NamedTuple):
    occurred_at: int
    expected_at: int | None
    status: str
    code: str
    place: str
    carrier: str
    seq: int
    supplier: str


def carriage_of(conn: Connection, shipments: Iterable[Any]) -> dict[ShipmentId, Carriage]:
    """By (book, site, supplier, shipment id) of rows of the table `shipment`; those that nobody spoke of are absent.

    A report belongs to every shipment whose notice names its shipment id, bill of lading or carrier's number, unless
    it names another supplier; of several the one that happened last counts, for when it is expected the last that
    says so.
    """
    rows = list(shipments)
    numbers = _carrier_numbers(conn, rows)
    references: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        for kind, reference in (
            ("shipment_id", row.shipment_id),
            ("bill_of_lading", row.bill_of_lading),
            ("pro_number", numbers.get(_key(row), ("", ""))[1]),
        ):
            if reference:
                references[kind, reference].append(row)
    reports: dict[ShipmentId, set[_Report]] = defaultdict(set)
    columns = ("reference_kind", "reference", *_Report._fields)
    for book in sorted({row.book for row in rows}):
        place = (("book", book), ("site", ""))
        keys = sorted(references)
        for kind, reference, *said in bulk.select(
            conn, filed_tables.carrier_report, columns, place, ("reference_kind", "reference"), keys
        ):
            report = _Report(*said)
            for row in references[kind, reference]:
                if row.book == book and _is_about(report, row, kind, numbers.get(_key(row), ("", ""))[0]):
                    reports[_key(row)].add(report)
    found = {key: _carriage(mine, *numbers.get(key, ("", ""))) for key, mine in reports.items()}
    for key, (carrier, pro_number) in numbers.items():
        found.setdefault(key, Carriage(carrier=carrier, pro_number=pro_number))
    return found


def headers_of(rows: list[Any]) -> list[Header]:
    """One for each shipment; a line's row has all that its header has, but for the header's own sequence."""
    return [Header(*key) for key in dict.fromkeys(tuple(getattr(row, n) for n in Header._fields) for row in rows)]


def _is_about(report: _Report, row: Any, kind: str, carrier: str) -> bool:
    if report.supplier and report.supplier != row.supplier:
        return False
    if kind == "pro_number" and carrier and report.carrier and carrier != report.carrier:
        return False
    left_at: int = row.shipped_at if row.shipped_at is not None else row.notified_at
    return abs(report.occurred_at - left_at) <= _YEAR


def _carriage(reports: set[_Report], carrier: str, pro_number: str) -> Carriage:
    ordered = sorted(reports, key=lambda one: (one.occurred_at, one.expected_at or 0, one.code, one.status))
    last = ordered[-1]
    expected = next((one.expected_at for one in reversed(ordered) if one.expected_at is not None), None)
    stated = next((one for one in reversed(ordered) if one.status), last)
    arrived = _arrived_at(ordered)
    return Carriage(
        carrier=carrier or next((one.carrier for one in reversed(ordered) if one.carrier), ""),
        pro_number=pro_number,
        status=stated.status,
        code=stated.code or last.code,
        place=stated.place,
        reported_at=moment(last.occurred_at),
        expected_at=moment_or_none(expected),
        arrived_at=moment_or_none(arrived),
        seq=last.seq,
    )


def _arrived_at(ordered: list[_Report]) -> int | None:
    """When it first stood at its destination, unless the carrier says since that it is elsewhere."""
    arrived: int | None = None
    for one in ordered:
        if one.status in ARRIVED:
            arrived = one.occurred_at if arrived is None else arrived
        elif one.status:
            arrived = None
    return arrived


def _carrier_numbers(conn: Connection, rows: list[Any]) -> dict[ShipmentId, tuple[str, str]]:
    """(carrier, carrier's own number) as the notice in force says them."""
    found: dict[ShipmentId, tuple[str, str]] = {}
    table = filed_tables.carrier_number
    columns = ("supplier", "shipment_id", "carrier", "pro_number")
    by = ("supplier", "shipment_id", "seq")
    for place, keys in by_place((*_key(row), row.seq) for row in rows):
        for supplier, shipment_id, carrier, pro_number in bulk.select(conn, table, columns, place, by, keys):
            found[place[0][1], place[1][1], supplier, shipment_id] = (carrier, pro_number)
    return found


def _key(row: Any) -> ShipmentId:
    return row.book, row.site, row.supplier, row.shipment_id
