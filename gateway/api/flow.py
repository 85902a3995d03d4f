"""`/v1/in-transit` and `/v1/backlog`: what is on its way, and what waits to be received or put away."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from gateway.api.answers import answer, answer_rows, open_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.filters import asking, link
from gateway.api.limits import PAGE_DEFAULT, PAGE_MAX, Book, Cursor, Limit, Text
from ledger import queries

router = APIRouter(prefix="/v1", tags=["ledger"])


class UnderWayShown(queries.UnderWay, frozen=True, kw_only=True):
    """A line on its way, and where its movements are."""

    movements: str = ""


@router.get("/in-transit", summary="What is on its way, line by line of the notices, and when it is expected")
def list_in_transit(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    part: Text = None,
    site: Text = None,
    supplier: Text = None,
    shipment_id: Text = None,
    overdue: Annotated[bool, Query(description="Only what should have come.")] = False,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """By site, supplier, shipment and line."""
    call.refuse_outsiders()
    policy, now = call.street.policy, call.street.clock()
    with asking(), call.street.read() as conn:
        page = queries.in_transit(
            conn, book=book, now=now, policy=policy, part=part or "", site=site or "", supplier=supplier or "",
            shipment_id=shipment_id or "", overdue=overdue, after=open_cursor(cursor), limit=limit,
        )  # fmt: skip
    return answer_rows(request, [_linked(row, book) for row in page.rows], page.after)


@router.get("/backlog", summary="Arrived and not received, received and not put away, and dock-to-stock times")
def show_backlog(
    call: MayReadLedger,
    *,
    book: Book = "live",
    site: Text = None,
    since: Annotated[
        AwareDatetime | None, Query(description="Dock-to-stock times from then on; seven days if left out.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=PAGE_MAX, description="Lines of each kind, oldest first.")] = 100,
) -> Response:
    call.refuse_outsiders()
    policy, now = call.street.policy, call.street.clock()
    with asking(), call.street.read() as conn:
        return answer(
            queries.backlog(conn, book=book, now=now, policy=policy, site=site or "", since=since, limit=limit)
        )


def _linked(row: queries.UnderWay, book: str) -> UnderWayShown:
    asked = {"book": "" if book == "live" else book, "site": row.site, "asn_line": row.asn_line}
    return UnderWayShown(
        **{name: getattr(row, name) for name in queries.UnderWay.__struct_fields__},
        movements=link("/v1/movements", asked),
    )
