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

FAULTS_SHOWN_MAX = 50


def make_app(table: Table) -> typer.Typer:
    """The commands of one noun."""
    made = typer.Typer(no_args_is_help=True, help=f"{table.noun.capitalize()}s: import and list.")
    columns = "; ".join(f"{column.name}{'*' if column.required else ''} ({column.help})" for column in table.columns)

    @made.command("import", help=f"Read {table.noun}s from CSV, all or nothing. Columns, * required: {columns}.")
    def import_rows(
        file: Annotated[str, typer.Argument(help="CSV file, - for stdin.")],
        acting: frame.As = None,
        json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
    ) -> None:
        import_file(table, file, json)

    @made.command("list", help=f"The {table.noun}s in force.")
    def list_rows(
        json: Annotated[bool, typer.Option("--json", help="JSON lines.")] = False,
        csv: Annotated[bool, typer.Option("--csv", help="CSV that `import` takes back.")] = False,
    ) -> None:
        _list(table, json, csv)

    return made


def import_file(table: Table, file: str, json: bool, *, checked: Callable[[Street], Table] | None = None) -> None:
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
            recorded = street.record_events(events, actor=actor)[: len(events)]
    unchanged = sum(answer.result == "repeated" for answer in recorded)
    if json:
        frame.print_json({"file": file, "rows": len(events), "unchanged": unchanged, "faults": []})
    else:
        frame.say(f"{file}: {len(events)} {table.noun}s, {len(events) - unchanged} new or changed")


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
