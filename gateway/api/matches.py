"""`/v1/matches`: goods whose notice nobody is sure of, and what a person says of them."""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response

from gateway.api.answers import answer, answer_page, open_cursor
from gateway.api.bodies import SmallBody, decode
from gateway.api.callers import MayReadLedger, MayWriteCases
from gateway.api.filters import refuse_unknown_site
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, Text
from gateway.api.problems import Problem
from ledger import queries
from ledger.events import GoodsReceiptMatched
from ledger.outcomes import Conflict, Refused

router = APIRouter(prefix="/v1/matches", tags=["ledger"])

Name = Annotated[str, msgspec.Meta(max_length=200)]


class SaidMatch(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which notice a line of a goods receipt answers; `shipment_id` left out, none does."""

    site: Name
    provider: Name
    receipt_id: Name
    receipt_line: Name
    supplier: Name = ""
    shipment_id: Name = ""
    notice_line: Name = ""
    reason: Annotated[str, msgspec.Meta(max_length=2000)] = ""


@router.get("", summary="Goods receipts that wait for a person to say which notice they answer")
def list_matches(
    call: MayReadLedger,
    request: Request,
    *,
    book: Book = "live",
    site: Text = None,
    part: Text = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """In the order of arrival, each with the notice lines that it may answer, surest first."""
    call.refuse_outsiders()
    refuse_unknown_site(call, site)
    after = _open_place(open_cursor(cursor))
    with call.street.read() as conn:
        rows = queries.matches(conn, book=book, site=site or "", part=part or "", after=after, limit=limit + 1)
    return answer_page(request, rows, limit, lambda row: json.dumps(row.place))


@router.post("", summary="Say which notice goods answer, or that none does")
def say_match(call: MayWriteCases, body: SmallBody, *, book: Book = "live") -> Response:
    """Answers with what the ledger made of it. Whoever booked the goods receipt may not say it: 409, as for a notice
    that has no line of the part."""
    call.refuse_outsiders()
    said: SaidMatch = decode(body, SaidMatch)
    event = GoodsReceiptMatched(
        number=said.receipt_id, book=book, site=said.site, provider=said.provider, receipt_line=said.receipt_line,
        supplier=said.supplier, shipment_id=said.shipment_id, notice_line=said.notice_line, reason=said.reason,
    )  # fmt: skip
    recorded = call.street.record_events([event], actor=call.actor)
    reasons = [one.reason for one in recorded[0].outcomes if isinstance(one, Refused | Conflict)]
    if reasons:
        raise Problem("conflict", " ".join(reasons))
    return answer({"recorded": recorded})


def _open_place(cursor: str) -> tuple[int, str, str, str] | None:
    try:
        return msgspec.json.decode(cursor, type=tuple[int, str, str, str]) if cursor else None
    except msgspec.MsgspecError as error:
        raise Problem("not-valid", "the cursor belongs to another list") from error
