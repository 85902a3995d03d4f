"""`crossdock case queue|assign|note|task|dispute|grant|reject|reopen|timeline`: work short of a decision."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from gateway.cli import frame
from gateway.cli.case import Book, CaseId, Json, known_site, no_such_case
from gateway.cli.case import app as app

if TYPE_CHECKING:
    from ledger.events import AnyEvent, CaseEvidence
    from ledger.queries import CaseStep

Comment = Annotated[str, typer.Option(help="Why.")]
Documents = Annotated[
    list[str] | None,
    typer.Option("--evidence", help="A document that shows it: MESSAGE, or MESSAGE.N:SEGMENT; may be repeated."),
]


@app.command()
def queue(
    role: Annotated[str, typer.Option(help="Only what this role has something to do about.")] = "",
    assignee: Annotated[str, typer.Option("--of", help="Only what this person has.")] = "",
    site: Annotated[str, typer.Option(help="Our site id.")] = "",
    limit: Annotated[int, typer.Option(help="At most so many.", min=1, max=10_000)] = 100,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Open cases, the gravest first: by hours of coverage of the part, then service, then value."""
    from gateway.cli.opening import open_to_read, read_governance
    from ledger import queries

    settings = frame.settings()
    governance = read_governance(settings)
    frame.known(role, governance.roles, "role")
    policy = governance.rules.laid_over()
    with open_to_read() as conn:
        known_site(conn, site)
        found = queries.case_queue(
            conn, now=settings.clock()(), policy=policy, book=book, role=role, assignee=assignee, site=site,
            limit=limit,
        )  # fmt: skip
    if json:
        frame.print_json(found)
        return
    frame.print_table(
        ("id", "code", "severity", "coverage h", "value", "age", "late", "owner", "whose", "part", "quantity"),
        [
            (
                one.id, one.code, one.severity, "" if one.coverage_hours is None else one.coverage_hours,
                f"{one.value.amount} {one.value.currency}" if one.value else "", one.age,
                "yes" if one.overdue else "", one.owner, one.assignee, one.part, f"{one.quantity} {one.unit}",
            )
            for one in found.cases
        ],
    )  # fmt: skip
    if found.cut:
        frame.say(f"Only the gravest {len(found.cases)} are shown; --limit shows more.")
    ages = ", ".join(f"{age}: {count}" for age, count in found.ages.items() if count)
    frame.say(f"{sum(found.ages.values())} cases by age: {ages}" if ages else "no case is open")


@app.command()
def assign(
    id: CaseId,
    to: Annotated[str, typer.Argument(help='User id; "" gives it back to its owner role.')] = "",
    role: Annotated[str, typer.Option(help="Role that owns it from now on.")] = "",
    waits_for: Annotated[str, typer.Option(help="supplier, carrier or internal, while it waits for them.")] = "",
    comment: Comment = "",
    acting: frame.As = None,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Give a case to somebody, and say for whom it waits."""
    from typing import cast, get_args

    from gateway.errors import OperatorMistake
    from gateway.resources import did_you_mean
    from ledger.events import CaseAssigned
    from ledger.events.casework import WaitsFor

    if waits_for not in get_args(WaitsFor):
        raise OperatorMistake(f'nobody waits for "{waits_for}"', mend=did_you_mean(waits_for, get_args(WaitsFor)))
    event = CaseAssigned(
        number=id, assignee=to, role=role, waits_for=cast(WaitsFor, waits_for), comment=comment
    )  # fmt: skip
    _say(event, book=book, json=json)


@app.command()
def note(
    id: CaseId,
    comment: Annotated[str, typer.Argument(help="What is to be known about it.")] = "",
    evidence: Documents = None,
    acting: frame.As = None,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Add a comment or evidence to a case."""
    from ledger.events import CaseNoted

    _say(CaseNoted(number=id, comment=comment, evidence=_documents(evidence)), book=book, json=json)


@app.command()
def task(
    id: CaseId,
    name: Annotated[str, typer.Argument(help="Name of the task within the case, such as count-again.")],
    role: Annotated[str, typer.Option(help="Who does it; a new task needs it.")] = "",
    text: Annotated[str, typer.Option(help="What is to be done, or what came of it.")] = "",
    after: Annotated[list[str] | None, typer.Option(help="A task that comes before it; may be repeated.")] = None,
    done: Annotated[bool, typer.Option("--done", help="It is done.")] = False,
    dropped: Annotated[bool, typer.Option("--dropped", help="It need not be done.")] = False,
    acting: frame.As = None,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Give a role a task, or end one; a case does not close while one is open."""
    from gateway.errors import OperatorMistake
    from ledger.events import CaseTaskSet

    if done and dropped:
        raise OperatorMistake("a task is done or dropped, not both", mend="leave one of --done and --dropped out")
    event = CaseTaskSet(
        number=id, task=name, role=role, text=text, after=tuple(after or ()),
        status="done" if done else "dropped" if dropped else "open",
    )  # fmt: skip
    _say(event, book=book, json=json)


@app.command()
def dispute(
    id: CaseId,
    comment: Annotated[str, typer.Argument(help="Why it is not the supplier's fault.")],
    evidence: Documents = None,
    acting: frame.As = None,
    book: Book = "live",
    json: Json = False,
) -> None:
    """Dispute a case in the supplier's name: it counts in no score until it is decided."""
    from ledger.events import CaseDisputed

    _say(CaseDisputed(number=id, comment=comment, evidence=_documents(evidence)), book=book, json=json)


@app.command()
def grant(
    id: CaseId, comment: Comment = "", acting: frame.As = None, book: Book = "live", json: Json = False
) -> None:
    """Grant the dispute about a case; not by who raised it."""
    from ledger.events import DisputeDecided

    _say(DisputeDecided(number=id, decision="granted", comment=comment), book=book, json=json)


@app.command()
def reject(
    id: CaseId, comment: Comment = "", acting: frame.As = None, book: Book = "live", json: Json = False
) -> None:
    """Reject the dispute about a case; not by who raised it."""
    from ledger.events import DisputeDecided

    _say(DisputeDecided(number=id, decision="rejected", comment=comment), book=book, json=json)


@app.command()
def reopen(
    id: CaseId, comment: Comment = "", acting: frame.As = None, book: Book = "live", json: Json = False
) -> None:
    """Work on a closed case again; what was posted stays."""
    from ledger.events import CaseReopened

    _say(CaseReopened(number=id, comment=comment), book=book, json=json)


@app.command()
def timeline(id: CaseId, book: Book = "live", json: Json = False) -> None:
    """All that was said of a case, in order."""
    from gateway.cli.opening import open_to_read
    from ledger import queries

    with open_to_read() as conn:
        steps = queries.case_timeline(conn, id, book=book)
    if not steps:
        raise no_such_case(id)
    if json:
        frame.print_json_lines(steps)
        return
    frame.print_table(
        ("at", "kind", "who", "result", "comment"),
        [
            (
                f"{step.at:%Y-%m-%d %H:%M}", step.kind, step.actor.id if step.actor else "", step.result,
                getattr(step.event, "comment", "") or getattr(step.event, "task", "") or _escalated(step),
            )
            for step in steps
        ],
    )  # fmt: skip


def _escalated(step: CaseStep) -> str:
    from ledger.outcomes import CaseEscalated

    told = [one for one in step.outcomes if isinstance(one, CaseEscalated)]
    return "; ".join(f"{one.role} is told: {one.reason}" for one in told)


def _documents(named: list[str] | None) -> tuple[CaseEvidence, ...]:
    from gateway.errors import OperatorMistake
    from ledger.events import CaseEvidence

    found = []
    for one in named or ():
        document, _, segment = one.partition(":")
        if not document or (segment and not (segment.isascii() and segment.isdigit() and len(segment) < 10)):
            raise OperatorMistake(f'"{one}" names no document', mend="write it like m_01ABC.1:14")
        message = document.partition(".")[0]
        whole = "" if document == message else document
        found.append(CaseEvidence(message=message, document=whole, segment=int(segment or 0)))
    return tuple(found)


def _say(event: AnyEvent, *, book: Book, json: bool) -> None:
    """Hand it to the ledger, and print the case as it stands then; exit 1 with the reason where it was refused."""
    import msgspec

    from gateway.cli.opening import open_street, who_acts
    from ledger import queries
    from ledger.outcomes import Conflict, Refused

    with open_street() as street:
        frame.known(getattr(event, "role", ""), street.governance.roles, "role")
        with street.read() as conn:
            if queries.case(conn, event.number, book=book) is None:
                raise no_such_case(event.number)
        stamped = msgspec.structs.replace(event, book=book, occurred_at=street.clock())
        recorded = street.record_events([stamped], actor=who_acts(street.governance, frame.settings()))
        with street.read() as conn:
            case = queries.case(conn, event.number, book=book, policy=street.policy)
    if case is None:
        raise no_such_case(event.number)
    if json:
        frame.print_json({"recorded": recorded, "case": case})
    else:
        dispute = f", dispute {case.dispute}" if case.dispute else ""
        whose = f", {case.assignee}'s" if case.assignee else ""
        frame.say(f"{case.id} is {case.status}{whose}{dispute}: {recorded[0].result}")
        for outcome in recorded[0].outcomes:
            if isinstance(outcome, Refused | Conflict):
                frame.warn(outcome.reason)
    if recorded[0].result not in ("posted", "repeated"):
        raise typer.Exit(frame.FAULTS)
