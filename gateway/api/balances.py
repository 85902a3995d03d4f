"""`/v1/balances`: what is where, in which state; each figure with the link to the movements that made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import AwareDatetime

from gateway.api.answers import answer, answer_rows, open_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.filters import Names, Where, asking, link
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, Text
from gateway.api.problems import Problem
from ledger import queries

router = APIRouter(prefix="/v1/balances", tags=["ledger"])

AsOf = Annotated[AwareDatetime | None, Query(description="As recorded at that time; now if left out.")]
AsOfEvent = Annotated[
    int | None, Query(ge=0, le=2**53, description="As it stood once the event of this sequence was recorded.")
]


class BalanceShown(queries.Balance, frozen=True, kw_only=True):
    """A balance, and where its movements are."""

    movements: str = ""


@router.get("", summary="Balances by any dimensions, filtered by any")
def list_balances(
    call: MayReadLedger,
    request: Request,
    where: Where,
    *,
    book: Book = "live",
    by: Names = None,
    level: Annotated[
        Literal["enterprise", "site", "warehouse", "zone", "bin"] | None,
        Query(description="Roll locations up to the place of this level that they stand in."),
    ] = None,
    within: Annotated[Text, Query(description="A location with all that stands below it.")] = None,
    as_of: AsOf = None,
    as_of_event: AsOfEvent = None,
    external: Annotated[bool, Query(description="Also the accounts outside: supplier, clearing, scrap.")] = False,
    zero: Annotated[bool, Query(description="Also sums of zero.")] = False,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """Quantities in the part's base unit, sorted by the dimensions; without `by` by the usual eight."""
    call.refuse_outsiders()
    hidden = call.hidden
    named = tuple(by) if by else queries.USUAL
    with asking(), call.street.read() as conn:
        rows = queries.balance_page(
            conn, book=book, by=named, as_of=as_of, event=as_of_event, external=external, zero=zero, level=level,
            within=within or "", after=open_cursor(cursor), limit=limit, hidden=hidden, **where,
        )  # fmt: skip
    shown = [_linked(row, named, where, book) for row in rows.rows]
    return answer_rows(request, shown, rows.after)


@router.get("/{bucket}", summary="One bucket by its id, now or as of any time")
def show_balance(
    call: MayReadLedger,
    bucket: Annotated[int, Path(ge=1, le=2**53)],
    *,
    book: Book = "live",
    as_of: AsOf = None,
    as_of_event: AsOfEvent = None,
) -> Response:
    """The id is `bucket` of a balance by all dimensions."""
    call.refuse_outsiders()
    with asking(), call.street.read() as conn:
        found = queries.balance_of(conn, bucket, book=book, as_of=as_of, event=as_of_event, hidden=call.hidden)
    if found is None:
        raise Problem("not-found", f"there is no bucket {bucket}")
    return answer(_linked(found, queries.DIMENSIONS, {}, book))


def _linked(row: queries.Balance, named: Sequence[str], where: Mapping[str, Any], book: str) -> BalanceShown:
    """The balance with the question that gives its movements: its own values, and what it was filtered by."""
    asked: dict[str, Any] = {} if book == "live" else {"book": book}
    if row.bucket:
        asked["bucket"] = row.bucket
    else:
        own = {name: getattr(row, name) for name in queries.DIMENSIONS if name in named or name == "part"}
        asked |= {**where, **own, "absent": sorted({*where.get("absent", ()), *(n for n, v in own.items() if not v)})}
    return BalanceShown(
        **{name: getattr(row, name) for name in queries.Balance.__struct_fields__},
        movements=link("/v1/movements", asked),
    )
