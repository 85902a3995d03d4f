"""`/v1/scores/{supplier}`: a supplier's scorecard, computed from events alone, down to what each figure stands on."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.cases import supplier_of
from gateway.api.limits import Book, Month, PathText, Text
from gateway.api.problems import Problem
from gateway.pipeline.scorecards import build_csv, build_page
from ledger import queries
from ledger.scorecards import METRICS

router = APIRouter(prefix="/v1/scores", tags=["scores"])

Metric = Annotated[str, Path(max_length=40, pattern="^[a-z_]+$")]


@router.get("/{supplier}", summary="Score, grade and the metrics behind them")
def show_score(
    call: MayReadLedger,
    supplier: PathText,
    *,
    month: Month = None,
    site: Text = None,
    part: Text = None,
    ship_point: Text = None,
    book: Book = "live",
) -> Response:
    """The running month when none is named; `provisional` until the month is over. A supplier sees its own only."""
    given = _given(call, supplier, month, book)
    to = queries.Narrowed(site or "", part or "", ship_point or "")
    with call.street.read() as conn:
        return answer(queries.score(conn, supplier, to=to, **given))


@router.get("/{supplier}/metrics/{metric}", summary="One metric, with everything that it counted")
def show_metric(
    call: MayReadLedger,
    supplier: PathText,
    metric: Metric,
    *,
    month: Month = None,
    site: Text = None,
    part: Text = None,
    ship_point: Text = None,
    book: Book = "live",
) -> Response:
    """Its sums are the sums of its entries; each names its cases, its event, and the segment of the document."""
    given = _given(call, supplier, month, book)
    if metric not in METRICS:
        raise Problem("not-found", f"there is no metric {metric}; there are {', '.join(METRICS)}")
    to = queries.Narrowed(site or "", part or "", ship_point or "")
    with call.street.read() as conn:
        return answer(queries.score_drill(conn, supplier, metric, to=to, **given))


@router.get("/{supplier}/rolling", summary="The last months, weighted by closed lines")
def show_rolling(call: MayReadLedger, supplier: PathText, *, month: Month = None, book: Book = "live") -> Response:
    """Months that are frozen as they were frozen."""
    given = _given(call, supplier, month, book)
    with call.street.read() as conn:
        return answer(queries.score_trend(conn, supplier, **given))


@router.get("/{supplier}/frozen", summary="Months as they were frozen, each computed anew and compared")
def show_frozen(call: MayReadLedger, supplier: PathText, *, month: Month = None, book: Book = "live") -> Response:
    """`same` byte for byte, or what differs line by line, with the cases and events that say why."""
    _given(call, supplier, month, book)
    with call.street.read() as conn:
        kept = queries.frozen_cards(conn, supplier, month=month or "", book=book)
        return answer({"items": [queries.recompute(conn, one, book=book) for one in kept], "next": None})


@router.get("/{supplier}/page", summary="The scorecard as one printable page")
def show_page(call: MayReadLedger, supplier: PathText, *, month: Month = None, book: Book = "live") -> Response:
    """HTML with its charts in it: no script, and nothing fetched."""
    given = _given(call, supplier, month, book)
    name = call.masterdata().suppliers[supplier].name
    with call.street.read() as conn:
        card, trend = queries.score(conn, supplier, **given), queries.score_trend(conn, supplier, **given)
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    return Response(build_page(card, trend, name), media_type="text/html; charset=utf-8", headers=headers)


@router.get("/{supplier}/csv", summary="All figures and entries as CSV")
def show_csv(call: MayReadLedger, supplier: PathText, *, month: Month = None, book: Book = "live") -> Response:
    """One row per metric, deduction and entry."""
    given = _given(call, supplier, month, book)
    with call.street.read() as conn:
        text = build_csv([queries.score(conn, supplier, **given)])
    return Response(text, media_type="text/csv; charset=utf-8; header=present")


def _given(call: Any, supplier: str, month: str | None, book: str) -> dict[str, Any]:
    """What every question takes; refuses those who may not ask about this supplier."""
    if not call.is_ours and supplier != supplier_of(call):
        raise Problem("other-partner", "a supplier sees its own score only")
    if supplier not in call.masterdata().suppliers:
        raise Problem("not-found", f"there is no supplier {supplier}")
    return {"month": month or "", "now": call.street.clock(), "policy": call.street.policy, "book": book}
