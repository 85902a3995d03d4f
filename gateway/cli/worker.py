"""`crossdock worker`: a process that only works. On SQLite it is refused: `serve` holds the one writer."""

from __future__ import annotations

import typer

from gateway.cli import frame
from gateway.errors import OperatorMistake

app = typer.Typer()


@app.command()
def worker() -> None:
    """Run a worker beside `serve` nodes on PostgreSQL."""
    settings = frame.settings(quiet=False)
    if not settings.database.startswith("postgresql"):
        raise OperatorMistake(
            "a separate worker cannot share SQLite: exactly one process may write, and two starve each other",
            mend="crossdock serve runs the worker in itself",
        )
    raise OperatorMistake(
        "the gateway's store on PostgreSQL is not available yet", mend="run crossdock serve on SQLite"
    )
