"""`crossdock case list|show|resolve`: discrepancies and the decisions about them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from gateway.cli import frame

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from gateway.governance import Governance
    from ledger.events import Actor
    from ledger.outcomes import Recorded
    from ledger.queries import CaseShown

app = typer.Typer(no_args_is_help=True, help="Discrepancies: list, show, work on, resolve, dispute.")

Json = Annotated[bool, typer.Option("--json", help="One JSON object; JSON lines for a list.")]
CaseId = Annotated[str, typer.Argument(help="Id of the case, such as C12.")]
Book = frame.Book

PAGE = 1_000

Status = Literal["open", "assigned", "waiting", "resolved", "closed", ""]
Dispute = Literal["open", "granted", "rejected", ""]


@app.command("list")
def list_cases(
    status: Annotated[Status, typer.Option(help="How it stands; open is everything not closed yet.")] = "",
    code: Annotated[str, typer.Option(help="Discrepancy class, such as D16.")] = "",
    part: Annotated[str, typer.Option(help="Our part number.")] = "",
    supplier: Annotated[str, typer.Option(help="Our id of the supplier.")] = "",
    site: Annotated[str, typer.Option(help="Our site id.")] = "",
    cause: Annotated[str, typer.Option(help="Cause group: cases of one physical cause.")] = "",
    dispute: Annotated[Dispute, typer.Option(help="How its dispute stands.")] = "",
    assignee: Annotated[str, typer.Option("--of", help="Only what this person has.")] = "",
    book: Book = "live",
    json: Json = False,
) -> None:
    """Cases in the order they were opened."""
    from ledger.matching.discrepancies import BY_CODE

    frame.known(code, BY_CODE, "class of cases")
    asked = {
        "book": book, "status": status, "code": code, "part": part, "supplier": supplier, "site": site,
        "cause": cause, "dispute": dispute, "assignee": assignee,
    }  # fmt: skip
    columns = ("id", "code", "status", "part", "quantity", "unit", "expected", "actual", "fault")
    frame.print_rows(_every(asked), columns, json=json)


def _every(asked: dict[str, Any]) -> Iterator[CaseShown]:
    """All cases that are asked for, read page by page."""
    from gateway.cli.opening import open_to_read
    from ledger import queries

    with open_to_read() as conn:
        known_site(conn, asked["site"])
        after, more = 0, True
        while more:
            page = queries.cases(conn, **asked, after=after, limit=PAGE)
            yield from page
            more, after = len(page) == PAGE, page[-1].number if page else 0


@app.command()
def show(id: CaseId, book: Book = "live", json: Json = False) -> None:
    """One case with its evidence."""
    from gateway.cli.opening import open_to_read, read_governance
    from ledger import queries

    governance = read_governance(frame.settings())
    with open_to_read() as conn:
        case = queries.case(conn, id, book=book, policy=governance.rules.laid_over())
    if case is None:
        raise no_such_case(id)
    if json:
        frame.print_json(case)
        return
    frame.say(f"{case.id} {case.code} {case.status}: part {case.part}, {case.quantity} {case.unit}")
    frame.say(f"expected {case.expected}, actual {case.actual}, fault {case.fault}")
    if case.text:
        frame.say(case.text)
    if case.status != "closed":
        frame.say(f"decided by: {who_decides(case)}")
    _say_work(case)
    frame.print_table(
        ("message", "document", "segment"),
        [(evidence.message, evidence.document, evidence.segment or "") for evidence in case.evidence],
    )


def _say_work(case: CaseShown) -> None:
    """Who has it and by when, its dispute, and its tasks."""
    due = f", to be answered by {case.due_at:%Y-%m-%d %H:%M} UTC" if case.due_at and case.status != "closed" else ""
    whose = f"{case.assignee}'s" if case.assignee else f"nobody's yet, for {case.owner}"
    waits = f", waits for {case.waits_for}" if case.waits_for else ""
    frame.say(f"{whose}{waits}{due}, escalated {case.escalation} times")
    if case.dispute:
        until = f", to be decided by {case.dispute_due_at:%Y-%m-%d %H:%M} UTC" if case.dispute_due_at else ""
        frame.say(f"dispute {case.dispute}, raised by {case.disputed_by or 'nobody named'}{until}")
    if case.tasks:
        frame.print_table(
            ("task", "role", "status", "after", "text"),
            [(task.task, task.role, task.status, ", ".join(task.after), task.text) for task in case.tasks],
        )


@app.command()
def resolve(
    id: CaseId,
    how: Annotated[str, typer.Argument(help="accept, short_close, credit, return, rework, scrap, recount or waive.")],
    quantity: Annotated[
        str | None, typer.Option(help="In the part's base unit; all that is open if left out.")
    ] = None,
    comment: Annotated[str, typer.Option(help="Why.")] = "",
    acting: frame.As = None,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Decide a case; what clears the clearing account is posted."""
    from decimal import Decimal, InvalidOperation
    from typing import cast, get_args

    from gateway.cli.opening import open_street, who_acts
    from gateway.errors import OperatorMistake
    from gateway.resources import did_you_mean
    from ledger import queries
    from ledger.events import DiscrepancyResolved, Resolution

    if how not in get_args(Resolution):
        raise OperatorMistake(f'there is no resolution "{how}"', mend=did_you_mean(how, get_args(Resolution)))
    try:
        amount = None if quantity is None else Decimal(quantity)
    except InvalidOperation:
        raise OperatorMistake(f'"{quantity}" is no quantity', mend="write it like 12 or 12.5") from None
    if amount is not None and not (amount.is_finite() and amount > 0):
        raise OperatorMistake(f'"{quantity}" is no quantity above zero', mend="write it like 12 or 12.5")
    event = DiscrepancyResolved(
        number=id, book=book, resolution=cast(Resolution, how), quantity=amount, comment=comment
    )
    with open_street() as street:
        with street.read() as conn:
            if queries.case(conn, id, book=book) is None:
                raise no_such_case(id)
        governance = street.governance
        actor = who_acts(governance, frame.settings())
        recorded = street.record_events([event], actor=actor)
        with street.read() as conn:
            case = queries.case(conn, id, book=book, policy=street.policy)
    if case is None:
        raise no_such_case(id)
    if json:
        frame.print_json({"recorded": recorded, "case": case})
    else:
        frame.say(f"{id} is {case.status}: {recorded[0].result}")
    if recorded[0].result not in ("posted", "repeated"):
        if not json:
            explain_refusal(recorded[0], case, how, actor, governance)
        raise typer.Exit(frame.FAULTS)


def who_decides(case: CaseShown) -> str:
    """Roles and exceptions in words: `inventory_manager, but not eva, who asked for it`."""
    roles = " or ".join(case.decided_by) or "whoever may decide cases"
    return roles + (f", but not {' or '.join(case.asked_by)}, who asked for it" if case.asked_by else "")


def explain_refusal(recorded: Recorded, case: CaseShown, how: str, actor: Actor, governance: Governance) -> None:
    """Why a decision was refused, who may make it, and what to do; on stderr, beside the answer."""
    from ledger.outcomes import Conflict, Refused

    for outcome in recorded.outcomes:
        if isinstance(outcome, Refused | Conflict):
            frame.warn(outcome.reason)
    if case.status == "closed":
        return
    frame.warn(f"decided by: {who_decides(case)}; you act as {actor.id}, roles: {', '.join(actor.roles) or 'none'}")
    able = [
        person.id
        for person in governance.people
        if person.id not in case.asked_by
        and (not case.decided_by or set(person.roles) & set(case.decided_by))
        and (not person.sites or not case.site or case.site in person.sites)
    ]
    if actor.id in able:
        return
    if able:
        frame.warn(f"to do: crossdock case resolve {case.id} {how} --as NAME, by one of: {', '.join(sorted(able))}")
        return
    role = case.decided_by[0] if case.decided_by else "..."
    frame.warn(
        f"to do: nobody in people.yaml may decide it; give somebody the role there (NAME: {{roles: [{role}]}}), "
        f"or make them a key: crossdock key new NAME --role {role}"
    )


def known_site(conn: Connection, site: str) -> None:
    """Raises OperatorMistake for a site that is none of ours."""
    from ledger import queries

    if site:
        frame.known(site, queries.masterdata(conn).sites, "site")


def no_such_case(id: str) -> Exception:
    """What every command says about a case that is not there."""
    from gateway.errors import OperatorMistake

    return OperatorMistake(f"there is no case {id}", mend="crossdock case list")
