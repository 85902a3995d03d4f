"""`/v1/events`: canonical events in, through the same door as any message, and what was recorded out."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Path, Request, Response

from gateway.api.answers import answer, answer_page, open_number_cursor
from gateway.api.bodies import MessageBody, decode
from gateway.api.callers import Call, MayReadLedger, MayWriteEvents
from gateway.api.limits import (
    EVENTS_PER_BODY_MAX,
    PAGE_DEFAULT,
    Book,
    Cursor,
    IdempotencyKey,
    Limit,
    Name,
    PartnerId,
    Text,
    Wait,
)
from gateway.api.messages import TestFlag, take_message
from gateway.api.problems import Located, Problem
from gateway.pipeline.reading.meaning import is_agreed
from ledger import queries
from ledger.events import AnyEvent, Event, TimePassed, kind_of

router = APIRouter(prefix="/v1/events", tags=["events"])

STAMPED_BY_US = (
    "book", "site", "partner", "revision", "recorded_at", "source", "actor", "policy", "digest",
    "retracted",
)  # fmt: skip
"""Fields that only the street and the ledger fill: a caller who could would speak as somebody else."""


@router.post("", status_code=202, summary="Hand in one canonical event, or a list of them")
def post_events(
    call: MayWriteEvents,
    body: MessageBody,
    *,
    name: Name = "",
    partner: PartnerId = None,
    test: TestFlag = False,
    wait: Wait = 0,
    idempotency_key: IdempotencyKey = None,
) -> Response:
    """Validated at once (422 locates each fault), then accepted, recorded and answered like any message."""
    speaker = call.partner_to_speak_for(partner)
    events = _read_events(body)
    faults = [fault for pointer, event in events for fault in _faults_of(call, speaker, pointer, event)]
    if faults:
        raise Problem("not-valid", "these events may not be handed in by this caller", faults)
    return take_message(
        call,
        body,
        partner=speaker,
        name=name,
        test=test,
        wait=wait,
        idempotency_key=idempotency_key,
        media_type="application/json",
    )


@router.get("", summary="Recorded events, with their lines and outcomes")
def list_events(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    kind: Text = None,
    number: Text = None,
    partner: PartnerId = None,
    site: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """In the order of recording. A partner sees its own events only."""
    shown = partner or "" if call.is_ours else call.partner_to_show(partner)
    with call.street.read() as conn:
        rows = queries.events(
            conn,
            book=book,
            kind=kind or "",
            number=number or "",
            partner=shown,
            site=site or "",
            after=open_number_cursor(cursor),
            limit=limit + 1,
        )
    return answer_page(request, rows, limit, lambda row: row.seq)


@router.get("/{seq}", summary="One event as it was recorded, with its body, lines and all outcomes")
def show_event(
    call: MayReadLedger,
    seq: Annotated[int, Path(ge=1, le=2**53, description="Its sequence in the book.")],
    *,
    book: Book = "live",
) -> Response:
    """A partner sees its own events only; another's is not found."""
    with call.street.read() as conn:
        found = queries.event(conn, seq, book=book)
    if found is None or (not call.is_ours and found.partner != call.partner):
        raise Problem("not-found", f"there is no event {seq}")
    return answer(found)


def _read_events(body: bytes) -> list[tuple[str, Event]]:
    """The events of a body, each with the JSON Pointer that leads to it."""
    if body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] != b"[":
        return [("", decode(body, AnyEvent))]
    raw: list[msgspec.Raw] = decode(body, list[msgspec.Raw])
    if len(raw) > EVENTS_PER_BODY_MAX:
        raise Problem("not-valid", f"at most {EVENTS_PER_BODY_MAX} events in one body")
    return [(f"/{index}", event) for index, event in enumerate(decode(body, list[AnyEvent]))]


def _faults_of(call: Call, speaker: str, pointer: str, event: Event) -> list[Located]:
    """What this caller may not say: another's stamps, time itself, and kinds that its agreement does not name."""
    faults = [
        Located(pointer=f"{pointer}/{field}", detail="filled by the receiver; leave it out")
        for field in STAMPED_BY_US
        if getattr(event, field) != _default_of(field)
    ]
    kind = kind_of(event)
    partner = call.street.configuration.partners.get(speaker)
    meanings = [agreement.meaning for agreement in partner.receive.values()] if partner else []
    if isinstance(event, TimePassed) or not any(is_agreed(event, meaning) for meaning in meanings):
        faults.append(Located(pointer=f"{pointer}/kind", detail=f"{kind} is not agreed with {speaker}"))
    return faults


def _default_of(field: str) -> Any:
    return next(known.default for known in msgspec.structs.fields(Event) if known.name == field)
