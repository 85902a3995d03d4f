"""`crossdock part|unit|site|location|supplier|calendar import|list`: master data, CSV in and out.

An import is all or nothing: every row is read and checked first, and all rows are recorded in one database
transaction.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame
from gateway.masterdata.tables import (
    CALENDARS,
    LOCATIONS,
    PARTS,
    SITES,
    SUPPLIERS,
    UNITS,
    RowFault,
    Table,
    read_table,
    write_table,
)

if TYPE_CHECKING:
    from gateway.pipeline import Street
    from gateway.pipeline.desk.results import Defined

FAULTS_SHOWN_MAX = 50


DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would come of it, and record nothing.")]


def make_app(table: Table) -> typer.Typer:
    """The commands of one noun."""
    made = typer.Typer(no_args_is_help=True, help=f"{table.noun.capitalize()}s: import and list.")
    columns = "; ".join(f"{column.name}{'*' if column.required else ''} ({column.help})" for column in table.columns)

    @made.command("import", help=f"Read {table.noun}s from CSV, all or nothing. Columns, * required: {columns}.")
    def import_rows(
        file: Annotated[str, typer.Argument(help="CSV file, - for stdin.")],
        acting: frame.As = None,
        dry_run: DryRun = False,
        json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    ) -> None:
        import_file(table, file, json, rehearse=dry_run)

    @made.command("list", help=f"The {table.noun}s in force.")
    def list_rows(
        json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
        csv: Annotated[bool, typer.Option("--csv", help="CSV that `import` takes back.")] = False,
    ) -> None:
        _list(table, json, csv)

    return made


def import_file(
    table: Table,
    file: str,
    json: bool,
    *,
    checked: Callable[[Street], Table] | None = None,
    rehearse: bool = False,
) -> None:
    """Record every row of a CSV file, or none. `checked` gives the table with what only an open home can check."""
    from gateway.cli.opening import open_street, who_acts
    from ledger import queries

    data = frame.read_bytes(file)
    with open_street() as street:
        with street.read() as conn:
            known = queries.masterdata(conn)
        events, faults = read_table(checked(street) if checked is not None else table, data, known)
        if faults:
            _report_faults(table, file, faults, json)
            raise typer.Exit(frame.FAULTS)
        with frame.progress(f"importing {len(events)} {table.noun}s"):
            actor = who_acts(street.governance, frame.settings())
            defined = street.define(events, actor=actor, rehearse=rehearse)
            read_again(street, defined)
    unchanged = sum(answer.result == "repeated" for answer in defined.recorded)
    if json:
        frame.print_json(
            {
                "file": file, "rows": len(events), "unchanged": unchanged, "faults": [],
                "released": defined.released, "rehearsed": defined.rehearsed,
            }
        )  # fmt: skip
        return
    frame.say(f"{file}: {len(events)} {table.noun}s, {len(events) - unchanged} new or changed")
    say_released(defined)


def read_again(street: Street, defined: Defined) -> None:
    """Read what waited for an identifier; `serve` would do so by itself."""
    if defined.again:
        street.run_until_idle()


def say_released(defined: Defined) -> None:
    """What went on because of master data, or would."""
    if defined.rehearsed:
        frame.say("a dry run: nothing of it was recorded")
    if defined.again:
        frame.say(f"{defined.again} messages were read again")
    if not defined.released:
        return
    frame.say(f"{len(defined.released)} that had waited {'would go' if defined.rehearsed else 'went'} on:")
    frame.print_table(
        ("book", "seq", "kind", "number", "result", "movements"),
        [(one.book, one.seq, one.kind, one.number, one.result, one.movements) for one in defined.released],
    )


def _report_faults(table: Table, file: str, faults: list[RowFault], json: bool) -> None:
    if json:
        frame.print_json({"file": file, "rows": 0, "unchanged": 0, "faults": faults})
        return
    for fault in faults[:FAULTS_SHOWN_MAX]:
        frame.warn(f"{file} {fault}")
    if len(faults) > FAULTS_SHOWN_MAX:
        frame.warn(f"{file}: and {len(faults) - FAULTS_SHOWN_MAX} more faults")
    frame.warn(f"{file}: no {table.noun} was imported; correct the rows above and import the file again")


def _list(table: Table, json: bool, csv: bool) -> None:
    from gateway.cli.opening import open_to_read
    from ledger import queries

    with open_to_read() as conn:
        known = queries.masterdata(conn)
    if csv:
        sys.stdout.write(write_table(table, known))
    elif json:
        frame.print_json_lines(table.rows(known))
    else:
        names = [column.name for column in table.columns]
        frame.print_table(names, ([row[name] for name in names] for row in table.rows(known)))


part = make_app(PARTS)
unit = make_app(UNITS)
site = make_app(SITES)
location = make_app(LOCATIONS)
supplier = make_app(SUPPLIERS)
calendar = make_app(CALENDARS)
