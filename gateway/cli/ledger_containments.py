"""`crossdock ledger containments [NUMBER]`: what is contained, and where the affected units stand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame
from gateway.cli.ledger_asking import Book, Json, asking
from gateway.errors import OperatorMistake

if TYPE_CHECKING:
    from ledger.queries import ContainmentReport

ALL = 1_000_000


def containments(
    number: Annotated[str, typer.Argument(help="Number of one containment; all of them if left out.")] = "",
    status: Annotated[str, typer.Option(help="Only those that are open, or closed.")] = "",
    book: Book = "live",
    json: Json = False,
) -> None:
    """Suspect goods: what is contained, how many units are affected and where they stand."""
    from ledger import queries

    if status not in ("", "open", "closed"):
        raise OperatorMistake(f'"{status}" is no status', mend="open or closed")
    with asking() as conn:
        if number:
            found = queries.containment(conn, number, book=book)
            if found is None:
                raise OperatorMistake(f"there is no containment {number}", mend="crossdock ledger containments")
            frame.print_json(found) if json else _show(found)
            return
        listed = queries.containments(conn, book=book, status=status, limit=ALL)
    if json:
        frame.print_json_lines(listed)
        return
    frame.print_table(
        ("number", "status", "held", "supplier", "parts", "lots", "serials", "sites", "reason", "opened"),
        [
            (
                one.number, one.status, one.held, one.supplier, _few(one.parts), _few(one.lots), _few(one.serials),
                _few(one.sites) or "all", one.reason, one.opened_at.isoformat(timespec="minutes"),
            )
            for one in listed
        ],
    )  # fmt: skip


def _show(found: ContainmentReport) -> None:
    one = found.containment
    ended = f", closed by event {one.closed_event}" if one.status == "closed" else ""
    frame.say(
        f"{one.number} is {one.status}{ended}: {found.held} held, {found.in_transit} in transit and held on arrival, "
        f"{found.otherwise} held for another reason or obsolete"
    )
    frame.print_table(
        ("site", "part", "state", "held", "location", "lot", "notice line", "quantity", "certain", "unit"),
        [
            (
                at.site, at.part, at.state, "yes" if at.held else at.hold_reason, at.location, at.lot, at.asn_line,
                at.quantity, at.certain, at.unit,
            )
            for at in found.affected
        ],
    )  # fmt: skip
    for hit in found.demands:
        frame.say(f"demand {hit.demand} at {hit.site} lost {hit.quantity} {hit.unit} of {hit.part}")


def _few(values: tuple[str, ...]) -> str:
    return ", ".join(values[:3]) + (f" and {len(values) - 3} more" if len(values) > 3 else "")
