"""`/v1/containments`: what is contained, how many units are affected and where they stand; events open and close."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.api.answers import answer, answer_page, open_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, PathText
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/containments", tags=["ledger"])

Status = Annotated[str | None, Query(pattern="^(open|closed)$")]


@router.get("", summary="Containments, with what each of them holds now")
def list_containments(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    status: Status = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """In the order of their numbers. POST `ContainmentOpened` to `/v1/events` to open one."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        after = open_cursor(cursor)
        rows = queries.containments(conn, book=book, status=status or "", after=after, limit=limit + 1)
    return answer_page(request, rows, limit, lambda row: row.number)


@router.get("/{number}", summary="The units that a containment affects, and where they stand")
def show_containment(call: MayReadLedger, number: PathText, *, book: Book = "live") -> Response:
    """By site, state and notice line; the demands that lost their goods to it beside them."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.containment(conn, number, book=book)
    if found is None:
        raise Problem("not-found", f"there is no containment {number}")
    return answer(found)
