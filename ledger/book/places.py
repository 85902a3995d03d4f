"""The sites that a book knows: every movement stands at one of them, so ranges of movements are read site by site."""

from __future__ import annotations

from sqlalchemy import Connection, select

from ledger.book import tables


def sites_of(conn: Connection, book: str) -> list[str]:
    """Site ids in order, from the master data in force."""
    table = tables.masterdata
    rows = conn.execute(
        select(table.c.number).where(table.c.book == book, table.c.kind == "SiteDefined").order_by(table.c.number)
    )
    return list(rows.scalars())
