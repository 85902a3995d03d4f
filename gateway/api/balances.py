"""`/v1/balances`: what is where, in which state."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.limits import Book, Text
from ledger import queries

router = APIRouter(prefix="/v1/balances", tags=["ledger"])


@router.get("", summary="Balances, filtered by any dimension")
def list_balances(
    call: MayReadLedger,
    *,
    book: Book = "live",
    part: Text = None,
    site: Text = None,
    location: Text = None,
    state: Text = None,
    owner: Text = None,
    lot: Text = None,
    serial: Text = None,
    as_of: Annotated[AwareDatetime | None, Query(description="As recorded at that time; now if left out.")] = None,
    external: Annotated[bool, Query(description="Also the accounts outside: supplier, clearing, scrap.")] = False,
) -> Response:
    """Quantities in the part's base unit; zero balances are left out."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        rows = queries.balances(
            conn,
            book=book,
            part=part or "",
            site=site or "",
            location=location or "",
            state=state or "",
            owner=owner or "",
            lot=lot or "",
            serial=serial or "",
            as_of=as_of,
            external=external,
        )
    return answer({"items": rows, "next": None})
