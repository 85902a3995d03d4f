"""`/v1/deviations`, `/v1/substitutions`, `/v1/engineering-changes`: what is ruled, what was used, what is left."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from gateway.api.answers import answer, answer_page, open_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, PathText
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1", tags=["ledger"])


@router.get("/deviations", summary="Deviations, with what was used of each")
def list_deviations(
    call: MayReadLedger, request: Request, *, book: Book = "live", cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    """In the order of their numbers. POST `DeviationApproved` to `/v1/events` to approve one."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        rows = queries.deviations(conn, book=book, after=open_cursor(cursor), limit=limit + 1)
    return answer_page(request, rows, limit, lambda row: row.number)


@router.get("/substitutions", summary="Substitutions, with what was used of each")
def list_substitutions(
    call: MayReadLedger, request: Request, *, book: Book = "live", cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    """In the order of their numbers. POST `SubstitutionApproved` or `SubstitutionEnded` to `/v1/events`."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        rows = queries.substitutions(conn, book=book, after=open_cursor(cursor), limit=limit + 1)
    return answer_page(request, rows, limit, lambda row: row.number)


@router.get("/engineering-changes", summary="Engineering changes, with what is left of the old revisions")
def list_changes(
    call: MayReadLedger, request: Request, *, book: Book = "live", cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    """In the order of their numbers. POST `EngineeringChangeReleased` to `/v1/events` to release one."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        rows = queries.engineering_changes(conn, book=book, after=open_cursor(cursor), limit=limit + 1)
    return answer_page(request, rows, limit, lambda row: row.number)


@router.get("/deviations/{number}", summary="One deviation and each of its uses")
def show_deviation(call: MayReadLedger, number: PathText, *, book: Book = "live") -> Response:
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.deviations(conn, book=book, number=number)
    if not found:
        raise Problem("not-found", f"there is no deviation {number}")
    return answer(found[0])


@router.get("/substitutions/{number}", summary="One substitution and each of its uses")
def show_substitution(call: MayReadLedger, number: PathText, *, book: Book = "live") -> Response:
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.substitutions(conn, book=book, number=number)
    if not found:
        raise Problem("not-found", f"there is no substitution {number}")
    return answer(found[0])


@router.get("/engineering-changes/{number}", summary="One engineering change, and where its old revisions stand")
def show_change(call: MayReadLedger, number: PathText, *, book: Book = "live") -> Response:
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.engineering_changes(conn, book=book, number=number)
    if not found:
        raise Problem("not-found", f"there is no engineering change {number}")
    return answer(found[0])
