"""`crossdock ledger variances|defects|verify|rebuild|export`: whether all is right, and the books for others."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from gateway.cli import frame
from gateway.cli.ledger_asking import CHECKS, Book, Json, asking, show
from gateway.errors import OperatorMistake

app = typer.Typer()

ExportForm = Literal["log", "cloudevents", "epcis"]


@app.command(rich_help_panel=CHECKS)
def variances(
    seq: Annotated[int, typer.Argument(help="Sequence of the snapshot's or count's event.")],
    differing: Annotated[bool, typer.Option("--differing", help="Leave out what agrees.")] = False,
    book: Book = "live",
    json: Json = False,
) -> None:
    """What a snapshot or count said of each place, beside what the books had there at its time."""
    from ledger import queries

    with asking() as conn:
        found = queries.variances(conn, seq, book=book, differing=differing)
    if found is None:
        raise OperatorMistake(
            f"event {seq} is no snapshot and no count", mend="find its sequence with crossdock ledger export"
        )
    if json:
        frame.print_json(found)
        return
    frame.print_table(
        ("part", "location", "expected", "said", "difference", "unit", "verdict", "case"),
        [
            (one.part, one.location, one.expected, one.said, one.difference, one.unit, one.verdict, one.case)
            for one in found.variances
        ],
    )


@app.command(rich_help_panel=CHECKS)
def defects(
    days: Annotated[int, typer.Option(min=1, max=366, help="Days of the trend.")] = 14,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Defects of master data: what is wrong, what waits because of it, and what was opened each day."""
    from ledger import queries

    now = frame.settings().clock()()
    with asking() as conn:
        found = queries.defects(conn, book=book, now=now, days=days)
    if json:
        frame.print_json(found)
        return
    frame.say(", ".join(f"{kind}: {count}" for kind, count in found.counts.items()) or "no defects")
    if found.unmapped:
        show(found.unmapped, ("kind", "id", "lines", "events", "since", "age_hours", "event"), json=False)
    if found.defects:
        show(found.defects, ("kind", "subject", "text"), json=False)
    show(found.trend, ("day", "part", "unit", "site", "supplier", "cases"), json=False)


@app.command(rich_help_panel=CHECKS)
def verify(
    book: Annotated[
        Literal["live", "test", ""], typer.Option(help="live or test; both if left out.", show_default=False)
    ] = "",
    quick: Annotated[
        bool, typer.Option("--quick", help="Do not record all events again in a scratch ledger.")
    ] = False,
    json: Json = False,
) -> None:
    """Check every law of the books. Exit code 1 when one is broken."""
    from gateway.cli.opening import open_to_read
    from ledger import queries
    from ledger.book import verify as verify_books

    with frame.progress("checking every law"), open_to_read() as conn:
        breaches = verify_books(conn, book=book, deep=not quick)
        heads = [queries.head(conn, book=name) for name in ([book] if book else ["live", "test"])]
    heads = [head for head in heads if head.seq]
    if json:
        frame.print_json({"clean": not breaches, "breaches": breaches, "books": heads})
    else:
        for breach in breaches:
            frame.say(f"law {breach.law}: {breach.book} {breach.where}: {breach.text}")
        counted = ", ".join(f"{head.book}: {head.seq} events, {head.movements} movements" for head in heads)
        frame.say(f"{'clean' if not breaches else f'{len(breaches)} breaches'} ({counted or 'nothing recorded'})")
    if breaches:
        raise typer.Exit(frame.FAULTS)


@app.command(rich_help_panel=CHECKS)
def rebuild(
    book: Book = "live",
    replace: Annotated[bool, typer.Option("--replace", help="Put right what differs.")] = False,
    json: Json = False,
) -> None:
    """Record all events again and compare with the books. Refused while `serve` runs, when it is to replace."""
    from gateway.cli.opening import open_to_read
    from ledger.book import rebuild as rebuild_book

    if replace:
        rebuilt = _replace(book)
    else:
        with frame.progress("recording all events again"), open_to_read() as conn:
            rebuilt = rebuild_book(conn, book=book)
    if json:
        frame.print_json(rebuilt)
    else:
        for found in rebuilt.differences:
            frame.say(f"{found.where}: {found.text}")
        verdict = f"{len(rebuilt.differences)} differences" if rebuilt.differences else "the same"
        frame.say(f"{rebuilt.events} events, {rebuilt.movements} movements: {verdict}")
    if rebuilt.differences and not rebuilt.replaced:
        raise typer.Exit(frame.FAULTS)


@app.command(rich_help_panel=CHECKS)
def export(
    after: Annotated[int, typer.Option(help="Only events with a higher sequence.")] = 0,
    form: Annotated[
        ExportForm,
        typer.Option("--as", help="log: JSON lines; cloudevents: JSON lines; epcis: one EPCIS 2.0 document."),
    ] = "log",
    head: Annotated[bool, typer.Option("--head", help="Only the head of the chain, to be kept elsewhere.")] = False,
    book: Book = "live",
) -> None:
    """The log: every event with its body, outcomes and link of the chain, or in other people's terms."""
    from gateway.cli import ledger_export
    from gateway.cli.opening import open_to_read

    with open_to_read() as conn:
        ledger_export.write(conn, "head" if head else form, after=after, book=book)


def _replace(book: str) -> Any:
    from gateway.cli.opening import open_alone
    from ledger.book import rebuild as rebuild_book

    with open_alone() as conn:
        return rebuild_book(conn, book=book, replace=True)
