"""`/v1/movements`: what moved, from where to where, the event that moved it, and the message that said so."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import AwareDatetime

from gateway.api.answers import answer_rows, open_number_cursor
from gateway.api.callers import MayReadLedger
from gateway.api.filters import Where, asking
from gateway.api.limits import PAGE_DEFAULT, Book, Cursor, Limit, Text
from ledger import queries

router = APIRouter(prefix="/v1/movements", tags=["ledger"])


class MovementShown(queries.MovementMade, frozen=True, kw_only=True):
    """A movement, and where its event and the message behind it are; `segment` is the place within its document."""

    event_link: str = ""
    message_link: str = ""
    """"" where no message said it."""


@router.get("", summary="Movements in order of recording, by any dimension, event or time")
def list_movements(
    call: MayReadLedger,
    request: Request,
    where: Where,
    *,
    book: Book = "live",
    bucket: Annotated[
        int | None, Query(ge=1, le=2**53, description="Id of a bucket that they left or entered.")
    ] = None,
    event: Annotated[int | None, Query(ge=1, le=2**53, description="Sequence of the event that moved it.")] = None,
    kind: Annotated[Text, Query(description="Kind of the event that moved it.")] = None,
    since: Annotated[AwareDatetime | None, Query(description="Recorded at or after that time.")] = None,
    until: Annotated[AwareDatetime | None, Query(description="Recorded before that time.")] = None,
    cursor: Cursor = None,
    limit: Limit = PAGE_DEFAULT,
) -> Response:
    """A movement is listed where the bucket that it left or the one that it entered fits."""
    call.refuse_outsiders()
    with asking(), call.street.read() as conn:
        rows = queries.movements(
            conn, book=book, bucket=bucket, event=event, kind=kind or "", since=since, until=until,
            after=open_number_cursor(cursor), limit=limit + 1, **where,
        )  # fmt: skip
    after, hidden = str(rows[limit - 1].number) if len(rows) > limit else "", call.hidden
    shown = [_linked(row, book) for row in rows[:limit] if not hidden or queries.shows(row, hidden)]
    return answer_rows(request, shown, after)


def _linked(row: queries.MovementMade, book: str) -> MovementShown:
    return MovementShown(
        **{name: getattr(row, name) for name in queries.MovementMade.__struct_fields__},
        event_link=f"/v1/events/{row.event}" + ("" if book == "live" else f"?book={book}"),
        message_link=f"/v1/messages/{row.message}" if row.message else "",
    )
