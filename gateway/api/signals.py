"""`/v1/signals`: what somebody should act on, what was done about it, and by which rules."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from gateway.api.answers import answer, answer_page, open_number_cursor
from gateway.api.callers import Call, MayReadLedger, MayWriteCases
from gateway.api.filters import refuse_unknown, refuse_unknown_site
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, Text
from gateway.api.problems import Problem
from gateway.pipeline.signals import show
from gateway.pipeline.signals.show import SignalShown, number_of
from gateway.signals.rules import usual_rules
from ledger.signals import BY_NAME

router = APIRouter(prefix="/v1/signals", tags=["signals"])

SignalId = Annotated[str, Path(max_length=17, pattern="^S[0-9]{1,15}$")]


@router.get("", summary="Signals that fired, oldest first, each with its actions")
def list_signals(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    signal: Text = None,
    status: Literal["due", "done", "failed", "stopped"] | None = None,
    partner: Text = None,
    site: Text = None,
    part: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """`status` takes those with an action that stands so. Ours alone: a signal is our word about a partner."""
    call.refuse_outsiders()
    refuse_unknown("signal", signal, BY_NAME, "signal")
    refuse_unknown("partner", partner, (one.id for one in call.street.configuration.partners), "partner")
    refuse_unknown_site(call, site)
    with call.street.read() as conn:
        rows = show.list_signals(
            conn, book=book, kind=signal or "", action_status=status or "", partner=partner or "", site=site or "",
            part=part or "", after=open_number_cursor(cursor), limit=limit + 1,
        )  # fmt: skip
    return answer_page(request, rows, limit, lambda row: number_of(row.id))


@router.get("/rules", summary="What is done about signals: the rules of the house, then what is usual")
def list_rules(call: MayReadLedger) -> Response:
    call.refuse_outsiders()
    return answer({"items": (*call.street.signal_rules.rules, *usual_rules()), "next": None})


@router.get("/{id}", summary="One signal and how each of its actions stands")
def show_signal(call: MayReadLedger, id: SignalId) -> Response:
    call.refuse_outsiders()
    return answer(_find(call, id))


@router.post("/{id}/retry", summary="Try what failed or was stopped of its actions again, now")
def retry_signal(call: MayWriteCases, id: SignalId) -> Response:
    """Answers with the signal as it stands then; 409 where nothing of it failed."""
    call.refuse_outsiders()
    _find(call, id)
    if not call.street.retry_signal(number_of(id)):
        raise Problem("conflict", f"nothing of {id} failed")
    return answer(_find(call, id))


def _find(call: Call, id: str) -> SignalShown:
    with call.street.read() as conn:
        found = show.show_signal(conn, number_of(id))
    if found is None:
        raise Problem("not-found", f"there is no signal {id}")
    return found
