"""`/v1/promises/{part}`: what may be promised of a part, what may not and why, and what comes when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.filters import asking
from gateway.api.limits import Book, PathText, Text
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/promises", tags=["ledger"])


@router.get("/{part}", summary="Available to promise, by site, with all that is left out")
def show_promise(
    call: MayReadLedger,
    part: PathText,
    *,
    book: Book = "live",
    site: Text = None,
    until: Annotated[AwareDatetime | None, Query(description="Show what comes until then; all if left out.")] = None,
) -> Response:
    """What may be promised and what was left out make up what is on hand."""
    call.refuse_outsiders()
    policy, now = call.street.policy, call.street.clock()
    with asking(), call.street.read() as conn:
        found = queries.available_to_promise(
            conn, part, book=book, site=site or "", policy=policy, now=now, until=until
        )
    if found is None:
        raise Problem("not-found", f"there is no part {part}")
    return answer(found)
