"""`/v1/messages`: hand in any known format, see what came of it, fetch what waits in the mailbox, replay."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Header, Query, Request, Response

from gateway.api.answers import answer, answer_page, open_cursor
from gateway.api.bodies import MessageBody
from gateway.api.callers import Call, MayAdminister, MayReadMessages, MayWriteMessages
from gateway.api.limits import PAGE_DEFAULT, Cursor, IdempotencyKey, Limit, MessageId, Name, PartnerId, Text, Wait
from gateway.api.problems import Problem
from gateway.messages import split_document_id
from gateway.pipeline.asking.export import load_raw
from gateway.pipeline.replaying.values import Which

router = APIRouter(prefix="/v1/messages", tags=["messages"])

FINISHED = ("done", "parked")
"""States of a received message in which its outcome is known."""
WAITERS_MAX = 8
"""Requests that may wait at once; a further one is answered 202 at once, so that waiting never stops accepting."""
POLL_S = 0.02

_waiters = threading.BoundedSemaphore(WAITERS_MAX)

Direction = Annotated[Literal["in", "out"], Query(description="`in` came to us, `out` we send: the mailbox.")]
TestFlag = Annotated[bool, Query(description="Test traffic; X12 says so itself in ISA15.")]


@router.post("", status_code=202, summary="Hand in a message of any known format")
def post_message(
    call: MayWriteMessages,
    body: MessageBody,
    *,
    name: Name = "",
    partner: PartnerId = None,
    test: TestFlag = False,
    wait: Wait = 0,
    idempotency_key: IdempotencyKey = None,
    content_type: Annotated[str, Header(max_length=200)] = "",
) -> Response:
    """Answered once the bytes are durable. The same Idempotency-Key with the same body gives the first answer."""
    return take_message(
        call,
        body,
        partner=call.partner_to_speak_for(partner),
        name=name,
        test=test,
        wait=wait,
        idempotency_key=idempotency_key,
        media_type=content_type,
    )


def take_message(
    call: Call,
    body: bytes,
    *,
    partner: str,
    name: str,
    test: bool,
    wait: float,
    idempotency_key: str | None,
    media_type: str,
) -> Response:
    """Accept, then answer 202 `{id, status}`, or 200 with the outcome if it is known within `wait` seconds."""
    if idempotency_key == "":
        raise Problem("not-valid", "Idempotency-Key is empty")
    accepted = call.street.accept(
        body,
        partner=partner,
        channel="rest",
        name=name,
        key=idempotency_key or "",
        media_type=media_type,
        test=test,
        actor=None if call.actor.kind == "partner" else call.actor,
    )
    headers = {"Location": f"/v1/messages/{accepted.id}"}
    if accepted.repeated:
        headers["Idempotency-Replayed"] = "true"
    if wait and (message := _wait_for(call, accepted.id, wait)) is not None:
        return answer(message, headers=headers)
    return answer({"id": accepted.id, "status": accepted.status}, 202, headers)


@router.get("", summary="Messages received or sent")
def list_messages(
    call: MayReadMessages,
    request: Request,
    *,
    direction: Direction = "in",
    partner: PartnerId = None,
    status: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """Oldest first. Answers have the shape of `answer`; what is not yet fetched has `sent: null`."""
    rows = call.street.messages(
        direction=direction,
        partner=call.partner_to_show(partner),
        status=status or "",
        after=open_cursor(cursor),
        limit=limit + 1,
    )
    return answer_page(request, rows, limit, lambda row: str(row["id"]))


@router.get("/{id}", summary="One message: its documents, faults, provenance and answers")
def show_message(
    call: MayReadMessages,
    id: MessageId,
    provenance: Annotated[bool, Query(description="Also the segment and element behind each value.")] = False,
) -> Response:
    """With `provenance` the message is read again, which takes as long as it took the first time."""
    return answer(_find(call, id, provenance=provenance))


@router.get("/{id}/content", summary="The bytes of a message; fetching from the mailbox counts as delivery")
def fetch_content(call: MayReadMessages, id: MessageId) -> Response:
    message = _find(call, id)
    media_type = str(message.get("media_type") or "application/octet-stream")
    # As an attachment and never sniffed: partners' bytes must not run in a browser that trusts this host.
    headers = {"Content-Disposition": "attachment", "X-Content-Type-Options": "nosniff"}
    return Response(call.street.fetch(id, call.partner), headers=headers, media_type=media_type)


@router.get("/{id}/mdn", summary="The MDN about a message, as it came or went")
def fetch_mdn(call: MayReadMessages, id: MessageId) -> Response:
    """Header lines, an empty line, the body: what OpenSSL verifies. 404 for a message without an MDN."""
    return _evidence(call, id, "mdn")


@router.get("/{id}/request", summary="The HTTP request that brought or carried a message over AS2, as it was")
def fetch_request(call: MayReadMessages, id: MessageId) -> Response:
    """Header lines, an empty line, the body, still signed and encrypted. 404 for what came another way."""
    return _evidence(call, id, "request")


@router.post("/{id}/replay", summary="Read a message or document again, with the map now in force or the original")
def replay_message(
    call: MayAdminister,
    id: MessageId,
    *,
    confirm: Annotated[bool, Query(description="Also replace what reads differently now.")] = False,
    dry_run: Annotated[bool, Query(description="Do nothing, and say what would come of it.")] = False,
    which: Annotated[
        Which, Query(alias="with", description="The map now in force, or the one that read it first.")
    ] = "current",
) -> Response:
    """Without `confirm` a recorded document is rehearsed: `difference` shows what it says otherwise, `documents` what
    that does to events, movements, balances, cases and answers. With it, all of that is done, or nothing."""
    _find(call, split_document_id(id)[0])
    by = call.key.person or call.key.name
    return answer(call.street.replay(id, confirm=confirm, dry_run=dry_run, which=which, by=by))


def _evidence(call: Call, id: str, what: str) -> Response:
    _find(call, id)
    with call.street.read() as connection:
        raw = load_raw(connection, id, what)
    if raw is None:
        raise Problem("not-found", f"message {id} has no {what}")
    headers = {"Content-Disposition": f'attachment; filename="{what}.eml"', "X-Content-Type-Options": "nosniff"}
    return Response(raw, headers=headers, media_type="application/octet-stream")


def _find(call: Call, id: str, *, provenance: bool = False) -> dict[str, Any]:
    """The message, if there is one and the caller may see it; nobody learns that another's exists."""
    try:
        message = call.street.message(id, provenance=provenance)
    except KeyError:
        raise Problem("not-found", f"there is no message {id}") from None
    if not _may_see(call, message):
        raise Problem("not-found", f"there is no message {id}")
    return _without_others_answers(call, message)


def _may_see(call: Call, message: dict[str, Any]) -> bool:
    """A received message belongs to its sender, a sent one to whom it goes: a webhook about a partner is not its."""
    return not call.partner or call.partner == message["to" if message["direction"] == "out" else "partner"]


def _without_others_answers(call: Call, message: dict[str, Any]) -> dict[str, Any]:
    """What a partner's message caused towards others is not the partner's business, nor what we say among us of one
    that it refused."""
    if not call.partner:
        return message
    shown = message | {"answers": [one for one in message["answers"] if one["to"] == call.partner]}
    if message["direction"] == "out":
        shown.pop("history", None)
        shown["documents"] = [one | {"comment": ""} for one in message["documents"]]
    return shown


def _wait_for(call: Call, id: str, seconds: float) -> dict[str, Any] | None:
    with _turn_to_wait() as may_wait:
        until = time.monotonic() + seconds
        while may_wait:
            message = call.street.message(id)
            if message["status"] in FINISHED:
                return _without_others_answers(call, message)
            if time.monotonic() >= until:
                return None
            time.sleep(POLL_S)
    return None


@contextmanager
def _turn_to_wait() -> Iterator[bool]:
    taken = _waiters.acquire(blocking=False)
    try:
        yield taken
    finally:
        if taken:
            _waiters.release()
