"""`/v1/deviations`, `/v1/substitutions`, `/v1/engineering-changes`: what is ruled, what was used, what is left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.api.answers import answer, answer_page, open_cursor
from gateway.api.callers import Call, MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, PathText
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1", tags=["ledger"])


@router.get("/deviations", summary="Deviations, with what was used of each")
def list_deviations(
    call: MayReadLedger, request: Request, *, book: Book = "live", cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    """In the order of their numbers. POST `DeviationApproved` to `/v1/events` to approve one."""
    return _page(queries.deviations, call, request, book, cursor, limit)


@router.get("/substitutions", summary="Substitutions, with what was used of each")
def list_substitutions(
    call: MayReadLedger, request: Request, *, book: Book = "live", cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    """In the order of their numbers. POST `SubstitutionApproved` or `SubstitutionEnded` to `/v1/events`."""
    return _page(queries.substitutions, call, request, book, cursor, limit)


@router.get("/engineering-changes", summary="Engineering changes, with what is left of the old revisions")
def list_changes(
    call: MayReadLedger, request: Request, *, book: Book = "live", cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    """In the order of their numbers. POST `EngineeringChangeReleased` to `/v1/events` to release one."""
    return _page(queries.engineering_changes, call, request, book, cursor, limit)


@router.get("/deviations/{number}", summary="One deviation and each of its uses")
def show_deviation(call: MayReadLedger, number: PathText, *, book: Book = "live") -> Response:
    return _one(queries.deviations, "deviation", call, book, number)


@router.get("/substitutions/{number}", summary="One substitution and each of its uses")
def show_substitution(call: MayReadLedger, number: PathText, *, book: Book = "live") -> Response:
    return _one(queries.substitutions, "substitution", call, book, number)


@router.get("/engineering-changes/{number}", summary="One engineering change, and where its old revisions stand")
def show_change(call: MayReadLedger, number: PathText, *, book: Book = "live") -> Response:
    return _one(queries.engineering_changes, "engineering change", call, book, number)


def _page(
    question: Callable[..., Sequence[Any]], call: Call, request: Request, book: str, cursor: str | None, limit: int
) -> Response:
    """A page of the rulings that the question gives, by their numbers."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        rows = question(conn, book=book, after=open_cursor(cursor), limit=limit + 1)
    return answer_page(request, rows, limit, lambda row: row.number)


def _one(question: Callable[..., Sequence[Any]], name: str, call: Call, book: str, number: str) -> Response:
    """The ruling of that number. Raises Problem where there is none; `name` is what it is called there."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = question(conn, book=book, number=number)
    if not found:
        raise Problem("not-found", f"there is no {name} {number}")
    return answer(found[0])
