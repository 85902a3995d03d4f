"""`/v1/periods`: what was signed off, and its figures. Signing off is an event: `PeriodClosed`."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.limits import Book, PathText, Text
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/periods", tags=["ledger"])


@router.get("", summary="Periods that were signed off")
def list_periods(call: MayReadLedger, *, book: Book = "live", site: Text = None) -> Response:
    """By site and end; those opened again too."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        return answer({"items": queries.periods(conn, book=book, site=site or ""), "next": None})


@router.get("/{site}/{period}", summary="The figures of one period, part by part")
def show_period(call: MayReadLedger, site: PathText, period: PathText, *, book: Book = "live") -> Response:
    """Opening, what came and went by kind of event and account, closing."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.period_report(conn, site, period, book=book)
    if found is None:
        raise Problem("not-found", f"{site} has no period {period}")
    return answer(found)
