"""`crossdock run-due`: everything that is due at a moment, once; for schedulers where `serve` does not run."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame

app = typer.Typer()


@app.command()
def run_due(
    now: Annotated[str | None, typer.Option("--now", help="ISO 8601; the clock if left out.")] = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Do everything that is due: waits end, overdue signals fire, advices and deliveries go."""
    from gateway.cli.opening import open_street

    moment = frame.settings(now=now).clock()()
    with open_street() as street:
        progress = street.run_due(moment)
    if json:
        frame.print_json(progress)
    else:
        frame.say(
            f"{progress.elapsed} events by time, {progress.messages} messages, {progress.sent} sent, "
            f"{progress.parked} parked"
        )
