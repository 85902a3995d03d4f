"""`/v1/goods-received-not-invoiced` and `/v1/obsolete`: goods in money, each currency for itself."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.filters import asking
from gateway.api.limits import Book, Text
from ledger import queries

router = APIRouter(prefix="/v1", tags=["ledger"])


@router.get("/goods-received-not-invoiced", summary="Per order line: received less invoiced, at the order's price")
def show_uninvoiced(
    call: MayReadLedger,
    *,
    book: Book = "live",
    site: Text = None,
    supplier: Text = None,
    part: Text = None,
    settled: Annotated[bool, Query(description="Also lines that are even.")] = False,
) -> Response:
    """Lines that are paid by their receipts are marked `evaluated` and summed apart."""
    call.refuse_outsiders()
    policy, now = call.street.policy, call.street.clock()
    with asking(), call.street.read() as conn:
        return answer(
            queries.uninvoiced(
                conn, book=book, now=now, policy=policy, site=site or "", supplier=supplier or "", part=part or "",
                settled=settled,
            )
        )  # fmt: skip


@router.get("/obsolete", summary="Obsolete stock, at the price it was last ordered at")
def show_obsolete(call: MayReadLedger, *, book: Book = "live", site: Text = None, part: Text = None) -> Response:
    call.refuse_outsiders()
    with asking(), call.street.read() as conn:
        return answer(queries.obsolete(conn, book=book, site=site or "", part=part or ""))
