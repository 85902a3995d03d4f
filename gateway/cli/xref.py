"""`crossdock xref`: what partners' identifiers mean in our words, by sender and by day."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame
from gateway.cli.masterdata import import_file
from gateway.errors import OperatorMistake
from gateway.masterdata.cross_references import CROSS_REFERENCES, KINDS, row_of, table

app = typer.Typer(no_args_is_help=True, help="What partners' identifiers mean: import, list, misses, resolve.")

if TYPE_CHECKING:
    from gateway.partners import Partners

VERSIONS_MAX = 10_000
_COLUMNS = "; ".join(f"{one.name}{'*' if one.required else ''} ({one.help})" for one in CROSS_REFERENCES.columns)

Json = Annotated[bool, typer.Option("--json", help="One JSON object; JSON lines for a list.")]
Of = Annotated[str, typer.Option("--of", help=", ".join(KINDS) + ".")]
Sender = Annotated[str | None, typer.Option("--sender", help="Partner; --sender '' for what holds in everybody's.")]


@app.command("import", help=f"Read cross-references from CSV, all or nothing. Columns, * required: {_COLUMNS}.")
def import_rows(
    file: Annotated[str, typer.Argument(help="CSV file, - for stdin.")],
    acting: frame.As = None,
    json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    import_file(
        CROSS_REFERENCES, file, json, checked=lambda street: table(_partner_ids(street.configuration.partners))
    )


@app.command("list")
def list_entries(
    of: Of = "",
    sender: Sender = None,
    identifier: Annotated[str, typer.Option(help="As sent.")] = "",
    means: Annotated[str, typer.Option(help="Our word for it.")] = "",
    on: Annotated[str, typer.Option(help="Only what holds for documents of this day (2026-11-23).")] = "",
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="CSV that `import` takes back.")] = False,
) -> None:
    """Cross-references with who recorded them and when; those withdrawn too, unless a day is asked for."""
    from gateway.cli.opening import open_to_read
    from gateway.masterdata.tables import write_rows
    from ledger import queries

    day = read_day(on)
    with open_to_read() as conn:
        known = queries.masterdata(conn)
    chosen = known.cross_references.chosen(of=of, sender=sender, identifier=identifier, means=means, on=day)
    entries = list(chosen)
    if json:
        frame.print_json_lines(entries)
    elif csv:
        sys.stdout.write(write_rows(CROSS_REFERENCES, map(row_of, entries)))
    else:
        rows = [row_of(entry) for entry in entries]
        names = [
            column.name
            for column in CROSS_REFERENCES.columns
            if column.required or any(row[column.name] not in ("", "N", "1") for row in rows)
        ]
        frame.print_table(names, [[row[name] for name in names] for row in rows])


@app.command()
def history(
    number: Annotated[str, typer.Argument(help="Of the entry, as `xref list --json` has it.")],
    json: Json = False,
) -> None:
    """Every wording of one entry: what it said from which recording on, and who said so."""
    from gateway.cli.opening import open_to_read
    from ledger import queries
    from ledger.events import CrossReferenceDefined

    with open_to_read() as conn:
        kept = queries.events(
            conn, kind=CrossReferenceDefined.__name__, number=number, limit=VERSIONS_MAX, bodies=True
        )
    if not kept:
        raise OperatorMistake(f"there is no cross-reference {number}", mend="crossdock xref list --json has numbers")
    if json:
        frame.print_json_lines(kept)
        return
    frame.print_table(
        ("seq", "recorded_at", "by", "result", "means", "valid_to", "withdrawn", "note"),
        [
            (
                one.seq, one.recorded_at.isoformat(), said.actor.id if said.actor else "", one.result,
                said.means, said.valid_to or "", "Y" if said.withdrawn else "", said.note,
            )
            for one in kept
            if isinstance(said := one.body, CrossReferenceDefined)
        ],
    )  # fmt: skip


def _partner_ids(partners: Partners) -> frozenset[str]:
    return frozenset(partner.id for partner in partners if not partner.id.startswith("_"))


def read_day(text: str) -> date | None:
    """A day; None for "". Raises OperatorMistake for anything else."""
    from gateway.masterdata.cells import read_date

    try:
        return read_date(text) if text else None
    except ValueError as mistake:
        raise OperatorMistake(f'"{text}" {mistake}') from None
