"""`crossdock ledger orders|schedules|shipments|invoices`: what was asked for, promised, announced and billed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from gateway.cli import frame
from gateway.cli.ledger_asking import Book, Json, Limit, Site, Supplier, asking

Direction = Literal["supply", "demand", ""]


def orders(
    number: Annotated[str, typer.Argument(help="Order number; all orders without it.")] = "",
    supplier: Supplier = "",
    limit: Limit = 100,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Orders, with what was promised, advised and received of each line."""
    from ledger import queries

    with asking() as conn:
        found = queries.orders(conn, book=book, order_number=number, supplier=supplier, limit=limit)
    if json:
        frame.print_json_lines(found)
        return
    columns = ("order", "line", "part", "ordered", "due", "promised", "when", "advised", "received", "unit", "status")
    frame.print_table(
        columns,
        [
            (
                order.order_number, line.line, line.part, line.quantity, _day(line.due_at),
                line.promised_quantity, _day(line.promised_at), line.advised, line.received, line.unit, line.status,
            )
            for order in found
            for line in order.lines
        ],
    )  # fmt: skip


def schedules(
    part: Annotated[str, typer.Argument(help="Our part number; all parts without it.")] = "",
    site: Site = "",
    direction: Annotated[Direction, typer.Option(help="supply: ours on suppliers; demand: customers' on us.")] = "",
    party: Annotated[str, typer.Option(help="Our supplier id, or who requires it of us.")] = "",
    releases: Annotated[bool, typer.Option("--releases", help="Every release ever filed, in force or not.")] = False,
    limit: Limit = 100,
    book: Book = "live",
    json: Json = False,
) -> None:
    """What is required of each part and when, by the schedules in force."""
    from ledger import queries

    chosen: dict[str, Any] = {
        "book": book, "part": part, "site": site, "direction": direction, "counterparty": party, "limit": limit,
    }  # fmt: skip
    with asking() as conn:
        found: list[Any] = queries.releases(conn, **chosen) if releases else queries.schedules(conn, **chosen)
    if json:
        frame.print_json_lines(found)
    elif releases:
        _print_releases(found)
    else:
        _print_schedules(found)


def shipments(
    number: Annotated[str, typer.Argument(help="Shipment id; all shipments without it.")] = "",
    supplier: Supplier = "",
    limit: Limit = 100,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Advised shipments: when they are expected, whether they have arrived, and what has come of each line."""
    from ledger import queries

    with asking() as conn:
        found = queries.shipments(conn, book=book, shipment_id=number, supplier=supplier, limit=limit)
    if json:
        frame.print_json_lines(found)
        return
    columns = ("shipment", "supplier", "carrier says", "eta", "arrived", "line", "part", "advised", "received",
               "in transit", "unit", "status")  # fmt: skip
    frame.print_table(
        columns,
        [
            (
                one.shipment_id, one.supplier, one.carriage.status, one.eta, one.arrived_at, line.line,
                line.part, line.quantity, line.received, line.in_transit, line.unit, line.status,
            )
            for one in found
            for line in one.lines
        ],
    )  # fmt: skip


def invoices(
    number: Annotated[str, typer.Argument(help="Invoice number; all invoices without it.")] = "",
    supplier: Supplier = "",
    order: Annotated[str, typer.Option(help="Order number that the invoice names.")] = "",
    limit: Limit = 100,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Invoices and credit notes, each line beside what it bills."""
    from ledger import queries

    with asking() as conn:
        found = queries.invoices(
            conn, book=book, invoice_number=number, supplier=supplier, order_number=order, limit=limit
        )
    if json:
        frame.print_json_lines(found)
        return
    columns = ("invoice", "line", "part", "quantity", "price", "per", "bills", "order", "received", "invoiced",
               "agreed", "per", "unit")  # fmt: skip
    frame.print_table(
        columns,
        [
            (
                one.invoice_number, line.line, line.part, line.quantity, line.price, line.price_per,
                line.matched_by or "nothing known", f"{line.order_number} {line.order_line}".strip(),
                line.received, line.invoiced, line.order_price, line.order_price_per if line.order_price else "",
                line.unit,
            )
            for one in found
            for line in one.lines
        ],
    )  # fmt: skip


def _print_schedules(found: list[Any]) -> None:
    columns = ("site", "part", "direction", "party", "due", "until", "quantity", "cumulative", "unit", "certainty",
               "schedule", "release", "reference")  # fmt: skip
    frame.print_table(
        columns,
        [
            (
                one.site, one.part, one.direction, " ".join(filter(None, (one.counterparty, one.ship_to))),
                need.due_at, need.until, need.quantity, need.cumulative, one.unit, need.certainty,
                need.schedule, need.release or need.number, need.reference or need.sequence,
            )
            for one in found
            for need in one.requirements
        ],
    )  # fmt: skip
    for one in found:
        for allowed in one.authorizations:
            frame.say(f"{one.part} {one.counterparty}: {allowed.kind} authorised up to {allowed.quantity} {one.unit}")


def _print_releases(found: list[Any]) -> None:
    columns = ("site", "part", "direction", "counterparty", "schedule", "number", "release", "purpose", "quantities",
               "issued_at", "requirements", "seq")  # fmt: skip
    frame.print_table(columns, [tuple(getattr(one, name) for name in columns) for one in found])


def _day(at: datetime | None) -> str:
    return "" if at is None else at.date().isoformat()
