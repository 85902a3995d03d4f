"""What the questions of `crossdock ledger` share: their options, how words become filters, and how a list is shown.

No command here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from gateway.cli import frame
from gateway.errors import OperatorMistake

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from ledger.policy import Policy

Json = Annotated[bool, typer.Option("--json", help="One JSON object; JSON lines for a list.")]
Book = frame.Book
Part = Annotated[str, typer.Option(help="Our part number.")]
Site = Annotated[str, typer.Option(help="Our site id.")]
Supplier = Annotated[str, typer.Option(help="Our supplier id.")]
State = Annotated[str, typer.Option(help="available, in_transit, quality_hold, quarantine, ...")]
Location = Annotated[str, typer.Option(help="Location within the site.")]
Owner = Annotated[str, typer.Option(help="Our supplier id of who owns the goods.")]
Lot = Annotated[str, typer.Option(help="Lot number.")]
Serial = Annotated[str, typer.Option(help="Serial number.")]
Demand = Annotated[str, typer.Option(help="Work order, VIN or other demand.")]
Where = Annotated[list[str], typer.Option(help="Any dimension: NAME=VALUE, or NAME= for none. Repeatable.")]
AsOf = Annotated[str, typer.Option(help="As recorded by this time (ISO 8601).")]
AsOfEvent = Annotated[int | None, typer.Option(help="As it stood once this event was recorded.")]
Limit = Annotated[int, typer.Option(min=1, max=100_000, help="At most this many.")]

STOCK, FLOW, VALUE, CHECKS = "Stock", "Flow", "Value", "Checks"
"""Panels of `crossdock ledger --help`."""


@contextmanager
def asking() -> Iterator[Connection]:
    """A connection to ask on; what the ledger does not understand of the question is the caller's mistake."""
    from gateway.cli.opening import open_to_read

    with open_to_read() as conn:
        try:
            yield conn
        except ValueError as mistake:
            raise OperatorMistake(str(mistake)) from None


def read_where(where: Sequence[str], given: dict[str, str]) -> dict[str, Any]:
    """Options and `--where` as the filters of a question. Raises OperatorMistake for a word without `=`."""
    equal, absent = {name: value for name, value in given.items() if value}, []
    for word in where:
        name, sign, value = word.partition("=")
        if not sign:
            raise OperatorMistake(f'--where "{word}" names no value', mend="write it like lot=L1, or lot= for none")
        if value:
            equal[name] = value
        else:
            absent.append(name)
    return {**equal, "absent": absent}


def read_time(text: str) -> datetime | None:
    """A moment with its zone; None for "". Raises OperatorMistake for anything else."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise OperatorMistake(f'"{text}" is no time', mend="write it like 2026-11-22T10:00:00Z") from None
    if moment.tzinfo is None:
        raise OperatorMistake(f'"{text}" has no zone', mend="add Z, or an offset such as +01:00")
    return moment


def read_words(text: str) -> tuple[str, ...]:
    """`a,b, c` as three words."""
    return tuple(word.strip() for word in text.split(",") if word.strip())


def policy_of(conn: Connection) -> tuple[Policy, datetime]:
    """The policy that the files of the home make now, and the time now."""
    from gateway.cli.opening import read_configuration
    from gateway.pipeline.desk.configure import build_policy
    from gateway.pipeline.parties import policy_now
    from ledger import queries

    settings = frame.settings()
    configuration = read_configuration(settings)
    policy = policy_now(build_policy(configuration), configuration.partners, queries.masterdata(conn))
    return policy, settings.clock()()


def show(rows: Sequence[Any], columns: Sequence[str], *, json: bool, more: bool = False) -> None:
    """Rows as JSON lines, or as a table of these fields that leaves out a field which is empty everywhere."""
    if json:
        frame.print_json_lines(rows)
        return
    filled = [name for name in columns if any(getattr(row, name) not in ("", None) for row in rows)]
    frame.print_table(filled or columns, [[getattr(row, name) for name in filled or columns] for row in rows])
    if more:
        frame.say(f"Only the first {len(rows)} are shown; --limit shows more.")
