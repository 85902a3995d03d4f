"""`crossdock ledger periods`: what was signed off, and its figures part by part."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame
from gateway.cli.ledger_asking import Book, Json, asking
from gateway.errors import OperatorMistake


def periods(
    site: Annotated[str, typer.Argument(help="Our site id; all sites without it.")] = "",
    period: Annotated[str, typer.Argument(help="The period's name: its figures, part by part.")] = "",
    book: Book = "live",
    json: Json = False,
) -> None:
    """Periods that were signed off; with SITE and PERIOD, opening, what came and went, and closing."""
    from ledger import queries

    if not period:
        with asking() as conn:
            found = queries.periods(conn, book=book, site=site)
        columns = ("site", "period", "status", "ends_at", "closed_at", "closed_by", "late")
        frame.print_rows(found, columns, json=json)
        return
    with asking() as conn:
        report = queries.period_report(conn, site, period, book=book)
    if report is None:
        raise OperatorMistake(f"{site} has no period {period}", mend=f"crossdock ledger periods {site}")
    if json:
        frame.print_json(report)
        return
    shown = report.period
    frame.say(f"{shown.site} {shown.period}: {shown.status}, up to {shown.ends_at.isoformat()}, by {shown.closed_by}")
    rows = [
        (one.part, *row, one.unit)
        for one in report.parts
        for row in (
            ("opening", "", one.opening),
            *((flow.kind, flow.account, flow.quantity) for flow in one.flows),
            ("closing", "", one.closing),
        )
    ]
    frame.print_table(("part", "what", "account", "quantity", "unit"), rows)
