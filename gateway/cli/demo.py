"""`crossdock demo`: the main job on real traffic, told as a story."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame

app = typer.Typer()


@app.command()
def demo(
    serve: Annotated[bool, typer.Option("--serve", help="Leave the server running afterwards.")] = False,
    sshd: Annotated[
        str, typer.Option(help="OpenSSH server for the SFTP partner: auto, none (a small one inside) or its path.")
    ] = "auto",
    as_json: Annotated[bool, typer.Option("--json", help="End with one JSON line; no story.")] = False,
) -> None:
    """See it work: real documents in, stock, discrepancy and answers out."""
    from gateway.demo.stage import run_demo

    settings = frame.settings()
    figures = run_demo(settings, serve=serve, quiet=as_json, sshd=sshd)
    if as_json:
        frame.print_json(figures)
