"""`/v1/transfers`: what is under way between our sites, and what came of it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response

from gateway.api.answers import answer_page, open_number_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit
from ledger import queries

router = APIRouter(prefix="/v1/transfers", tags=["ledger"])

Status = Literal["", "waiting", "in_transit", "received", "cancelled", "refused"]


@router.get("", summary="Transfers between our sites")
def list_transfers(
    call: MayReadLedger,
    request: Request,
    *,
    site: Annotated[str, Query(description="Our site that sends or receives.")] = "",
    number: Annotated[str, Query(description="Number of the transfer.")] = "",
    status: Status = "",
    book: Book = "live",
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """Each with its lines: shipped, received, still in transit with the expected arrival, cleared and over."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.transfers(
            conn, book=book, site=site, number=number, status=status, after=open_number_cursor(cursor),
            limit=limit + 1,
        )  # fmt: skip
    return answer_page(request, found, limit, lambda row: row.seq)
