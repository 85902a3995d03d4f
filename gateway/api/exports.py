"""`/v1/cloudevents` and `/v1/epcis/events`: the log in other people's terms, page by page, oldest first.

A reader keeps the cursor of the last page and comes back with it: pages never change and nothing is told twice.
"""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from gateway.api.answers import answer_page, link_next, open_number_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit
from ledger import exports, queries

router = APIRouter(prefix="/v1", tags=["ledger"])


@router.get("/cloudevents", summary="Recorded events as CloudEvents 1.0")
def list_cloudevents(
    call: MayReadLedger, request: Request, *, book: Book = "live", cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    """`{items, next}`, each item a CloudEvent in JSON format. A partner sees its own events only."""
    partner = "" if call.is_ours else call.partner
    names = exports.Names(call.masterdata(), call.settings.names_base)
    with call.street.read() as conn:
        rows = queries.events(
            conn, book=book, partner=partner, after=open_number_cursor(cursor), limit=limit + 1, bodies=True
        )
    events = [exports.cloudevent(kept, names) for kept in rows]
    return answer_page(request, events, limit, lambda event: event["id"])


@router.get("/epcis/events", summary="What goods did, as EPCIS 2.0")
def list_epcis_events(
    call: MayReadLedger, request: Request, *, book: Book = "live", cursor: Cursor = None, limit: Limit = PAGE_DEFAULT
) -> Response:
    """An EPCISDocument (JSON-LD) of what the next `limit` recorded events did; `Link` leads to the next page."""
    call.refuse_outsiders()
    names = exports.Names(call.masterdata(), call.settings.names_base)
    with call.street.read() as conn:
        page = exports.recordings(conn, open_number_cursor(cursor), book=book, limit=limit)
    events = [event for recording in page for event in exports.epcis_events(recording, names)]
    document = exports.epcis_document(events, names, call.street.clock())
    headers = link_next(request, exports.last_of(page)) if page else {}
    return Response(document, media_type="application/ld+json", headers=headers)
