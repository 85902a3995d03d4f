"""`/v1/settlements`: goods of others that were used or changed hands, and what is owed for them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from gateway.api.answers import answer, answer_page, open_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/settlements", tags=["ledger"])

Supplier = Annotated[str, Query(description="Our id of the owner of the goods.")]
Month = Annotated[str, Query(pattern=r"^(\d{4}-\d{2})?$", description="Month in the zone of the site, `2026-11`.")]
Site = Annotated[str, Query(description="Our site id.")]
Part = Annotated[str, Query(description="Our part number.")]


@router.get("", summary="Settlement records")
def list_settlements(
    call: MayReadLedger,
    request: Request,
    *,
    supplier: Supplier = "",
    month: Month = "",
    site: Site = "",
    part: Part = "",
    book: Book = "live",
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """In order of recording. A quantity above zero is owed to the owner; below zero it comes off."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.settlements(
            conn, book=book, supplier=supplier, month=month, site=site, part=part, after=_place(cursor),
            limit=limit + 1,
        )  # fmt: skip
    return answer_page(request, found, limit, lambda row: f"{row.seq}.{row.n}")


@router.get("/totals", summary="Totals of settlement records per supplier, month and currency")
def list_totals(
    call: MayReadLedger,
    *,
    supplier: Supplier = "",
    month: Month = "",
    site: Site = "",
    part: Part = "",
    book: Book = "live",
) -> Response:
    """All in one page; the records behind a total are those of the same supplier and month."""
    call.refuse_outsiders()
    with call.street.read() as conn:
        found = queries.settlement_totals(conn, book=book, supplier=supplier, month=month, site=site, part=part)
    return answer({"items": found, "next": None})


def _place(cursor: str | None) -> tuple[int, int]:
    seq, _, n = open_cursor(cursor).partition(".")
    if not (seq or "0").isdecimal() or not (n or "0").isdecimal():
        raise Problem("not-valid", "the cursor is not one of ours")
    return int(seq or 0), int(n or 0)
