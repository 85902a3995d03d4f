"""`crossdock ledger changes|deviations|substitutions [NUMBER]`: what is ruled, what was used, what is left."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from gateway.cli import frame
from gateway.cli.ledger_asking import Book, Json, asking
from gateway.errors import OperatorMistake

Number = Annotated[str, typer.Argument(help="Number of one of them; all if left out.")]


def changes(number: Number = "", book: Book = "live", json: Json = False) -> None:
    """Engineering changes: when they take effect, what was used up, and where old revisions stand."""
    found = _ask("engineering_changes", "engineering change", number, book)
    if json:
        _print(found, number)
        return
    frame.print_table(
        ("number", "part", "old", "new", "from", "effective", "use up", "used", "stock", "unit", "cases"),
        [
            (
                one.number, part.part, ", ".join(part.old_revisions), part.new_revision, _from(part),
                "not yet" if part.waits else "yes", part.use_up, sum(part.used_up.values()),
                sum(row.quantity for row in part.stock), part.unit, ", ".join(part.cases),
            )
            for one in found
            for part in one.parts
        ],
    )  # fmt: skip
    if number:
        frame.print_table(
            ("site", "part", "revision", "location", "state", "quantity", "unit"),
            [
                (row.site, row.part, row.revision, row.location, row.state, row.quantity, row.unit)
                for part in found[0].parts
                for row in part.stock
            ],
        )


def deviations(number: Number = "", book: Book = "live", json: Json = False) -> None:
    """Deviations: which revisions may pass, for what and how many, and what was used."""
    found = _ask("deviations", "deviation", number, book)
    if json:
        _print(found, number)
        return
    frame.print_table(
        ("number", "part", "revision", "limit", "unit", "from", "to", "demand", "sites", "by", "used"),
        [
            (
                one.number, one.part, one.part_revision, _limit(one), one.unit, one.valid_from,
                one.valid_to, one.demand, ", ".join(one.sites), one.approved_by, _used(one),
            )
            for one in found
        ],
    )  # fmt: skip
    _uses(found if number else ())


def substitutions(number: Number = "", book: Book = "live", json: Json = False) -> None:
    """Substitutions: which part stands in for which, for what and how many, and what was used."""
    found = _ask("substitutions", "substitution", number, book)
    if json:
        _print(found, number)
        return
    frame.print_table(
        ("number", "status", "part", "substitute", "limit", "unit", "from", "to", "demand", "customer", "by", "used"),
        [
            (
                one.number, one.status, one.part, one.substitute, _limit(one), one.unit,
                one.valid_from, one.valid_to, one.demand, one.customer, one.approved_by, _used(one),
            )
            for one in found
        ],
    )  # fmt: skip
    _uses(found if number else ())


def _ask(question: str, name: str, number: str, book: str) -> Any:
    from ledger import queries

    with asking() as conn:
        found = getattr(queries, question)(conn, book=book, number=number, limit=1_000_000)
    if number and not found:
        command = {"engineering change": "changes"}.get(name, f"{name}s")
        raise OperatorMistake(f"there is no {name} {number}", mend=f"crossdock ledger {command}")
    return found


def _print(found: Sequence[Any], number: str) -> None:
    if number:
        frame.print_json(found[0])
    else:
        frame.print_json_lines(found)


def _from(part: Any) -> str:
    bounds = [part.effective_from, part.serial_from and f"serial {part.serial_from}"]
    bounds += [f"after {part.cum_from}" if part.cum_from is not None else ""]
    return ", ".join(bound for bound in bounds if bound)


def _used(one: Any) -> str:
    return ", ".join(f"{stage} {quantity}" for stage, quantity in one.used.items())


def _uses(found: Sequence[Any]) -> None:
    for one in found:
        frame.print_table(
            ("event", "site", "stage", "part", "revision", "demand", "quantity"),
            [(use.event, use.site, use.stage, use.part, use.revision, use.demand, use.quantity) for use in one.uses],
        )


def _limit(one: Any) -> str:
    return "none" if one.quantity is None else str(one.quantity)
