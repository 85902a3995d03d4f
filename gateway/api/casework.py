"""`/v1/cases/{id}/...`: work on a case - who has it, notes, tasks, disputes, opening again, and all that was said."""

from __future__ import annotations

import msgspec
from fastapi import APIRouter, Request, Response

from gateway.api.answers import answer, answer_members, open_cursor
from gateway.api.bodies import SmallBody, decode
from gateway.api.callers import Call, MayReadLedger, MayWriteCases
from gateway.api.cases import find_case
from gateway.api.filters import refuse_unknown, refuse_unknown_site
from gateway.api.limits import PAGE_DEFAULT, Book, CaseId, Cursor, Limit
from gateway.api.limits import Text as Text80
from gateway.api.problems import Problem
from ledger import queries
from ledger.events import (
    AnyEvent,
    CaseAssigned,
    CaseDisputed,
    CaseNoted,
    CaseReopened,
    CaseTaskSet,
    DisputeDecided,
)
from ledger.events.casework import DisputeDecision, Evidence, Reason, TaskStatus, Text, WaitsFor, Word
from ledger.outcomes import Conflict, Refused

router = APIRouter(prefix="/v1/cases", tags=["cases"])


class Assignment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who works on the case, and for whom it waits; neither named leaves it to its owner role."""

    assignee: Word = ""
    role: Word = ""
    waits_for: WaitsFor = ""
    comment: Text = ""


class Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A comment, and documents that are evidence."""

    comment: Text = ""
    evidence: Evidence = ()


class TaskGiven(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A task, new or with another status; `after` names tasks that come before it."""

    task: Word
    role: Word = ""
    status: TaskStatus = "open"
    text: Text = ""
    after: tuple[Word, ...] = ()


class Dispute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why the case is not the supplier's fault."""

    comment: Reason
    evidence: Evidence = ()


class DisputeAnswer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Granted or rejected, and why."""

    decision: DisputeDecision
    comment: Text = ""


class Reopening(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why it is worked on again."""

    comment: Text = ""


@router.get("/queue", summary="Open cases, the gravest first")
def show_queue(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    role: Text80 = None,
    assignee: Text80 = None,
    site: Text80 = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """By hours of coverage of the part at the site, then goods promised to service, then value; with how many of all
    that match there are by age and severity. Closed cases stand in it while their dispute is to be decided. All pages
    are of the time of the first."""
    call.refuse_outsiders()
    refuse_unknown("role", role, call.street.governance.roles, "role")
    refuse_unknown_site(call, site)
    with call.street.read() as conn:
        found = queries.case_queue(
            conn, now=call.street.clock(), policy=call.street.policy, book=book, role=role or "",
            assignee=assignee or "", site=site or "", after=_open_place(cursor), limit=limit,
        )  # fmt: skip
    place = queries.QueuePlace.of(found.cases[-1], found.now) if found.cut else None
    after = msgspec.json.encode(place).decode() if place else ""
    return answer_members(request, msgspec.structs.asdict(found), after)


@router.get("/{id}/timeline", summary="All that was said of one case, in order")
def show_timeline(call: MayReadLedger, id: CaseId, *, book: Book = "live") -> Response:
    find_case(call, id, book)
    with call.street.read() as conn:
        return answer({"items": queries.case_timeline(conn, id, book=book), "next": None})


@router.post("/{id}/assign", summary="Give a case to somebody, or let it wait")
def assign_case(call: MayWriteCases, id: CaseId, body: SmallBody, *, book: Book = "live") -> Response:
    call.refuse_outsiders()
    said: Assignment = decode(body, Assignment)
    refuse_unknown("role", said.role, call.street.governance.roles, "role")
    return _say(
        call,
        book,
        CaseAssigned(
            number=id, assignee=said.assignee, role=said.role, waits_for=said.waits_for, comment=said.comment
        ),
    )


@router.post("/{id}/notes", summary="Add a comment or evidence; a supplier may, to its own cases")
def note_case(call: MayWriteCases, id: CaseId, body: SmallBody, *, book: Book = "live") -> Response:
    said: Note = decode(body, Note)
    return _say(call, book, CaseNoted(number=id, comment=said.comment, evidence=said.evidence))


@router.post("/{id}/tasks", summary="Give a role a task, or end one")
def set_task(call: MayWriteCases, id: CaseId, body: SmallBody, *, book: Book = "live") -> Response:
    call.refuse_outsiders()
    said: TaskGiven = decode(body, TaskGiven)
    refuse_unknown("role", said.role, call.street.governance.roles, "role")
    return _say(
        call,
        book,
        CaseTaskSet(number=id, task=said.task, role=said.role, status=said.status, text=said.text, after=said.after),
    )


@router.post("/{id}/dispute", summary="Dispute a case, as the supplier or in its name")
def dispute_case(call: MayWriteCases, id: CaseId, body: SmallBody, *, book: Book = "live") -> Response:
    """Until it is decided the case counts in no score. It may be disputed while it is open, and some working days
    after (`dispute_days`)."""
    said: Dispute = decode(body, Dispute)
    return _say(call, book, CaseDisputed(number=id, comment=said.comment, evidence=said.evidence))


@router.post("/{id}/dispute/decision", summary="Grant or reject a dispute; not by who raised it")
def decide_dispute(call: MayWriteCases, id: CaseId, body: SmallBody, *, book: Book = "live") -> Response:
    call.refuse_outsiders()
    said: DisputeAnswer = decode(body, DisputeAnswer)
    return _say(call, book, DisputeDecided(number=id, decision=said.decision, comment=said.comment))


@router.post("/{id}/reopen", summary="Work on a closed case again")
def reopen_case(call: MayWriteCases, id: CaseId, body: SmallBody, *, book: Book = "live") -> Response:
    call.refuse_outsiders()
    said: Reopening = decode(body, Reopening)
    return _say(call, book, CaseReopened(number=id, comment=said.comment))


def _say(call: Call, book: Book, event: AnyEvent) -> Response:
    """What the ledger made of it, and the case as it stands now; 409 with the reason where it was refused."""
    find_case(call, event.number, book)
    stamped = msgspec.structs.replace(event, book=book, occurred_at=call.street.clock())
    recorded = call.street.record_events([stamped], actor=call.actor)
    reasons = [one.reason for one in recorded[0].outcomes if isinstance(one, Refused | Conflict)]
    if reasons:
        raise Problem("conflict", " ".join(reasons))
    return answer({"recorded": recorded, "case": find_case(call, event.number, book)})


def _open_place(cursor: str | None) -> queries.QueuePlace | None:
    text = open_cursor(cursor)
    try:
        return msgspec.json.decode(text, type=queries.QueuePlace) if text else None
    except msgspec.MsgspecError as error:
        raise Problem("not-valid", "the cursor belongs to another list") from error
