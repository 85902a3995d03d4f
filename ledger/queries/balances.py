"""How much stands where, by any dimensions of a bucket, now or as of any recorded time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from ledger.book import bulk, tables
from ledger.book.history import position_at, quantities_at
from ledger.masterdata import to_decimal
from ledger.queries.base_units import base_units

DIMENSIONS = (
    "part", "revision", "lot", "serial", "site", "location", "state", "owner", "segment", "hold_reason",
    "handling_unit", "asn_line", "demand",
)  # fmt: skip
USUAL = DIMENSIONS[:8]


class Balance(msgspec.Struct, frozen=True, kw_only=True):
    """One figure. A dimension that was not asked for, or is absent, is ""."""

    part: str
    revision: str = ""
    lot: str = ""
    serial: str = ""
    site: str = ""
    location: str = ""
    state: str = ""
    owner: str = ""
    quantity: Decimal
    unit: str
    segment: str = ""
    hold_reason: str = ""
    handling_unit: str = ""
    asn_line: str = ""
    demand: str = ""


def balances(
    conn: Connection,
    *,
    book: str = "live",
    by: Sequence[str] = USUAL,
    as_of: datetime | None = None,
    external: bool = False,
    **equal: str,
) -> list[Balance]:
    """Balances other than zero, grouped by the dimensions `by` (part always among them), sorted.

    Keyword arguments filter by a dimension's exact value: `balances(conn, part="A", state="available")`; "" filters
    nothing. External accounts are left out unless asked for. Raises `ValueError` for a dimension that does not exist.
    """
    unknown = sorted(({*by} | {*equal}) - {*DIMENSIONS})
    if unknown:
        raise ValueError(f"no such dimension: {', '.join(unknown)} (there are {', '.join(DIMENSIONS)})")
    named = tuple(name for name in DIMENSIONS if name in by or name == "part")
    filters = {name: value for name, value in equal.items() if value}
    sums = (
        _sums_now(conn, book, named, filters, external)
        if as_of is None
        else _sums_at(conn, book, named, filters, external, position_at(conn, book, as_of))
    )
    units = base_units(conn, book, {key[0] for key in sums})
    return [
        Balance(**dict(zip(named, key, strict=True)), quantity=to_decimal(quantity), unit=units.get(key[0], ""))
        for key, quantity in sorted(sums.items())
        if quantity
    ]


def _sums_now(
    conn: Connection, book: str, named: tuple[str, ...], filters: dict[str, str], external: bool
) -> dict[tuple[str, ...], int]:
    table = tables.bucket.c
    columns = [table[name] for name in named]
    query = select(*columns, func.sum(table.quantity)).where(table.book == book, table.empty == 0)
    for name, value in filters.items():
        query = query.where(table[name] == value)
    if not external:
        query = query.where(table.external == 0)
    return {tuple(key): int(quantity) for *key, quantity in conn.execute(query.group_by(*columns))}


def _sums_at(
    conn: Connection, book: str, named: tuple[str, ...], filters: dict[str, str], external: bool, number: int
) -> dict[tuple[str, ...], int]:
    quantities = {key: quantity for key, quantity in quantities_at(conn, book, number).items() if quantity}
    sums: dict[tuple[str, ...], int] = defaultdict(int)
    columns = ("id", "external", *DIMENSIONS)
    for site in sorted({site for site, _ in quantities}):
        ids = [(bucket,) for of, bucket in quantities if of == site]
        place = (("book", book), ("site", site))
        for id_, is_external, *values in bulk.select(conn, tables.bucket, columns, place, ("id",), ids):
            bucket: dict[str, Any] = dict(zip(DIMENSIONS, values, strict=True))
            if (external or not is_external) and all(bucket[name] == value for name, value in filters.items()):
                sums[tuple(bucket[name] for name in named)] += quantities[site, id_]
    return dict(sums)
