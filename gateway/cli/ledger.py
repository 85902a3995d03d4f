"""`crossdock ledger balances|position|trace|variances|movements|verify|rebuild|export`: the books, read."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

import typer

from gateway.cli import frame, ledger_moves, ledger_periods

app = typer.Typer(no_args_is_help=True, help="The books: balances, movements, verification.")

Json = Annotated[bool, typer.Option("--json", help="One JSON object; JSON lines for a list.")]
Book = Annotated[str, typer.Option(help="live or test.")]
Part = Annotated[str, typer.Option(help="Our part number.")]
TraceKind = Literal["lot", "serial", "handling_unit", "vin"]
ExportForm = Literal["log", "cloudevents", "epcis"]
Site = Annotated[str, typer.Option(help="Our site id.")]


@app.command()
def balances(
    part: Part = "",
    site: Site = "",
    state: Annotated[str, typer.Option(help="available, in_transit, quality_hold, quarantine, ...")] = "",
    location: Annotated[str, typer.Option(help="Location within the site.")] = "",
    owner: Annotated[str, typer.Option(help="Our supplier id of who owns the goods.")] = "",
    lot: Annotated[str, typer.Option(help="Lot number.")] = "",
    serial: Annotated[str, typer.Option(help="Serial number.")] = "",
    by: Annotated[str, typer.Option(help="Dimensions to group by, with commas between.")] = "",
    as_of: Annotated[str, typer.Option(help="As recorded by this time (ISO 8601).")] = "",
    external: Annotated[bool, typer.Option("--external", help="Accounts outside our walls too.")] = False,
    book: Book = "live",
    json: Json = False,
) -> None:
    """How much stands where."""
    from gateway.cli.opening import open_to_read
    from gateway.errors import OperatorMistake
    from ledger import queries

    moment = _read_time(as_of)
    dimensions = tuple(name.strip() for name in by.split(",")) if by else queries.USUAL
    with open_to_read() as conn:
        try:
            found = queries.balances(
                conn, book=book, by=dimensions, as_of=moment, external=external, part=part, site=site, state=state,
                location=location, owner=owner, lot=lot, serial=serial,
            )  # fmt: skip
        except ValueError as mistake:
            raise OperatorMistake(str(mistake)) from None
    if json:
        frame.print_json_lines(found)
        return
    shown = [name for name in queries.DIMENSIONS if any(getattr(balance, name) for balance in found)]
    frame.print_table(
        (*shown, "quantity", "unit"),
        [(*(getattr(balance, name) for name in shown), balance.quantity, balance.unit) for balance in found],
    )


@app.command()
def position(
    part: Annotated[str, typer.Argument(help="Our part number.")],
    site: Site = "",
    book: Book = "live",
    json: Json = False,
) -> None:
    """One part: usable, on hand, in transit, on order, and where it stands."""
    from gateway.cli.opening import open_to_read
    from gateway.errors import OperatorMistake
    from ledger import queries

    with open_to_read() as conn:
        found = queries.position(conn, part, book=book, site=site)
    if found is None:
        raise OperatorMistake(f"there is no part {part}", mend="crossdock part list")
    if json:
        frame.print_json(found)
        return
    frame.say(
        f"{found.part}: usable {found.usable}, on hand {found.on_hand}, in transit {found.in_transit}, "
        f"on order {found.on_order} {found.unit}"
    )
    frame.print_table(
        ("site", "location", "state", "owner", "lot", "quantity"),
        [(b.site, b.location, b.state, b.owner, b.lot, b.quantity) for b in found.where],
    )


@app.command()
def trace(
    kind: Annotated[TraceKind, typer.Argument(help="What goods are traced by.")],
    value: Annotated[str, typer.Argument(help="The lot, serial, label or VIN as sent.")],
    part: Part = "",
    book: Book = "live",
    json: Json = False,
) -> None:
    """Where goods came from and where they went: notices, receipts, moves, and the cars they were built into."""
    from gateway.cli.opening import open_to_read
    from ledger import queries

    with open_to_read() as conn:
        found = queries.trace(conn, kind, value, book=book, part=part)
    if json:
        frame.print_json(found)
        return
    frame.print_table(
        ("seq", "kind", "number", "part", "quantity", "from", "to", "shipment", "order", "vin"),
        [
            (
                step.seq, step.kind, step.number, step.part, f"{step.quantity} {step.unit}",
                _end(step.source), _end(step.target), step.shipment, step.order, step.vin,
            )
            for step in found.steps
        ],
    )  # fmt: skip
    if found.truncated:
        frame.say(f"Only the first {len(found.steps)} steps are shown.")


def _end(end: Any) -> str:
    return " ".join(text for text in (end.state, end.location) if text) if end is not None else ""


@app.command()
def variances(
    seq: Annotated[int, typer.Argument(help="Sequence of the snapshot's or count's event.")],
    differing: Annotated[bool, typer.Option("--differing", help="Leave out what agrees.")] = False,
    book: Book = "live",
    json: Json = False,
) -> None:
    """What a snapshot or count said of each place, beside what the books had there at its time."""
    from gateway.cli.opening import open_to_read
    from gateway.errors import OperatorMistake
    from ledger import queries

    with open_to_read() as conn:
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


@app.command()
def movements(
    part: Part = "",
    site: Site = "",
    event: Annotated[int | None, typer.Option(help="Sequence of the event that made them.")] = None,
    after: Annotated[int, typer.Option(help="Only movements with a higher number.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most this many.")] = 1000,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Movements in order of recording, each with the document's segment behind it."""
    from gateway.cli.opening import open_to_read
    from ledger import queries

    with open_to_read() as conn:
        found = queries.movements(conn, book=book, part=part, site=site, event=event, after=after, limit=limit)
    if json:
        frame.print_json_lines(found)
        return
    frame.print_table(
        ("number", "part", "quantity", "unit", "from", "to", "kind", "document", "segment"),
        [
            (m.number, m.part, m.quantity, m.unit, m.source.state, m.target.state, m.kind, m.document, m.segment)
            for m in found
        ],
    )


@app.command()
def verify(
    book: Annotated[str, typer.Option(help="live or test; both if left out.")] = "",
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


@app.command()
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


@app.command()
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


app.command()(ledger_periods.periods)
app.command()(ledger_moves.transfers)
app.command()(ledger_moves.settlements)


def _replace(book: str) -> Any:
    from gateway.cli.opening import open_alone
    from ledger.book import rebuild as rebuild_book

    with open_alone() as conn:
        return rebuild_book(conn, book=book, replace=True)


def _read_time(text: str) -> datetime | None:
    from gateway.errors import OperatorMistake

    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise OperatorMistake(f'"{text}" is no time', mend="write it like 2026-11-22T10:00:00Z") from None
    if moment.tzinfo is None:
        raise OperatorMistake(f'"{text}" has no zone', mend="add Z, or an offset such as +01:00")
    return moment
