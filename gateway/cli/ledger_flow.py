"""`crossdock ledger movements|trace|in-transit|backlog`: what moved, moves, and waits to be moved."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import typer

from gateway.cli import frame
from gateway.cli.ledger_asking import (
    FLOW,
    Book,
    Demand,
    Json,
    Limit,
    Lot,
    Part,
    Serial,
    Site,
    State,
    Supplier,
    Where,
    asking,
    policy_of,
    read_time,
    read_where,
    show,
)

app = typer.Typer()

TraceKind = Literal["lot", "serial", "handling_unit", "vin"]


@app.command(rich_help_panel=FLOW)
def movements(
    part: Part = "",
    site: Site = "",
    state: State = "",
    lot: Lot = "",
    serial: Serial = "",
    demand: Demand = "",
    where: Where = [],  # noqa: B006  typer reads it, nobody changes it
    bucket: Annotated[int | None, typer.Option(help="Id of the bucket that they left or entered.")] = None,
    event: Annotated[int | None, typer.Option(help="Sequence of the event that made them.")] = None,
    kind: Annotated[str, typer.Option(help="Kind of the event that made them, as GoodsReceived.")] = "",
    since: Annotated[str, typer.Option(help="Recorded at or after this time (ISO 8601).")] = "",
    until: Annotated[str, typer.Option(help="Recorded before this time.")] = "",
    after: Annotated[int, typer.Option(help="Only movements with a higher number.")] = 0,
    limit: Limit = 1000,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Movements in order of recording, each with the document's segment behind it.

    A movement is shown where the bucket that it left or the one that it entered fits.
    """
    from ledger import queries

    named = {"part": part, "site": site, "state": state, "lot": lot, "serial": serial, "demand": demand}
    filters = read_where(where, named)
    with asking() as conn:
        found = queries.movements(
            conn, book=book, bucket=bucket, event=event, kind=kind, since=read_time(since), until=read_time(until),
            after=after, limit=limit, **filters,
        )  # fmt: skip
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


@app.command(rich_help_panel=FLOW)
def trace(
    kind: Annotated[TraceKind, typer.Argument(help="What goods are traced by.")],
    value: Annotated[str, typer.Argument(help="The lot, serial, label or VIN as sent.")],
    part: Part = "",
    book: Book = "live",
    json: Json = False,
) -> None:
    """Where goods came from and where they went: notices, receipts, moves, and the cars they were built into."""
    from ledger import queries

    with asking() as conn:
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


@app.command(rich_help_panel=FLOW)
def in_transit(
    part: Part = "",
    site: Site = "",
    supplier: Supplier = "",
    shipment: Annotated[str, typer.Option(help="Shipment id (BSN02).")] = "",
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what should have come.")] = False,
    limit: Limit = 1000,
    book: Book = "live",
    json: Json = False,
) -> None:
    """What is on its way, line by line of the notices, and when it is expected."""
    from ledger import queries

    with asking() as conn:
        policy, now = policy_of(conn)
        page = queries.in_transit(
            conn, book=book, now=now, policy=policy, part=part, site=site, supplier=supplier, shipment_id=shipment,
            overdue=overdue, limit=limit,
        )  # fmt: skip
    columns = (
        "site", "supplier", "shipment_id", "part", "shipped", "received", "cleared", "remaining", "unit",
        "expected_at", "expected_by", "arrived_at", "age_hours", "overdue", "held",
    )  # fmt: skip
    show(page.rows, columns, json=json, more=bool(page.after))


@app.command(rich_help_panel=FLOW)
def backlog(
    site: Site = "",
    since: Annotated[str, typer.Option(help="Dock-to-stock times from this time on; seven days if left out.")] = "",
    limit: Limit = 100,
    book: Book = "live",
    json: Json = False,
) -> None:
    """What has arrived and is not received, what is received and not put away, and how long that takes."""
    from ledger import queries

    with asking() as conn:
        policy, now = policy_of(conn)
        found = queries.backlog(
            conn, book=book, now=now, policy=policy, site=site, since=read_time(since), limit=limit
        )
    if json:
        frame.print_json(found)
        return
    show(found.sites, queries.SiteBacklog.__struct_fields__, json=False)
    if found.arrived:
        frame.say("\nArrived, not received")
        columns = ("site", "supplier", "shipment_id", "part", "quantity", "unit", "arrived_at", "age_hours")
        show(found.arrived, columns, json=False)
    if found.docked:
        frame.say("\nReceived, not put away")
        docked = ("site", "location", "part", "lot", "handling_unit", "state", "quantity", "unit", "age_hours")
        show(found.docked, docked, json=False)
    if found.cut:
        frame.say(f"Only the first {limit} of each are shown; --limit shows more.")
