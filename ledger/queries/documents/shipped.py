"""What left for a customer with one shipment, as the books have it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import msgspec
from sqlalchemy import Connection, select

from ledger.book.bringing.places import sites_of
from ledger.book.storage import tables
from ledger.events import GoodsShipped
from ledger.queries.stock.movements import movements

MOVEMENTS_MAX = 10_000
KIND = GoodsShipped.__name__


class Shipped(msgspec.Struct, frozen=True, kw_only=True):
    """One part of a shipment, in its base unit."""

    site: str
    part: str
    quantity: Decimal
    event: int


def shipped(conn: Connection, number: str, *, tellers: Iterable[str], book: str = "live") -> list[Shipped]:
    """Parts of shipment `number`, whichever of the partners `tellers` told that it left; [] where none did."""
    table, told = tables.event.c, sorted({"", *tellers})
    seqs = [
        seq
        for site in sites_of(conn, book)
        for seq in conn.execute(
            select(table.seq).where(
                table.book == book, table.site == site, table.partner.in_(told), table.kind == KIND,
                table.number == number,
            )
        ).scalars()
    ]  # fmt: skip
    found: dict[tuple[str, str], Shipped] = {}
    for seq in sorted(seqs):
        for made in movements(conn, book=book, event=seq, limit=MOVEMENTS_MAX):
            sign = (made.target.state == "customer") - (made.source.state == "customer")
            if sign:
                before = found.get((made.site, made.part))
                quantity = sign * made.quantity + (before.quantity if before else 0)
                found[made.site, made.part] = Shipped(site=made.site, part=made.part, quantity=quantity, event=seq)
    return [one for one in found.values() if one.quantity > 0]
