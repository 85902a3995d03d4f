"""`/v1/parts`, `/v1/sites`, `/v1/suppliers`: master data as it stands; events (`POST /v1/events`) change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request, Response

from gateway.api.answers import answer, answer_page, open_cursor
from gateway.api.callers import Call, MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Cursor, Limit, PathText
from gateway.api.problems import Problem
from ledger.masterdata import MasterData

router = APIRouter(prefix="/v1", tags=["master data"])


@router.get("/parts", summary="Parts, by number")
def list_parts(
    call: MayReadLedger, request: Request, *, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    return _page(request, _read(call).parts, cursor, limit)


@router.get("/parts/{part}", summary="One part with its units")
def show_part(call: MayReadLedger, part: PathText) -> Response:
    return _one(_read(call).parts, part)


@router.get("/sites", summary="Sites, by id")
def list_sites(
    call: MayReadLedger, request: Request, *, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    return _page(request, _read(call).sites, cursor, limit)


@router.get("/sites/{site}", summary="One site")
def show_site(call: MayReadLedger, site: PathText) -> Response:
    return _one(_read(call).sites, site)


@router.get("/suppliers", summary="Suppliers and other parties, by id")
def list_suppliers(
    call: MayReadLedger, request: Request, *, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    return _page(request, _read(call).suppliers, cursor, limit)


@router.get("/suppliers/{supplier}", summary="One supplier or other party")
def show_supplier(call: MayReadLedger, supplier: PathText) -> Response:
    return _one(_read(call).suppliers, supplier)


def _read(call: Call) -> MasterData:
    call.refuse_outsiders()
    return call.masterdata()


def _page(request: Request, rows: Mapping[str, Any], cursor: str | None, limit: int) -> Response:
    after = open_cursor(cursor)
    ids = sorted(id for id in rows if id > after)[: limit + 1]
    return answer_page(request, [rows[id] for id in ids], limit, lambda row: str(row.id))


def _one(rows: Mapping[str, Any], id: str) -> Response:
    if id not in rows:
        raise Problem("not-found", f"there is no {id}")
    return answer(rows[id])
