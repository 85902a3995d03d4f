"""`/v1/variances/{seq}`: what a snapshot or count said of each place, beside what the books had at its time."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.limits import Book
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/variances", tags=["ledger"])

Seq = Annotated[int, Path(ge=1, le=2**63 - 1, description="Sequence of the event, as `/v1/events` lists it.")]


@router.get("/{seq}", summary="The variance list of a snapshot or count")
def show_variances(call: MayReadLedger, seq: Seq, *, book: Book = "live", differing: bool = False) -> Response:
    """One entry per place; `differing` leaves out what agrees."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.variances(conn, seq, book=book, differing=differing)
    if found is None:
        raise Problem("not-found", f"event {seq} is no snapshot and no count")
    return answer(found)
