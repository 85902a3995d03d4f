"""`/v1/transfers`: what is under way between our sites, and what came of it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.limits import Book
from ledger import queries

router = APIRouter(prefix="/v1/transfers", tags=["ledger"])

Status = Literal["", "waiting", "in_transit", "received", "cancelled", "refused"]


@router.get("", summary="Transfers between our sites")
def list_transfers(
    call: MayReadLedger,
    *,
    site: Annotated[str, Query(description="Our site that sends or receives.")] = "",
    number: Annotated[str, Query(description="Number of the transfer.")] = "",
    status: Status = "",
    book: Book = "live",
) -> Response:
    """Each with its lines: shipped, received, still in transit with the expected arrival, cleared and over."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.transfers(conn, book=book, site=site, number=number, status=status)
    return answer({"items": found})
