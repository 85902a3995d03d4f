"""`crossdock ledger transfers|settlements|calls`: what is under way between our sites; what we owe owners of goods
used; what the line called for."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame
from gateway.cli.ledger_asking import Book, Json, Part, Site, asking


def transfers(
    number: Annotated[str, typer.Argument(help="Number of the transfer; all without it.")] = "",
    site: Annotated[str, typer.Option(help="Our site id that sends or receives.")] = "",
    status: Annotated[str, typer.Option(help="waiting, in_transit, received, cancelled or refused.")] = "",
    book: Book = "live",
    json: Json = False,
) -> None:
    """Transfers between our sites: shipped, received, still in transit and when it should arrive."""
    from ledger import queries

    with asking() as conn:
        found = queries.transfers(conn, book=book, site=site, number=number, status=status)
    if json:
        frame.print_json_lines(found)
        return
    frame.print_table(
        ("transfer", "from", "to", "status", "expected", "part", "shipped", "received", "in transit", "over", "unit"),
        [
            (
                one.number, one.from_site, one.to_site, one.status,
                one.expected_at.isoformat() if one.expected_at else "", line.part, line.shipped, line.received,
                line.in_transit, line.over, line.unit,
            )
            for one in found
            for line in one.lines
        ]
        + [
            (one.number, one.from_site, one.to_site, one.status, "", "", "", "", "", "", "")
            for one in found
            if not one.lines
        ],
    )  # fmt: skip


def calls(
    number: Annotated[str, typer.Argument(help="Number of the call; all without it.")] = "",
    status: Annotated[str, typer.Option(help="open, served, withdrawn, or missed: not served in time.")] = "",
    site: Site = "",
    part: Part = "",
    book: Book = "live",
    json: Json = False,
) -> None:
    """What the line called for, by when, and what has come."""
    from typing import cast, get_args

    from gateway.errors import OperatorMistake
    from gateway.resources import did_you_mean
    from ledger import queries
    from ledger.queries.documents.calls import CallStatus

    known = get_args(CallStatus)
    if status not in known:
        raise OperatorMistake(f'no call is "{status}"', mend=did_you_mean(status, [one for one in known if one]))
    with asking() as conn:
        found = queries.calls(conn, book=book, site=site, part=part, number=number, status=cast("CallStatus", status))
    columns = ("number", "site", "location", "part", "quantity", "served", "unit", "status", "missed", "due_at")
    frame.print_rows(found, columns, json=json)


def settlements(
    supplier: Annotated[str, typer.Option(help="Our id of the owner of the goods.")] = "",
    month: Annotated[str, typer.Option(help="Month, like 2026-11.")] = "",
    site: Site = "",
    part: Part = "",
    totals: Annotated[bool, typer.Option("--totals", help="One line per supplier, month and currency.")] = False,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Goods of others that were used or changed hands: what is owed for them, record by record or in totals."""
    from ledger import queries

    with asking() as conn:
        if totals:
            summed = queries.settlement_totals(conn, book=book, supplier=supplier, month=month, site=site, part=part)
        else:
            found = queries.settlements(conn, book=book, supplier=supplier, month=month, site=site, part=part)
    if json:
        frame.print_json_lines(summed if totals else found)
    elif totals:
        frame.print_table(
            ("supplier", "month", "records", "unpriced", "amount", "currency"),
            [(one.supplier, one.period, one.records, one.unpriced, one.amount, one.currency) for one in summed],
        )
    else:
        frame.print_table(
            ("seq", "supplier", "month", "cause", "part", "quantity", "unit", "price", "amount", "currency", "order"),
            [
                (
                    one.seq, one.supplier, one.period, one.cause, one.part, one.quantity, one.unit,
                    one.price, one.amount, one.currency, one.order_number,
                )
                for one in found
            ],
        )  # fmt: skip
