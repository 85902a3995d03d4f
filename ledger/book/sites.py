"""At which site an order stands: for documents about it that name no place of their own."""

from __future__ import annotations

from sqlalchemy import Connection

from ledger.book import bulk, document_tables
from ledger.book.resolution import order_named, supplier_of
from ledger.events import Event
from ledger.masterdata import AsSent
from ledger.matching.workset import Workset


def site_of_order(conn: Connection, work: Workset, sent: AsSent, event: Event, book: str) -> str:
    """The one site at which the supplier has the order that the event names; "" when there is none, or several."""
    number, supplier = order_named(event), supplier_of(event, sent)[0]
    keys = [(site, number) for site in sorted(sent.masterdata.sites)]
    rows = bulk.look_up(
        conn, document_tables.orders, ("site", "supplier"), (("book", book),), ("site", "order_number"), keys,
        index="orders_by_number",
    )  # fmt: skip
    found = {site for site, of in rows if of == supplier}
    found |= {key.site for key in work.orders if key.supplier == supplier and key.order_number == number}
    return found.pop() if len(found) == 1 else ""
