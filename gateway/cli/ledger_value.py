"""`crossdock ledger uninvoiced|obsolete`: goods in money, each currency for itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame
from gateway.cli.ledger_asking import VALUE, Book, Json, Part, Site, Supplier, asking, policy_of, show

if TYPE_CHECKING:
    from ledger.queries import Money

app = typer.Typer()


@app.command(rich_help_panel=VALUE)
def uninvoiced(
    site: Site = "",
    supplier: Supplier = "",
    part: Part = "",
    settled: Annotated[bool, typer.Option("--settled", help="Lines that are even too.")] = False,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Goods received, not invoiced: per order line, at the order's price."""
    from ledger import queries

    with asking() as conn:
        policy, now = policy_of(conn)
        found = queries.uninvoiced(
            conn, book=book, now=now, policy=policy, site=site, supplier=supplier, part=part, settled=settled
        )
    if json:
        frame.print_json(found)
        return
    columns = (
        "supplier", "order_number", "order_line", "part", "received", "returned", "consigned", "invoiced", "open",
        "unit", "price", "value", "currency", "evaluated", "age_hours",
    )  # fmt: skip
    show(found.rows, columns, json=False)
    _say_sums("waiting for an invoice", found.totals)
    _say_sums("paid by their receipts", found.evaluated)
    if found.unpriced:
        frame.say(f"{found.unpriced} lines have no price.")


@app.command(rich_help_panel=VALUE)
def obsolete(site: Site = "", part: Part = "", book: Book = "live", json: Json = False) -> None:
    """Obsolete stock, at the price it was last ordered at."""
    from ledger import queries

    with asking() as conn:
        found = queries.obsolete(conn, book=book, site=site, part=part)
    if json:
        frame.print_json(found)
        return
    columns = ("part", "revision", "site", "location", "owner", "quantity", "unit", "price", "value", "currency")
    show(found.rows, columns, json=False)
    _say_sums("obsolete", found.totals)
    if found.proposed:
        frame.say("Proposed by engineering changes, until their cases are decided:")
        proposed = ("change", "case", "part", "site", "quantity", "unit", "price", "value", "currency")
        show(found.proposed, proposed, json=False)
    if found.unpriced:
        frame.say(f"Without a price: {', '.join(found.unpriced)}.")


def _say_sums(what: str, sums: tuple[Money, ...]) -> None:
    for one in sums:
        frame.say(f"{one.amount} {one.currency or '(no currency)'} {what}")
