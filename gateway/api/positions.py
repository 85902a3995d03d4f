"""`/v1/positions/{part}`: usable and where, committed to what, what comes and when."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.filters import Names, asking
from gateway.api.limits import PAGE_MAX, Book, PathText, Text
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/positions", tags=["ledger"])


@router.get("/{part}", summary="The position of one part")
def show_position(
    call: MayReadLedger,
    part: PathText,
    *,
    book: Book = "live",
    site: Text = None,
    by: Names = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX, description="Rows of `where` and of `commitments`.")] = 100,
) -> Response:
    """What is usable and where, what is committed to whom, what comes and when; `by` shows where in more detail."""
    call.refuse_outsiders()
    now = call.street.clock()
    with asking(), call.street.read() as conn:
        found = queries.position(conn, part, book=book, site=site or "", by=by or (), limit=limit, now=now)
    if found is None:
        raise Problem("not-found", f"there is no part {part}")
    return answer(found)
