"""`crossdock score`: supplier scorecards, computed from events alone."""

from __future__ import annotations

import re
from typing import Annotated

import typer

from gateway.cli import frame

app = typer.Typer()


@app.command()
def score(
    supplier: Annotated[str | None, typer.Argument(help="Our id of the supplier; all of them if left out.")] = None,
    month: Annotated[str, typer.Option(help="YYYY-MM; the running month if left out.")] = "",
    book: Annotated[str, typer.Option(help="live or test.")] = "live",
    json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """Score, grade, and the metrics behind them."""
    from gateway.cli.opening import open_to_read, read_configuration
    from gateway.errors import OperatorMistake
    from gateway.pipeline.desk.configure import build_policy
    from gateway.pipeline.parties import policy_now
    from gateway.resources import did_you_mean
    from ledger import queries

    if month and not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
        raise OperatorMistake(f'"{month}" is no month', mend="write it like 2026-11")
    settings = frame.settings()
    now = settings.clock()()
    with open_to_read() as conn:
        configuration, masterdata = read_configuration(settings), queries.masterdata(conn)
        policy = policy_now(build_policy(configuration), configuration.partners, masterdata)
        suppliers = masterdata.suppliers
        if supplier is not None and supplier not in suppliers:
            raise OperatorMistake(f'there is no supplier "{supplier}"', mend=did_you_mean(supplier, suppliers))
        wanted = [supplier] if supplier is not None else sorted(suppliers)
        cards = [queries.score(conn, one, month=month, now=now, policy=policy, book=book) for one in wanted]
    if json:
        frame.print_json_lines(cards)
        return
    frame.print_table(
        ("supplier", "month", "value", "grade", "coverage", "provisional"),
        [(card.supplier, card.month, card.value, card.grade, card.coverage, card.provisional) for card in cards],
    )
