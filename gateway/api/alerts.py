"""`/v1/alerts`: what a person should look at."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from gateway.api.answers import answer_page, open_number_cursor
from gateway.api.callers import MayReadMessages
from gateway.api.limits import PAGE_DEFAULT, Cursor, Limit
from gateway.api.problems import Problem
from gateway.pipeline.asking import show

router = APIRouter(prefix="/v1/alerts", tags=["messages"])


@router.get("", summary="Parked messages, wrong carriers, overdue answers, failed deliveries")
def list_alerts(
    call: MayReadMessages, request: Request, *, cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    """Oldest first; ours alone, since an alert about an impersonated partner is nobody else's business."""
    if not call.is_ours:
        raise Problem("missing-scope", "alerts are open to administrators and internal partners only")
    with call.street.read() as conn:
        rows = show.list_alerts(conn, after=open_number_cursor(cursor), limit=limit + 1)
    return answer_page(request, rows, limit, lambda row: row["number"])
