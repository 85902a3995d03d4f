"""`/v1/trace/{kind}/{value}`: where goods came from and where they went."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Response

from gateway.api.answers import answer
from gateway.api.callers import MayReadLedger
from gateway.api.limits import Book, PathText, Text
from ledger import queries

router = APIRouter(prefix="/v1/trace", tags=["ledger"])


Kind = Literal["lot", "serial", "handling_unit", "vin"]
"""What goods can be traced by."""


@router.get("/{kind}/{value}", summary="The whole chain of a lot, serial, handling unit or VIN")
def show_trace(
    call: MayReadLedger, kind: Kind, value: PathText, *, book: Book = "live", part: Text = None
) -> Response:
    call.refuse_outsiders()
    with call.street.read() as conn:
        return answer(queries.trace(conn, kind, value, book=book, part=part or ""))
