"""`/v1/calls`: what the line called for, by when, and what has come."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.api.answers import answer_rows, open_number_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit
from ledger import queries
from ledger.queries.documents.calls import CallStatus

router = APIRouter(prefix="/v1/calls", tags=["ledger"])


@router.get("", summary="Calls from the line")
def list_calls(
    call: MayReadLedger,
    request: Request,
    *,
    site: Annotated[str, Query(description="Our site.")] = "",
    part: Annotated[str, Query(description="Our part number.")] = "",
    number: Annotated[str, Query(description="Number of the call.")] = "",
    status: CallStatus = "open",
    book: Book = "live",
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """The oldest first, those that are open unless another status is asked for; `missed` takes those that were not
    served in time. A page holds `limit` calls with all their lines."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.calls(
            conn, book=book, site=site, part=part, number=number, status=status, after=open_number_cursor(cursor),
            limit=limit + 1,
        )  # fmt: skip
    shown = sorted({one.seq for one in found})[:limit]
    rows = [one for one in found if shown and one.seq <= shown[-1]]
    return answer_rows(request, rows, str(shown[-1]) if len(rows) < len(found) else "")
