"""`/v1/schedules`: what is required of each part and when, by the schedules in force, and every release filed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.api.answers import answer_page, open_cursor
from gateway.api.callers import Call, MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, Text
from gateway.api.orders import supplier_to_show
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/schedules", tags=["ledger"])

Direction = Annotated[
    str | None,
    Query(
        pattern="^(supply|demand)$",
        description="`supply`: what we require of suppliers; `demand`: what customers require of us.",
    ),
]

SCHEDULE_WIDTH, RELEASE_WIDTH = 5, 3
"""Of how many pieces the places in the two lists are made."""


@router.get("", summary="Requirements in force, by part and party")
def list_schedules(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    part: Text = None,
    site: Text = None,
    direction: Direction = None,
    supplier: Text = None,
    customer: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """In one form, whatever the releases said: discrete quantities, each with the cumulative required where one is
    known. A supplier sees what is required of it."""
    chosen = _chosen(call, part, site, direction, supplier, customer)
    with call.street.read() as conn:
        rows = queries.schedules(conn, book=book, after=_place(cursor, SCHEDULE_WIDTH), limit=limit + 1, **chosen)
    return answer_page(request, rows, limit, lambda row: row.cursor)


@router.get("/releases", summary="Every release ever filed, in force or not")
def list_releases(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    part: Text = None,
    site: Text = None,
    direction: Direction = None,
    supplier: Text = None,
    customer: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """In the order of recording, one row per part."""
    chosen = _chosen(call, part, site, direction, supplier, customer)
    with call.street.read() as conn:
        rows = queries.releases(conn, book=book, after=_place(cursor, RELEASE_WIDTH), limit=limit + 1, **chosen)
    return answer_page(request, rows, limit, lambda row: row.cursor)


def _chosen(
    call: Call, part: str | None, site: str | None, direction: str | None, supplier: str | None, customer: str | None
) -> dict[str, str]:
    """The filters of both lists, for whoever asks. Raises Problem for anybody else's business."""
    party = supplier_to_show(call, supplier)
    return {
        "part": part or "",
        "site": site or "",
        "direction": "supply" if party else direction or "",
        "counterparty": party or customer or "",
    }


def _place(cursor: str | None, width: int) -> str:
    """The place after which the page begins. Raises Problem for that of another list."""
    place = open_cursor(cursor)
    if place and (place.count("/") != width - 1 or (width == RELEASE_WIDTH and not place.split("/")[0].isdigit())):
        raise Problem("not-valid", "the cursor belongs to another list")
    return place
