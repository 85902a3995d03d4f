"""`/v1/scores/{supplier}`: a supplier's scorecard, computed from events alone, down to what each figure stands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Response

from gateway.api.answers import PAGE_HEADERS, answer
from gateway.api.callers import Call, MayReadLedger
from gateway.api.cases import supplier_of
from gateway.api.filters import refuse_unknown
from gateway.api.limits import Book, Month, PathText, Text
from gateway.api.problems import Problem
from gateway.pipeline.scorecards import build_csv, build_page
from ledger import queries
from ledger.scorecards import METRICS

router = APIRouter(prefix="/v1/scores", tags=["scores"])

Metric = Annotated[str, Path(max_length=40, pattern="^[a-z_]+$")]


@dataclass(frozen=True)
class _Asked:
    """What every question about a score names: whose, of which month (the running one when none is named), and in
    which book. Refuses those who may not ask about this supplier."""

    call: Call
    supplier: str
    month: str
    book: str

    @property
    def given(self) -> dict[str, Any]:
        """As the ledger's questions take it."""
        street = self.call.street
        return {"month": self.month, "now": street.clock(), "policy": street.policy, "book": self.book}


def _ask(call: MayReadLedger, supplier: PathText, month: Month = None, book: Book = "live") -> _Asked:
    if not call.is_ours and supplier != supplier_of(call):
        raise Problem("other-partner", "a supplier sees its own score only")
    if supplier not in call.masterdata().suppliers:
        raise Problem("not-found", f"there is no supplier {supplier}")
    return _Asked(call, supplier, month or "", book)


def _narrow(call: MayReadLedger, site: Text = None, part: Text = None, ship_point: Text = None) -> queries.Narrowed:
    if call.is_ours and (site or part):
        known = call.masterdata()
        refuse_unknown("site", site, known.sites, "site")
        refuse_unknown("part", part, known.parts, "part")
    return queries.Narrowed(site or "", part or "", ship_point or "")


Asked = Annotated[_Asked, Depends(_ask)]
Narrowed = Annotated[queries.Narrowed, Depends(_narrow)]


@router.get("/{supplier}", summary="Score, grade and the metrics behind them")
def show_score(asked: Asked, to: Narrowed) -> Response:
    """The running month when none is named; `provisional` until the month is over. A supplier sees its own only."""
    with asked.call.street.read() as conn:
        return answer(queries.score(conn, asked.supplier, to=to, **asked.given))


@router.get("/{supplier}/metrics/{metric}", summary="One metric, with everything that it counted")
def show_metric(asked: Asked, metric: Metric, to: Narrowed) -> Response:
    """Its sums are the sums of its entries; each names its cases, its event, and the segment of the document."""
    if metric not in METRICS:
        raise Problem("not-found", f"there is no metric {metric}; there are {', '.join(METRICS)}")
    with asked.call.street.read() as conn:
        return answer(queries.score_drill(conn, asked.supplier, metric, to=to, **asked.given))


@router.get("/{supplier}/rolling", summary="The last months, weighted by closed lines")
def show_rolling(asked: Asked) -> Response:
    """Months that are frozen as they were frozen."""
    with asked.call.street.read() as conn:
        return answer(queries.score_trend(conn, asked.supplier, **asked.given))


@router.get("/{supplier}/frozen", summary="Months as they were frozen, each computed anew and compared")
def show_frozen(asked: Asked) -> Response:
    """`same` byte for byte, or what differs line by line, with the cases and events that say why."""
    with asked.call.street.read() as conn:
        kept = queries.frozen_cards(conn, asked.supplier, month=asked.month, book=asked.book)
        again = [queries.recompute(conn, one, book=asked.book) for one in kept]
        return answer({"items": again, "next": None})


@router.get("/{supplier}/page", summary="The scorecard as one printable page")
def show_page(asked: Asked) -> Response:
    """HTML with its charts in it: no script, and nothing fetched."""
    name = asked.call.masterdata().suppliers[asked.supplier].name
    with asked.call.street.read() as conn:
        card = queries.score(conn, asked.supplier, **asked.given)
        trend = queries.score_trend(conn, asked.supplier, **asked.given)
    page = build_page(card, trend, name)
    return Response(page, media_type="text/html; charset=utf-8", headers=PAGE_HEADERS)


@router.get("/{supplier}/csv", summary="All figures and entries as CSV")
def show_csv(asked: Asked) -> Response:
    """One row per metric, deduction and entry."""
    with asked.call.street.read() as conn:
        text = build_csv([queries.score(conn, asked.supplier, **asked.given)])
    return Response(text, media_type="text/csv; charset=utf-8; header=present")
