"""`/v1/scores/{supplier}`: a supplier's scorecard, computed from events alone."""

from __future__ import annotations

from fastapi import APIRouter, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.cases import supplier_of
from gateway.api.limits import Book, Month, PathText
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/scores", tags=["scores"])


@router.get("/{supplier}", summary="Score, grade and the metrics behind them")
def show_score(call: MayReadLedger, supplier: PathText, *, month: Month = None, book: Book = "live") -> Response:
    """The running month when none is named; `provisional` until the month is over. A supplier sees its own only."""
    if not call.is_ours and supplier != supplier_of(call):
        raise Problem("other-partner", "a supplier sees its own score only")
    if supplier not in call.masterdata().suppliers:
        raise Problem("not-found", f"there is no supplier {supplier}")
    policy, now = call.street.policy, call.street.clock()
    with call.street.read() as conn:
        return answer(queries.score(conn, supplier, month=month or "", now=now, policy=policy, book=book))
