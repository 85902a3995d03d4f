"""`crossdock serve`: the whole embedded product in one process."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame

app = typer.Typer()


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address to listen on (CROSSDOCK_HOST; default 127.0.0.1).")
    ] = None,
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port (CROSSDOCK_PORT; default 8080; 0 takes a free one).")
    ] = None,
) -> None:
    """Run HTTP and worker in one process, until interrupted."""
    settings = frame.settings(quiet=False, host=host, port=port)
    from gateway.cli.opening import refuse_missing_home
    from gateway.serve import serve as run

    refuse_missing_home(settings)
    run(settings)
