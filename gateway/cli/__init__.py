"""The `crossdock` command: a table of nouns, each loaded only when it is used.

`crossdock --help` must answer at once, so nothing here imports a web framework or a database: the root knows name,
help line and module of each command, and imports the module when the command is called.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple, NoReturn

import typer
import typer.core
import typer.main

from gateway.cli import frame
from gateway.errors import CrossdockError, PartnerMistake
from gateway.settings import read_version


class Command(NamedTuple):
    """One line of `crossdock --help`; `module` holds a `typer.Typer`, called `app` unless `:name` follows."""

    name: str
    module: str
    help: str


COMMANDS: tuple[Command, ...] = (
    Command("demo", "gateway.cli.demo", "See it work: real documents in, stock, discrepancy and answers out."),
    Command("init", "gateway.cli.init", "Set up a home and print the first administrator key, once."),
    Command("serve", "gateway.cli.serve", "Run the whole product: HTTP and worker in one process."),
    Command("worker", "gateway.cli.worker", "Run a worker only (PostgreSQL)."),
    Command("doctor", "gateway.cli.doctor", "Check the installation and say what to mend."),
    Command("db", "gateway.cli.db", "The database's version."),
    Command("run-due", "gateway.cli.run_due", "Do everything that is due: waits, signals, advices, deliveries."),
    Command("message", "gateway.cli.message_replay", "Messages received and sent."),
    Command("x12", "gateway.cli.x12", "Check, acknowledge and show X12."),
    Command("map", "gateway.cli.map_coverage", "Mappings, in both directions."),
    Command("partner", "gateway.cli.partner", "Partners and their agreements."),
    Command("sftp", "gateway.cli.sftp", "Folders on partners' SFTP servers that we fetch from."),
    Command("key", "gateway.cli.key", "API keys."),
    Command("part", "gateway.cli.masterdata:part", "Parts: import and list."),
    Command("unit", "gateway.cli.masterdata:unit", "Unit factors of parts: import and list."),
    Command("site", "gateway.cli.masterdata:site", "Sites: import and list."),
    Command("location", "gateway.cli.masterdata:location", "Locations within sites: import and list."),
    Command("supplier", "gateway.cli.masterdata:supplier", "Suppliers and other parties: import and list."),
    Command("calendar", "gateway.cli.masterdata:calendar", "Working calendars: import and list."),
    Command("xref", "gateway.cli.xref", "What partners' identifiers mean: import, list, misses, resolve."),
    Command("ledger", "gateway.cli.ledger", "The books: balances, movements, verification."),
    Command("case", "gateway.cli.casework", "Discrepancies."),
    Command("signal", "gateway.cli.signal", "What somebody should act on, and what was done about it."),
    Command("score", "gateway.cli.score", "Supplier scorecards."),
)


COMPLETION_OPTIONS = ("install_completion", "show_completion")
"""The root's alone; typer would repeat them in every noun."""


class LazyGroup(typer.core.TyperGroup):
    """A group whose members stand as stubs (name and help line) until one of them is called."""

    def __init__(self, **attributes: Any) -> None:
        super().__init__(**attributes)
        for command in COMMANDS:
            self.add_command(typer.core.TyperCommand(command.name, help=command.help))

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        for command in COMMANDS:
            if args and command.name == args[0]:
                self.commands[command.name] = load_command(command)
        return super().resolve_command(ctx, args)


def load_command(command: Command) -> Any:
    """Import a command and give it, and each of its subcommands, the option `--home`."""
    module, _, name = command.module.partition(":")
    loaded: Any = typer.main.get_command(getattr(importlib.import_module(module), name or "app"))
    loaded.name, loaded.help = command.name, loaded.help or command.help
    loaded.params = [option for option in loaded.params if option.name not in COMPLETION_OPTIONS]
    _add_home(loaded)
    return loaded


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run one command and leave with its exit code: 0 fine, 1 faults found, 2 cannot run."""
    token = frame.flags.set({})
    try:
        typer.main.get_command(app)(args=arguments, prog_name="crossdock")
    except CrossdockError as error:
        frame.warn(f"crossdock: {error}")
        sys.exit(frame.FAULTS if isinstance(error, PartnerMistake) else frame.CANNOT_RUN)
    except Exception:
        traceback.print_exc()
        frame.warn("crossdock: this is a bug in crossdock; please report the lines above")
        sys.exit(frame.CANNOT_RUN)
    finally:
        frame.flags.reset(token)
    sys.exit(0)


def _remember_home(home: Path | None) -> None:
    if home is not None:
        # A new mapping, so that one command's flag can never reach another one in the same process.
        frame.flags.set({**(frame.flags.get() or {}), "home": home})


_HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="FOLDER",
        help="Working folder (CROSSDOCK_HOME; default ./crossdock-home).",
        callback=_remember_home,
        expose_value=False,
        show_default=False,
    ),
]

_carrier = typer.Typer()
"""Never run: it makes the option that every command is given."""


@_carrier.command()
def _carry(home: _HomeOption = None) -> None: ...


def _add_home(command: Any) -> None:
    for member in getattr(command, "commands", {}).values():
        _add_home(member)
    if all(parameter.name != "home" for parameter in command.params):
        command.params += [option for option in typer.main.get_command(_carrier).params if option.name == "home"]


def _show_version(wanted: bool) -> None:
    if wanted:
        frame.say(f"crossdock {read_version()}")
        raise typer.Exit


app = typer.Typer(
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="EDI gateway and inventory ledger for automotive parts supply.",
)


@app.callback()
def root(
    home: _HomeOption = None,
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """EDI gateway and inventory ledger for automotive parts supply."""
