"""`/v1/kpis`: key figures of the plant, month by month, down to the events behind them."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Response

from gateway.api.answers import PAGE_HEADERS, answer
from gateway.api.callers import Call, MayReadLedger
from gateway.api.filters import refuse_unknown
from gateway.api.limits import Book, Month, PathText, Text
from gateway.api.problems import Problem
from gateway.pipeline.scorecards import build_kpi_csv, build_kpi_page
from ledger import queries

router = APIRouter(prefix="/v1/kpis", tags=["scores"])


@router.get("", summary="All key figures of a month")
def list_kpis(call: MayReadLedger, *, month: Month = None, book: Book = "live") -> Response:
    """The running month when none is named."""
    asked = _ask(call, month, book)
    with call.street.read() as conn:
        found = queries.kpis(conn, **asked)
    return answer({"items": found, "next": None})


@router.get("/page", summary="Key figures as one printable page")
def show_page(call: MayReadLedger, *, month: Month = None, book: Book = "live", name: Text = None) -> Response:
    """HTML with its charts in it: no script, and nothing fetched. One figure where `name` says which."""
    asked = _ask(call, month, book, name)
    with call.street.read() as conn:
        figures = queries.kpis(conn, **asked, every=True)
        trend = queries.kpi_trend(conn, **asked)
    page = build_kpi_page(figures, trend, now=asked["now"], book=book)
    return Response(page, media_type="text/html; charset=utf-8", headers=PAGE_HEADERS)


@router.get("/csv", summary="Key figures and their entries as CSV")
def show_csv(call: MayReadLedger, *, month: Month = None, book: Book = "live", name: Text = None) -> Response:
    """One row per figure, sum, detail and entry."""
    asked = _ask(call, month, book, name)
    with call.street.read() as conn:
        text = build_kpi_csv(queries.kpis(conn, **asked, every=True))
    return Response(text, media_type="text/csv; charset=utf-8")


@router.get("/{name}", summary="One key figure, with everything that it sums")
def show_kpi(call: MayReadLedger, name: PathText, *, month: Month = None, book: Book = "live") -> Response:
    """Its sums are the sums of its entries, each with its event."""
    call.refuse_outsiders()
    if name not in queries.KPIS:
        raise Problem("not-found", f"there is no figure {name}; there are {', '.join(queries.KPIS)}")
    with call.street.read() as conn:
        (found,) = queries.kpis(conn, **_ask(call, month, book, name))
    return answer(found)


def _ask(call: Call, month: str | None, book: str, name: str | None = None) -> dict[str, Any]:
    """As the ledger's questions take it. Raises Problem for outsiders, and for a figure that there is not."""
    call.refuse_outsiders()
    refuse_unknown("name", name, queries.KPIS, "figure")
    street = call.street
    return {"month": month or "", "now": street.clock(), "policy": street.policy, "book": book, "name": name or ""}
