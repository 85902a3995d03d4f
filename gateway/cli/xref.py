"""`crossdock xref`: what partners' identifiers mean in our words, by sender and by day."""

from __future__ import annotations

import sys
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer
from msgspec.structs import asdict as to_dict

from gateway.cli import frame
from gateway.cli.masterdata import DryRun, import_file, read_again, say_released
from gateway.errors import OperatorMistake
from gateway.masterdata.cross_references import CROSS_REFERENCES, KINDS, row_of, table
from gateway.resources import did_you_mean

app = typer.Typer(no_args_is_help=True, help="What partners' identifiers mean: import, list, misses, resolve.")

if TYPE_CHECKING:
    from gateway.partners import Partners
    from gateway.pipeline import Street
    from ledger.events import CrossReferenceDefined

VERSIONS_MAX = 10_000
_COLUMNS = "; ".join(f"{one.name}{'*' if one.required else ''} ({one.help})" for one in CROSS_REFERENCES.columns)

Json = Annotated[bool, typer.Option("--json", help="One JSON object; JSON lines for a list.")]
Of = Annotated[str, typer.Option("--of", help=", ".join(KINDS) + ".")]
Sender = Annotated[str | None, typer.Option("--sender", help="Partner; --sender '' for what holds in everybody's.")]

Number = Annotated[str, typer.Argument(help="Of the entry, as `xref list --json` has it.")]


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
    number: Number,
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


@app.command()
def misses(
    of: Of = "",
    sender: Annotated[str | None, typer.Option("--sender", help="Partner whose documents wait.")] = None,
    book: frame.Book = "live",
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most this many.")] = 100,
    json: Json = False,
) -> None:
    """The work queue: identifiers that nobody knows, what waits for each, and what may be meant."""
    from gateway.cli.opening import open_to_read
    from gateway.pipeline.asking.misses import misses as find_misses

    now = frame.settings().clock()()
    with open_to_read() as conn:
        found = find_misses(conn, book=book, now=now, of=of, sender=sender, limit=limit)
    if json:
        frame.print_json_lines(found)
        return
    frame.print_table(
        ("of", "identifier", "sender", "within", "lines", "events", "age_hours", "first", "cases", "candidates"),
        [
            (
                one.of, " ".join((one.identifier, *one.also)), one.sender, one.within, one.lines, one.events,
                one.age_hours, f"{one.kind} {one.number}", " ".join(one.cases),
                "; ".join(f"{meant.means} ({meant.why})" for meant in one.candidates),
            )
            for one in found
        ],
    )  # fmt: skip


@app.command()
def resolve(
    of: Annotated[str, typer.Argument(help=", ".join(KINDS) + ".")],
    identifier: Annotated[str, typer.Argument(help="As `xref misses` shows it: BP:4711, VP:77, 92:PLT07, x12:ZZ.")],
    means: Annotated[str, typer.Argument(help="Our part number, unit, site, location or supplier.")],
    sender: Annotated[
        str,
        typer.Option("--sender", help="Partner in whose documents it means that; the only one that waits for it."),
    ] = "",
    everybody: Annotated[bool, typer.Option("--everybody", help="It means that in everybody's documents.")] = False,
    within: Annotated[str, typer.Option(help="Of a unit our part, of a location our site.")] = "",
    factor: Annotated[str, typer.Option(help="Of a unit: how many of what it means one is, like 24 or 1/12.")] = "",
    valid_from: Annotated[str, typer.Option("--from", help="First day of documents for which it holds.")] = "",
    valid_to: Annotated[str, typer.Option("--to", help="Last day.")] = "",
    note: Annotated[str, typer.Option(help="Who said so, and where it stands.")] = "",
    dry_run: DryRun = False,
    acting: frame.As = None,
    json: Json = False,
) -> None:
    """Say what an identifier means; everything that waited for it goes on at once."""
    from gateway.cli.opening import open_street
    from gateway.masterdata.cross_references import build
    from gateway.pipeline.asking.misses import misses as find_misses

    if bool(sender) and everybody:
        raise OperatorMistake("--sender and --everybody exclude each other")
    if of not in KINDS:
        raise OperatorMistake(f'there is no kind "{of}"', mend=did_you_mean(of, KINDS))
    numerator, denominator = _read_factor(factor)
    with open_street() as street:
        if not sender and not everybody:
            with street.read() as conn:
                waiting = find_misses(conn, now=street.clock(), of=of, identifier=identifier)
            sender = _only_sender(identifier, {one.sender for one in waiting})
        entry = build(
            of=of, identifier=identifier, means=means, sender=sender, within=within, numerator=numerator,
            denominator=denominator, valid_from=read_day(valid_from), valid_to=read_day(valid_to), note=note,
        )  # fmt: skip
        _record(street, entry, dry_run=dry_run, json=json)


@app.command()
def end(
    number: Number,
    day: Annotated[str, typer.Argument(help="The last day for which it holds (2026-11-23).")],
    dry_run: DryRun = False,
    acting: frame.As = None,
    json: Json = False,
) -> None:
    """End an entry: documents of later days are not read by it."""
    _change(number, {"valid_to": read_day(day)}, dry_run=dry_run, json=json)


@app.command()
def withdraw(
    number: Number,
    note: Annotated[str, typer.Option(help="Why.")] = "",
    dry_run: DryRun = False,
    acting: frame.As = None,
    json: Json = False,
) -> None:
    """Take back an entry that was never right; what was recorded by it stays as it was understood."""
    _change(number, {"withdrawn": True} | ({"note": note} if note else {}), dry_run=dry_run, json=json)


def _change(number: str, changed: dict[str, Any], *, dry_run: bool, json: bool) -> None:
    from gateway.cli.opening import open_street
    from gateway.masterdata.cross_references import changed_entry
    from ledger import queries

    with open_street() as street:
        with street.read() as conn:
            known = queries.masterdata(conn).cross_references.by_number.get(number)
        if known is None:
            raise OperatorMistake(
                f"there is no cross-reference {number}", mend="crossdock xref list --json has numbers"
            )
        _record(street, changed_entry(known, **changed), dry_run=dry_run, json=json)


def _record(street: Street, entry: CrossReferenceDefined, *, dry_run: bool, json: bool) -> None:
    from gateway.cli.opening import who_acts
    from gateway.masterdata.cross_references import mistakes_in
    from ledger import queries

    with street.read() as conn:
        known = queries.masterdata(conn)
    partners = _partner_ids(street.configuration.partners)
    for field, text in mistakes_in(entry, known, partners):
        raise OperatorMistake(f"{field} {getattr(entry, field)}: {text}")
    actor = who_acts(street.governance, frame.settings())
    defined = street.define([entry], actor=actor, rehearse=dry_run)
    read_again(street, defined)
    if json:
        frame.print_json({"number": entry.number, **to_dict(defined)})
    else:
        whose = f"in the documents of {entry.sender}" if entry.sender else "in everybody's documents"
        said = "is not known any longer" if entry.withdrawn else f"means {entry.means}"
        frame.say(f"{entry.of} {entry.identifier} {said} {whose}: {entry.number}")
        say_released(defined)
    if defined.recorded[0].result == "refused":
        raise typer.Exit(frame.FAULTS)


def _only_sender(identifier: str, senders: set[str]) -> str:
    if len(senders) == 1:
        return senders.pop()
    if not senders:
        raise OperatorMistake(
            f"nothing waits for {identifier}", mend="say --sender PARTNER, or --everybody to define it all the same"
        )
    raise OperatorMistake(
        f"documents of {', '.join(sorted(senders))} wait for {identifier}", mend="say --sender, or --everybody"
    )


def _read_factor(text: str) -> tuple[int, int]:
    from gateway.masterdata.cells import read_number

    numerator, _, denominator = (text or "1").partition("/")
    try:
        return read_number(numerator), read_number(denominator or "1")
    except ValueError:
        raise OperatorMistake(f'"{text}" is no factor', mend="write it like 24 or 1/12") from None


def _partner_ids(partners: Partners) -> frozenset[str]:
    return frozenset(partner.id for partner in partners if not partner.id.startswith("_"))


def read_day(text: str) -> date | None:
    """A day; None for "". Raises OperatorMistake for anything else."""
    from gateway.masterdata.cells import read_date

    try:
        return read_date(text) if text else None
    except ValueError as mistake:
        raise OperatorMistake(f'"{text}" {mistake}') from None
