"""`/v1/sent`: documents of ours that partners refused or never acknowledged, to review or send again; and those that
wait to leave together."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Query, Response

from gateway.api.answers import answer
from gateway.api.bodies import SmallBody, decode
from gateway.api.callers import Call, MayAdminister
from gateway.api.limits import PAGE_DEFAULT, Limit, MessageId, PartnerId
from gateway.api.problems import Problem
from gateway.messages import split_document_id
from gateway.pipeline.asking import show

router = APIRouter(prefix="/v1/sent", tags=["messages"])


class Review(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why nothing more is awaited."""

    comment: Annotated[str, msgspec.Meta(min_length=1, max_length=2000, pattern=r"\S")]


@router.get("", summary="Documents that partners refused, or did not acknowledge in time")
def list_open(call: MayAdminister, *, partner: PartnerId = None, limit: Limit = PAGE_DEFAULT) -> Response:
    """Oldest first; each leaves the list when it is accepted, reviewed or sent again."""
    with call.street.read() as conn:
        rows = show.list_open(conn, partner=call.partner_to_show(partner), limit=limit)
    return answer({"items": rows})


@router.get("/collected", summary="Documents that wait to leave together")
def list_collected(call: MayAdminister, *, partner: PartnerId = None, limit: Limit = PAGE_DEFAULT) -> Response:
    """Oldest first, each with the time at which it leaves, as the agreement says (`collect`)."""
    with call.street.read() as conn:
        rows = show.list_collected(conn, partner=call.partner_to_show(partner), limit=limit)
    return answer({"items": rows})


@router.post("/collected/{partner}/release", summary="Let what waits for a partner leave now")
def release_collected(
    call: MayAdminister, partner: Annotated[str, Path(min_length=1, max_length=40, description="Partner id.")]
) -> Response:
    """Before its time; answers with how many documents leave."""
    if call.street.configuration.partners.get(partner) is None:
        raise Problem("not-found", f"there is no partner {partner}")
    return answer({"partner": partner, "released": call.street.release(partner)})


@router.post("/{id}/review", summary="Mark what was refused or never acknowledged as reviewed")
def review_sent(call: MayAdminister, id: MessageId, body: SmallBody) -> Response:
    """`id` is a message, or one document in it (`m_....1`). The key's name and the comment stay in its history."""
    given: Review = decode(body, Review)
    message, n = split_document_id(id)
    _find_sent(call, message)
    if not call.street.review(message, n or 0, given.comment.strip(), by=call.key.name):
        raise Problem("conflict", f"nothing in {id} awaits anything")
    return answer(call.street.message(message))


@router.post("/{id}/resend", summary="Send a message again")
def resend_sent(
    call: MayAdminister,
    id: MessageId,
    anew: Annotated[bool, Query(description="By the map now in force and with new control numbers.")] = False,
) -> Response:
    """With identical bytes and numbers unless `anew`; answers with the message that goes out."""
    _find_sent(call, id)
    return answer(call.street.message(call.street.resend(id, anew=anew, by=call.key.name)))


def _find_sent(call: Call, id: str) -> None:
    try:
        message = call.street.message(id)
    except KeyError:
        raise Problem("not-found", f"there is no message {id}") from None
    if message["direction"] != "out":
        raise Problem("not-found", f"we sent no message {id}")
