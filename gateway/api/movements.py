"""`/v1/movements`: what moved, from where to where, and the event that moved it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.api.answers import answer_page, open_number_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, Text
from ledger import queries

router = APIRouter(prefix="/v1/movements", tags=["ledger"])


@router.get("", summary="Movements in order of recording")
def list_movements(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    part: Text = None,
    site: Text = None,
    event: Annotated[int | None, Query(ge=1, le=2**53, description="Sequence of the event that moved it.")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    call.refuse_outsiders()
    with call.street.read() as conn:
        rows = queries.movements(
            conn,
            book=book,
            part=part or "",
            site=site or "",
            event=event,
            after=open_number_cursor(cursor),
            limit=limit + 1,
        )
    return answer_page(request, rows, limit, lambda row: row.number)
