"""`crossdock kpi`: key figures of the plant, month by month, down to the events behind them."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from gateway.cli import frame

app = typer.Typer()


@app.command()
def kpi(
    name: Annotated[str, typer.Argument(help="One figure, with everything that it sums; all if left out.")] = "",
    month: Annotated[str, typer.Option(help="YYYY-MM; the running month if left out.")] = "",
    html: Annotated[Path | None, typer.Option(help="Write a printable page to this file; - is stdout.")] = None,
    csv: Annotated[Path | None, typer.Option(help="Write figures and entries to this file as CSV.")] = None,
    book: frame.Book = "live",
    json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
) -> None:
    """Stock accuracy, count variance, suppliers on time, turns, fill rate, dock to stock, receiving errors."""
    from gateway.cli.opening import open_to_read, read_configuration
    from gateway.cli.score import check_month, write_to
    from gateway.pipeline.desk.configure import build_policy
    from gateway.pipeline.parties import policy_now
    from gateway.pipeline.scorecards import build_kpi_csv, build_kpi_page
    from ledger import queries

    check_month(month)
    frame.known(name, queries.KPIS, "figure")
    settings = frame.settings()
    with open_to_read() as conn:
        configuration, masterdata = read_configuration(settings), queries.masterdata(conn)
        policy = policy_now(build_policy(configuration), configuration.partners, masterdata)
        now = settings.clock()()
        asked: dict[str, Any] = {"month": month, "now": now, "policy": policy, "book": book, "name": name}
        found = queries.kpis(conn, **asked, every=html is not None or csv is not None)
        trend = queries.kpi_trend(conn, **asked) if html is not None else []
    if html is not None:
        write_to(html, build_kpi_page(found, trend, book=book, now=now))
        return
    if csv is not None:
        write_to(csv, build_kpi_csv(found))
        return
    if json:
        frame.print_json_lines(found)
        return
    frame.print_table(
        ("figure", "value", "unit", "month", "formula"),
        [(one.name, one.measure.value, one.measure.unit, one.month, one.formula) for one in found],
    )
    if name:
        frame.print_table(
            ("what", "sum", "of", "unit", "cases", "event", "document"),
            [
                (one.text, one.achieved, one.possible, one.unit, " ".join(one.cases), one.behind.seq or "",
                 one.behind.document)
                for one in found[0].measure.deductions
            ],
        )  # fmt: skip
