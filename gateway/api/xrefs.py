"""`/v1/xrefs`: what partners' identifiers mean, the misses that documents wait for, and resolving them."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request, Response
from msgspec.structs import asdict

from gateway.api.answers import answer, answer_page, open_cursor
from gateway.api.bodies import MessageBody, SmallBody, decode
from gateway.api.callers import Call, MayReadLedger, MayWriteEvents
from gateway.api.limits import EVENTS_PER_BODY_MAX, PAGE_DEFAULT, PAGE_MAX, Book, Cursor, Limit, PartnerId, Text
from gateway.api.problems import Located, Problem
from gateway.masterdata.cross_references import CROSS_REFERENCES, build, mistakes_in, row_of, table
from gateway.masterdata.tables import RowFault, read_table, write_rows
from gateway.pipeline.asking.misses import misses
from gateway.pipeline.desk.results import Defined
from ledger import queries
from ledger.events import CrossReferenced, CrossReferenceDefined
from ledger.masterdata import CrossReference
from ledger.outcomes import Refused

router = APIRouter(prefix="/v1/xrefs", tags=["master data"])

CSV = "text/csv; charset=utf-8"
FAULTS_SHOWN_MAX = 100

Of = Annotated[str | None, Query(pattern="^(part|unit|site|location|party)$", description="What is meant.")]
Sender = Annotated[
    str | None,
    Query(max_length=100, pattern=r"^[A-Za-z0-9_.:-]*$", description="Partner; empty for what holds for everybody."),
]
On = Annotated[date | None, Query(description="Only what holds for documents of this day.")]
DryRun = Annotated[bool, Query(description="Say what would come of it, and record nothing.")]
Number = Annotated[str, Query(min_length=1, max_length=500, description="`number` of an entry.")]


class NewCrossReference(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One entry; its number follows from what it says. See `CrossReferenceDefined` for what each field means."""

    of: CrossReferenced
    identifier: str
    means: str
    sender: str = ""
    within: str = ""
    numerator: Annotated[int, msgspec.Meta(gt=0, lt=10**15)] = 1
    denominator: Annotated[int, msgspec.Meta(gt=0, lt=10**15)] = 1
    valid_from: date | None = None
    valid_to: date | None = None
    withdrawn: bool = False
    note: str = ""


@router.get("", summary="Cross-references, with who recorded them and when")
def list_entries(
    call: MayReadLedger,
    request: Request,
    *,
    of: Of = None,
    sender: Sender = None,
    identifier: Text = None,
    means: Text = None,
    on: On = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """By number. Those withdrawn too, unless a day is asked for."""
    found = _chosen(call, of, sender, identifier, means, on, after=open_cursor(cursor))
    return answer_page(request, found[: limit + 1], limit, lambda entry: entry.number)


@router.get("/csv", summary="Cross-references as CSV, as `POST /v1/xrefs/csv` takes them back")
def export_entries(
    call: MayReadLedger,
    *,
    of: Of = None,
    sender: Sender = None,
    identifier: Text = None,
    means: Text = None,
    on: On = None,
) -> Response:
    found = _chosen(call, of, sender, identifier, means, on)
    return Response(write_rows(CROSS_REFERENCES, map(row_of, found)), media_type=CSV)


@router.get("/misses", summary="Identifiers that nobody knows, and what waits for each")
def list_misses(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    of: Of = None,
    sender: PartnerId = None,
    identifier: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """What waited longest first, with its open cases and what may be meant. `POST /v1/xrefs` resolves one."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = misses(
            conn, book=book, now=call.street.clock(), of=of or "", sender=sender, identifier=identifier or "",
            after=open_cursor(cursor), limit=limit + 1,
        )  # fmt: skip
    return answer_page(request, found, limit, lambda miss: miss.place)


@router.get("/history", summary="Every wording of one entry, with who said so and when")
def show_history(call: MayReadLedger, number: Number) -> Response:
    call.refuse_outsiders()
    with call.street.read() as conn:
        kept = queries.events(conn, kind=CrossReferenceDefined.__name__, number=number, limit=PAGE_MAX, bodies=True)
    if not kept:
        raise Problem("not-found", f"there is no cross-reference {number}")
    return answer({"items": kept, "next": None})


@router.post("", summary="Say what identifiers mean; what waited for them goes on at once")
def define_entries(call: MayWriteEvents, body: SmallBody, *, dry_run: DryRun = False) -> Response:
    """One entry or a list. Answers with what came of each, and of every document that had waited: nothing is
    recorded where any of them is at fault, or with `dry_run`."""
    call.refuse_outsiders()
    entries, pointers = _read_entries(body)
    known, partners = call.masterdata(), _partner_ids(call)
    faults = [
        Located(pointer=f"{pointer}/{field}", detail=text)
        for pointer, entry in zip(pointers, entries, strict=True)
        for field, text in mistakes_in(entry, known, partners)
    ]
    return _define(call, entries, faults, dry_run=dry_run)


@router.post("/csv", summary="Import cross-references from CSV, all or nothing")
def import_entries(call: MayWriteEvents, body: MessageBody, *, dry_run: DryRun = False) -> Response:
    """The columns of `GET /v1/xrefs/csv`; `of`, `identifier` and `means` are required."""
    call.refuse_outsiders()
    events, faults = read_table(table(_partner_ids(call)), body, call.masterdata())
    entries = [event for event in events if isinstance(event, CrossReferenceDefined)]
    return _define(call, entries, [_located(fault) for fault in faults[:FAULTS_SHOWN_MAX]], dry_run=dry_run)


def _define(call: Call, entries: list[CrossReferenceDefined], faults: list[Located], *, dry_run: bool) -> Response:
    if faults:
        raise Problem("not-valid", "nothing was recorded: correct what `errors` names", faults)
    defined: Defined = call.street.define(entries, actor=call.actor, rehearse=dry_run)
    refused = [
        Located(pointer=f"/{n}", detail=outcome.reason)
        for n, recorded in enumerate(defined.recorded)
        for outcome in recorded.outcomes
        if isinstance(outcome, Refused)
    ]
    if refused:
        raise Problem("refused", refused[0].detail, refused)
    return answer({"numbers": [entry.number for entry in entries], **asdict(defined)})


def _read_entries(body: bytes) -> tuple[list[CrossReferenceDefined], list[str]]:
    """The entries of a body, and the JSON Pointer that leads to each."""
    is_list = body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["
    said: list[NewCrossReference] = (
        decode(body, list[NewCrossReference]) if is_list else [decode(body, NewCrossReference)]
    )
    if not said or len(said) > EVENTS_PER_BODY_MAX:
        raise Problem("not-valid", f"from 1 to {EVENTS_PER_BODY_MAX} entries in one body; more as CSV")
    return [build(**asdict(one)) for one in said], [f"/{n}" if is_list else "" for n in range(len(said))]


def _located(fault: RowFault) -> Located:
    return Located(parameter=fault.column, line=fault.line, detail=f"{fault.value} {fault.text}".strip())


def _partner_ids(call: Call) -> frozenset[str]:
    return frozenset(partner.id for partner in call.street.configuration.partners if partner.id[:1] != "_")


def _chosen(call: Call, *said: Any, after: str = "") -> list[CrossReference]:
    call.refuse_outsiders()
    of, sender, identifier, means, on = said
    known = call.masterdata().cross_references
    return list(
        known.chosen(of=of or "", sender=sender, identifier=identifier or "", means=means or "", on=on, after=after)
    )
