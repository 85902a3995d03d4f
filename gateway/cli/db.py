"""`crossdock db upgrade|version`: the tables of store and ledger."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame

app = typer.Typer(no_args_is_help=True, help="The database: its version, and bringing it up to this program's.")

Json = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@app.command()
def upgrade(json: Json = False) -> None:
    """Bring the tables to this program's version. Refused while `serve` runs."""
    from gateway.cli.opening import open_alone
    from gateway.store import schema
    from ledger import book

    with open_alone() as conn:
        before = {"store": schema.version(conn), "ledger": book.version(conn)}
        schema.upgrade(conn)
        book.upgrade(conn)
        after = {"store": schema.version(conn), "ledger": book.version(conn)}
    if json:
        frame.print_json({"before": before, "after": after, "changed": before != after})
    elif before == after:
        frame.say(f"nothing to do: store {after['store']}, ledger {after['ledger']}")
    else:
        frame.say(
            f"upgraded: store {before['store']} -> {after['store']}, ledger {before['ledger']} -> {after['ledger']}"
        )


@app.command()
def version(json: Json = False) -> None:
    """The versions of the tables, and those that this program needs. Exit code 1 when they differ."""
    from gateway.cli.opening import open_to_read
    from gateway.store import schema
    from ledger import book

    with open_to_read() as conn:
        found = {"store": schema.version(conn), "ledger": book.version(conn)}
    wanted = {"store": schema.HEAD, "ledger": book.HEAD}
    if json:
        frame.print_json({"found": found, "wanted": wanted})
    else:
        frame.print_table(("tables", "found", "wanted"), [(name, found[name], wanted[name]) for name in wanted])
    if found != wanted:
        raise typer.Exit(frame.FAULTS)
