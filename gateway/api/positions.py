"""`/v1/positions/{part}`: usable, on its way, on hold, and what is promised."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.limits import Book, PathText, Text
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/positions", tags=["ledger"])


@router.get("/{part}", summary="The position of one part")
def show_position(call: MayReadLedger, part: PathText, *, book: Book = "live", site: Text = None) -> Response:
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.position(conn, part, book=book, site=site or "")
    if found is None:
        raise Problem("not-found", f"there is no part {part}")
    return answer(found)
