"""`/v1/kpis`: key figures of the plant, month by month, down to the events behind them."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.limits import Book, Month, PathText
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/kpis", tags=["scores"])


@router.get("", summary="All key figures of a month")
def list_kpis(call: MayReadLedger, *, month: Month = None, book: Book = "live") -> Response:
    """The running month when none is named."""
    call.refuse_outsiders()
    policy, now = call.street.policy, call.street.clock()
    with call.street.read() as conn:
        found = queries.kpis(conn, month=month or "", now=now, policy=policy, book=book)
    return answer({"items": found, "next": None})


@router.get("/{name}", summary="One key figure, with everything that it sums")
def show_kpi(call: MayReadLedger, name: PathText, *, month: Month = None, book: Book = "live") -> Response:
    """Its sums are the sums of its entries, each with its event."""
    call.refuse_outsiders()
    if name not in queries.KPIS:
        raise Problem("not-found", f"there is no figure {name}; there are {', '.join(queries.KPIS)}")
    policy, now = call.street.policy, call.street.clock()
    with call.street.read() as conn:
        (found,) = queries.kpis(conn, month=month or "", now=now, policy=policy, book=book, name=name)
    return answer(found)
