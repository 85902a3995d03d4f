"""What every command shares: its settings, its input, and how it answers. No command, no business here.

A command module is `gateway/cli/<noun>.py` with a `typer.Typer` called `app`, listed in `gateway.cli.COMMANDS`, and
imports heavy packages inside its functions. In a command:

* `settings()` is the configuration in force; `--home` is added to every command by the root, never declared;
* `print_json(value)` writes one JSON line to stdout, `print_table` and `say` are for people;
* bad data ends with `raise typer.Exit(FAULTS)`; what stops the command is raised as OperatorMistake, PartnerMistake
  or Unavailable, which the root prints as one line on stderr with exit code 2 (1 for a PartnerMistake).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import typer

from gateway.errors import OperatorMistake
from gateway.settings import Settings, read_settings

FAULTS = 1
"""Exit code: the data has faults, or a check failed."""
CANNOT_RUN = 2
"""Exit code: usage, configuration, nothing readable."""

flags: ContextVar[dict[str, Any] | None] = ContextVar("flags", default=None)
"""Flags that hold for every command (`home`), as the root has parsed them."""


def _remember_user(name: str | None) -> None:
    if name is not None:
        flags.set({**(flags.get() or {}), "user": name})


As = Annotated[
    str | None,
    typer.Option(
        "--as",
        metavar="NAME",
        help="Who acts, as people.yaml knows them (CROSSDOCK_USER; default the login name).",
        callback=_remember_user,
        expose_value=False,
        show_default=False,
    ),
]
"""The option of every command by which somebody acts: `acting: frame.As = None`; see `opening.who_acts`."""


Book = Annotated[Literal["live", "test"], typer.Option(help="test holds what came marked as test traffic.")]
"""The option of every command that asks or tells one book."""


def known(word: str, words: Iterable[str], what: str) -> str:
    """The word, or "" for none. Raises OperatorMistake for one that is not among those known."""
    from gateway.resources import did_you_mean

    words = tuple(words)
    if word and word not in words:
        raise OperatorMistake(f'there is no {what} "{word}"', mend=did_you_mean(word, words))
    return word


def plain(value: Any) -> Any:
    """What JSON has no form for, as text; a line that knows its column is a number all the same."""
    return int(value) if isinstance(value, int) else str(value)


_encoder = msgspec.json.Encoder(decimal_format="string", enc_hook=plain)


def settings(*, quiet: bool = True, **given: Any) -> Settings:
    """The settings in force, with `given` as flags of this command, and logs set up accordingly.

    `quiet=False` is for processes that stay (`serve`, `worker`): they log from level info on.
    """
    from gateway.logs import set_up_logs

    read = read_settings((flags.get() or {}) | {name: value for name, value in given.items() if value is not None})
    automatic = "warning" if quiet else "info"
    set_up_logs(automatic if read.log_level == "auto" else read.log_level, read.log_format)
    return read


def print_json(value: Any) -> None:
    """One JSON line on stdout: structs as objects, decimals as strings, times as ISO 8601."""
    sys.stdout.write(_encoder.encode(value).decode() + "\n")


def print_json_lines(values: Iterable[Any]) -> None:
    for value in values:
        print_json(value)


def say(text: str = "") -> None:
    """A line for a person, on stdout."""
    sys.stdout.write(shown(text) + "\n")


def warn(text: str) -> None:
    """A line for a person that is no part of the answer, on stderr."""
    sys.stderr.write(shown(text) + "\n")


def shown(text: str) -> str:
    """The text with control characters spelled out: a partner's bytes must not command the terminal they reach."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def write_page(pieces: Iterable[str]) -> None:
    """A whole file on stdout, as UTF-8 whatever the terminal speaks: for `> page.html`."""
    for piece in pieces:
        sys.stdout.buffer.write(piece.encode())
    sys.stdout.buffer.flush()


def print_table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Aligned columns, never cut: what a person reads and what `awk` and `grep` can read."""
    cells = [
        [str(column) for column in columns],
        *([cell(value) for value in row] for row in rows),
    ]
    widths = [max(len(row[index]) for row in cells) for index in range(len(columns))]
    for row in cells:
        say("  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip())


def cell(value: Any) -> str:
    """A value as a person reads it."""
    if value is None:
        return ""
    if isinstance(value, datetime):
        return value.isoformat(timespec="minutes")
    if isinstance(value, bool):
        return "yes" if value else ""
    return str(value)


def print_rows(rows: Iterable[Any], columns: Sequence[str], *, json: bool) -> None:
    """Rows, mappings or structs, as JSON lines, or as a table of these fields of theirs."""
    if json:
        print_json_lines(rows)
        return
    print_table(
        columns,
        ([row.get(name) if isinstance(row, dict) else getattr(row, name) for name in columns] for row in rows),
    )


def read_bytes(path: str) -> bytes:
    """The bytes of a file, or of stdin for `-`. Raises OperatorMistake when there is nothing readable."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as error:
        raise OperatorMistake(error.strerror or "cannot be read", file=path) from error


@contextmanager
def progress(text: str) -> Iterator[None]:
    """A spinner while something long runs; only on a terminal, and on stderr, so that an answer stays clean."""
    if not sys.stderr.isatty():
        yield
        return
    from rich.console import Console

    with Console(stderr=True).status(text):
        yield
