"""At which site an order or case stands: for documents and decisions about it that name no place of their own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Connection

from ledger.book.resolution import order_named, supplier_of
from ledger.book.storage import bulk, document_tables
from ledger.events import ABOUT_CASES, Event
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


NO_CASES: Mapping[str, str] = {}


def sites_of_cases(conn: Connection, workset: Workset, events: Iterable[Event], book: str) -> Mapping[str, str]:
    """Where the cases stand that are spoken of: what is said of a case belongs to the case's site."""
    numbers = {event.number for event in events if isinstance(event, ABOUT_CASES)}
    if not numbers:
        return NO_CASES
    rows = bulk.look_up(
        conn, document_tables.cases, ("case", "site"), (("book", book),), ("case",),
        [(number,) for number in sorted(numbers)], index="case_by_id",
    )  # fmt: skip
    own = {case.case: case.site for case in workset.cases.values() if case.case in numbers}
    return own | {case: site for case, site in rows}
