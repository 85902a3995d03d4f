"""The reference of the command line: every command with its arguments and options, as typer knows them."""

from __future__ import annotations

from typing import Any

import typer

from docs.generate.text import WARNING, table
from gateway.cli import COMMANDS, Command, load_command

HEAD = """# Commands

`crossdock COMMAND`. Every command takes `--home FOLDER` (or `CROSSDOCK_HOME`): the working folder with database,
keys, partners and mappings; `./crossdock-home` if nothing is said. Every command that reads has `--json`: one object,
or one per line, on stdout and nothing else. `-` stands for stdin or stdout.

Exit codes: 0 fine, 1 the data has faults or a check failed, 2 cannot run (usage, configuration, nothing readable).

"""
# Said once above, or by every command of every program.
EVERYWHERE = {"home", "help", "install_completion", "show_completion"}


def build_page() -> str:
    """The whole page, commands in the order of `crossdock --help`."""
    overview = table(
        ["command", "does"], [[f"[`{command.name}`](#{anchor(command.name)})", command.help] for command in COMMANDS]
    )
    return WARNING + HEAD + overview + "".join(describe(command) for command in COMMANDS)


def anchor(name: str) -> str:
    return f"crossdock-{name}"


def describe(command: Command) -> str:
    loaded = load_command(command)
    members: dict[str, Any] = getattr(loaded, "commands", {})
    text = f"\n## crossdock {command.name}\n\n{' '.join(command.help.split())}\n"
    if not members:
        return text + usage(command.name, loaded)
    return text + "".join(describe_member(f"{command.name} {name}", member) for name, member in members.items())


def describe_member(name: str, member: Any, level: int = 3) -> str:
    """A command of a noun, and the commands below it where it is a noun itself."""
    text = f"\n{'#' * level} {name}\n\n{paragraph(member)}\n{usage(name, member)}"
    below: dict[str, Any] = getattr(member, "commands", {})
    return text + "".join(describe_member(f"{name} {one}", each, level + 1) for one, each in below.items())


def paragraph(member: Any) -> str:
    """The command's own words; click marks paragraphs that must not be wrapped with \\b."""
    return (member.help or "").replace("\b\n", "").strip()


def usage(name: str, command: Any) -> str:
    """The line to type, and a table of its options; typer words both as `--help` does."""
    parameters = [parameter for parameter in command.params if parameter.name not in EVERYWHERE]
    arguments = [parameter for parameter in parameters if parameter.param_type_name == "argument"]
    options = [parameter for parameter in parameters if parameter.param_type_name == "option"]
    context = typer.Context(command)
    pieces = [piece.strip("{}") for argument in arguments for piece in argument.get_usage_pieces(context)]
    line = " ".join([f"crossdock {name}", *(["[OPTIONS]"] if options else []), *map(str.upper, pieces)])
    rows = [option.get_help_record(context) for option in parameters]
    return f"\n```\n{line}\n```\n" + (
        "\n" + table(["", "means"], [[f"`{row[0]}`", row[1]] for row in rows if row]) if rows else ""
    )
