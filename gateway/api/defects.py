"""`/v1/defects`: what is wrong with master data, what waits because of it, and what was opened each day."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.limits import Book
from ledger import queries

router = APIRouter(prefix="/v1/defects", tags=["master data"])


@router.get("", summary="Defects of master data, with counts and trend")
def show_defects(
    call: MayReadLedger,
    *,
    book: Book = "live",
    days: Annotated[int, Query(ge=1, le=366, description="Days of the trend.")] = 14,
) -> Response:
    call.refuse_outsiders()
    now = call.street.clock()
    with call.street.read() as conn:
        return answer(queries.defects(conn, book=book, now=now, days=days))
