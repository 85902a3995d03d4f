"""`crossdock sftp`: the folders that we fetch from partners' SFTP servers."""

from __future__ import annotations

import signal
import threading
from contextlib import closing
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from gateway.pipeline.pickup.schedule import Pickups
    from gateway.pipeline.pickup.values import Polled

app = typer.Typer(no_args_is_help=True, help="Folders on partners' SFTP servers that we fetch from.")

AsJson = Annotated[bool, typer.Option("--json", help="JSON lines on stdout, and nothing else.")]
PartnerId = Annotated[str, typer.Argument(metavar="[PARTNER]", help="One partner; all without one.")]

LOOK_SECONDS = 0.2


@app.command("list")
def list_pickups(json: AsJson = False) -> None:
    """List every pickup: how it stands, when it is polled, what waits there and what is still to be cleaned up."""
    from gateway.cli.opening import open_to_read, read_partner_files
    from gateway.messages import microseconds
    from gateway.pipeline.pickup.show import show_pickups

    settings = frame.settings()
    partners = read_partner_files(settings)
    with open_to_read() as conn:
        shown = show_pickups(conn, partners, now=microseconds(settings.clock()()))
    if json:
        frame.print_json_lines(shown)
        return
    rows = [
        (
            one["partner"], one["endpoint"], one["folder"], one["state"], one["polled_at"] or "never",
            one["waiting"], one["cleanup_pending"], one["trouble"],
        )
        for one in shown
    ]  # fmt: skip
    columns = ("partner", "endpoint", "folder", "state", "polled", "waiting", "to clean up", "trouble")
    frame.print_table(columns, rows)


@app.command()
def poll(
    partner: PartnerId = "",
    follow: Annotated[bool, typer.Option("--follow", help="Poll what is due until stopped, beside serve.")] = False,
    json: AsJson = False,
) -> None:
    """Look into every folder now and take what is ready; exit code 1 when a server or folder is in trouble.

    Runs in this process; what it takes is handed to `crossdock serve` where that runs, and processed here otherwise.
    """
    from gateway.cli.opening import open_street

    with open_street() as street:
        with closing(street.pickups()) as pickups:
            if follow:
                _follow(pickups)
                return
            polled = pickups.poll(partner, forced=True)
        if street.is_writer:
            street.run_until_idle(deliver=False)
    if json:
        frame.print_json_lines(polled)
    for one in [] if json else polled:
        frame.say(_line(one))
    if any(one.state == "trouble" for one in polled):
        raise typer.Exit(frame.FAULTS)


def _follow(pickups: Pickups) -> None:
    over = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: over.set())
    while not over.wait(LOOK_SECONDS):
        pickups.start_due()


def _line(polled: Polled) -> str:
    if polled.state in ("leased", "fenced"):
        return f"{polled.place}: another process polls it"
    counts = {
        "taken": polled.new,
        "known already": polled.repeated,
        "skipped": polled.skipped,
        "refused": polled.refused,
        "not ready": polled.waiting,
        "to clean up": polled.owed,
    }
    said = ", ".join(f"{count} {what}" for what, count in counts.items() if count) or "nothing there"
    return f"{polled.place}: {polled.trouble or said}"
