"""`crossdock ledger balances|balance|position|promise`: how much stands where, and what may be promised."""

from __future__ import annotations

from typing import Annotated

import typer

from gateway.cli import frame
from gateway.cli.ledger_asking import (
    STOCK,
    AsOf,
    AsOfEvent,
    Book,
    Json,
    Limit,
    Location,
    Lot,
    Owner,
    Part,
    Serial,
    Site,
    State,
    Where,
    asking,
    policy_of,
    read_time,
    read_where,
    read_words,
    show,
)
from gateway.errors import OperatorMistake

app = typer.Typer()


@app.command(rich_help_panel=STOCK)
def balances(
    part: Part = "",
    site: Site = "",
    state: State = "",
    location: Location = "",
    owner: Owner = "",
    lot: Lot = "",
    serial: Serial = "",
    where: Where = [],  # noqa: B006  typer reads it, nobody changes it
    by: Annotated[str, typer.Option(help="Dimensions to group by, with commas between.")] = "",
    level: Annotated[
        str, typer.Option(help="Roll locations up to: enterprise, site, warehouse, zone or bin (as they are).")
    ] = "",
    within: Annotated[str, typer.Option(help="This location and all that stands below it.")] = "",
    as_of: AsOf = "",
    as_of_event: AsOfEvent = None,
    external: Annotated[bool, typer.Option("--external", help="Accounts outside our walls too.")] = False,
    zero: Annotated[bool, typer.Option("--zero", help="Sums of zero too.")] = False,
    limit: Limit = 100_000,
    book: Book = "live",
    json: Json = False,
) -> None:
    """How much stands where, by any dimensions, now or at any recorded time."""
    from ledger import queries

    named = {"part": part, "site": site, "state": state, "location": location, "owner": owner}
    filters = read_where(where, named | {"lot": lot, "serial": serial})
    if level not in ("", *queries.LEVELS):
        raise OperatorMistake(f'there is no level "{level}"', mend=f"one of {', '.join(queries.LEVELS)}")
    with asking() as conn:
        page = queries.balance_page(
            conn, book=book, by=read_words(by) or queries.USUAL, as_of=read_time(as_of), event=as_of_event,
            external=external, zero=zero, level=level or None, within=within, limit=limit,  # type: ignore[arg-type]
            **filters,
        )  # fmt: skip
    found = page.rows
    if json:
        frame.print_json_lines(found)
        return
    shown = [name for name in queries.DIMENSIONS if any(getattr(balance, name) for balance in found)]
    frame.print_table(
        (*shown, "quantity", "unit"),
        [(*(getattr(balance, name) for name in shown), balance.quantity, balance.unit) for balance in found],
    )
    if page.after:
        frame.say(f"Only the first {len(found)} are shown; --limit shows more.")


@app.command(rich_help_panel=STOCK)
def balance(
    bucket: Annotated[int, typer.Argument(help="Id of the bucket, as balances by all dimensions show it.")],
    as_of: AsOf = "",
    as_of_event: AsOfEvent = None,
    book: Book = "live",
    json: Json = False,
) -> None:
    """One bucket, now or at any recorded time; `ledger movements --bucket` shows what made it."""
    from ledger import queries

    with asking() as conn:
        found = queries.balance_of(conn, bucket, book=book, as_of=read_time(as_of), event=as_of_event)
    if found is None:
        raise OperatorMistake(
            f"there is no bucket {bucket}", mend="crossdock ledger balances --json --by all names them"
        )
    if json:
        frame.print_json(found)
        return
    frame.print_table(
        ("dimension", "value"),
        [(name, getattr(found, name)) for name in (*queries.DIMENSIONS, "quantity", "unit") if getattr(found, name)],
    )


@app.command(rich_help_panel=STOCK)
def position(
    part: Annotated[str, typer.Argument(help="Our part number.")],
    site: Site = "",
    by: Annotated[str, typer.Option(help="More dimensions to show where it stands by: lot, serial, owner, ...")] = "",
    limit: Limit = 100,
    book: Book = "live",
    json: Json = False,
) -> None:
    """One part: usable and where, committed to what, what comes and when."""
    from ledger import queries

    now = frame.settings().clock()()
    with asking() as conn:
        found = queries.position(conn, part, book=book, site=site, by=read_words(by), limit=limit, now=now)
    if found is None:
        raise OperatorMistake(f"there is no part {part}", mend="crossdock part list")
    if json:
        frame.print_json(found)
        return
    frame.say(
        f"{found.part}: usable {found.usable}, on hand {found.on_hand}, committed {found.committed}, "
        f"in transit {found.in_transit}, on order {found.on_order} {found.unit}"
    )
    columns = ("site", "location", "revision", "state", *read_words(by))
    frame.print_table((*columns, "quantity"), [(*(getattr(b, n) for n in columns), b.quantity) for b in found.where])
    if found.where_cut:
        frame.say(f"Only the first {len(found.where)} rows are shown; --limit shows more.")
    for one in found.commitments:
        frame.say(f"{one.quantity} {found.unit} {one.state} at {one.site} for {one.demand or 'no named demand'}")
    if found.commitments_cut:
        frame.say(f"Only the first {len(found.commitments)} commitments are shown; --limit shows more.")
    for coming in found.inbound:
        when = coming.expected_at.isoformat(timespec="minutes") if coming.expected_at else "no date"
        frame.say(
            f"{coming.quantity} {found.unit} to come by {coming.kind} {coming.number} line {coming.line}: {when}"
        )
    if found.replenish is not None:
        at = found.replenish.at.isoformat(timespec="minutes")
        frame.say(f"Next: {found.replenish.quantity} {found.unit} at {at}.")
    if found.overdue:
        frame.say(f"Overdue: {found.overdue} {found.unit}.")


@app.command(rich_help_panel=STOCK)
def promise(
    part: Annotated[str, typer.Argument(help="Our part number.")],
    site: Site = "",
    until: Annotated[str, typer.Option(help="Show what comes until this time (ISO 8601).")] = "",
    book: Book = "live",
    json: Json = False,
) -> None:
    """What may be promised of a part, what may not and why, and what comes when."""
    from ledger import queries

    with asking() as conn:
        policy, now = policy_of(conn)
        found = queries.available_to_promise(
            conn, part, book=book, site=site, policy=policy, now=now, until=read_time(until)
        )
    if found is None:
        raise OperatorMistake(f"there is no part {part}", mend="crossdock part list")
    if json:
        frame.print_json(found)
        return
    frame.say(
        f"{found.part}: {found.promise} {found.unit} may be promised of {found.on_hand} on hand; "
        f"{found.left_out} left out"
    )
    for one in found.sites:
        frame.say(f"{one.site}: {one.promise} of {one.on_hand}")
        if one.left_out:
            columns = ("quantity", "state", "reason", "hold_reason", "owner", "case", "code")
            show(one.left_out, columns, json=False)
        if one.coming:
            show(one.coming, ("at", "kind", "number", "line", "quantity", "cumulative", "held"), json=False)
