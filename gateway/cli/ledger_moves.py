"""`crossdock ledger transfers`: what is under way between our sites."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame


def transfers(
    number: Annotated[str, typer.Argument(help="Number of the transfer; all without it.")] = "",
    site: Annotated[str, typer.Option(help="Our site id that sends or receives.")] = "",
    status: Annotated[str, typer.Option(help="waiting, in_transit, received, cancelled or refused.")] = "",
    book: Annotated[str, typer.Option(help="live or test.")] = "live",
    json: Annotated[bool, typer.Option("--json", help="One JSON object; JSON lines for a list.")] = False,
) -> None:
    """Transfers between our sites: shipped, received, still in transit and when it should arrive."""
    from gateway.cli.opening import open_to_read
    from ledger import queries

    with open_to_read() as conn:
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
