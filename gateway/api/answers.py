"""Responses: one encoder for every answer, and cursor paging.

Decimals go out as strings and times as ISO 8601, as everywhere in Crossdock. A page is `{items, next}` with a `Link`
header; `next` is opaque and stays valid while rows are added.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

import msgspec
from fastapi import Request, Response

from gateway.api.problems import Problem

T = TypeVar("T")

JSON = "application/json"
PAGE_HEADERS = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
"""Of a printable page: it has its style and charts in it, and needs nothing else."""

SEQUENCE_DIGITS_MAX = 18
"""What databases count in has 63 bits."""


def plain(value: Any) -> Any:
    """What JSON has no form for, as text; a line that knows its column is a number all the same."""
    return int(value) if isinstance(value, int) else str(value)


_encoder = msgspec.json.Encoder(decimal_format="string", enc_hook=plain)


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` (structs, dicts, lists) as JSON."""
    return Response(_encoder.encode(value), status, dict(headers or {}), JSON)


def answer_page(request: Request, rows: Sequence[T], limit: int, cursor_of: Callable[[T], str | int]) -> Response:
    """One page of at most `limit` rows. `rows` holds one more if there is a next page: ask for `limit + 1`."""
    shown = rows[:limit]
    return answer_rows(request, shown, str(cursor_of(shown[-1])) if len(rows) > limit else "")


def answer_rows(request: Request, rows: Sequence[Any], after: str) -> Response:
    """One page whose question says itself where the next one begins; "" after the last."""
    return answer_members(request, {"items": rows}, after)


def answer_members(request: Request, members: Mapping[str, Any], after: str) -> Response:
    """One page of a list that tells more than its rows."""
    if not after:
        return answer({**members, "next": None})
    return answer({**members, "next": _seal(after)}, headers=link_next(request, after))


def link_next(request: Request, after: str | int) -> dict[str, str]:
    """The `Link` header that leads behind `after`."""
    url = request.url.include_query_params(cursor=_seal(str(after)))
    # A path, not a whole address: behind a proxy our own idea of the host would be wrong.
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}


def open_cursor(cursor: str | None) -> str:
    """The place after which a page begins; "" is the beginning. Raises Problem for what we never gave out."""
    if cursor is None:
        return ""
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise Problem("not-valid", "the cursor is not one of ours") from error
    if not text.startswith("after:"):
        raise Problem("not-valid", "the cursor is not one of ours")
    return text.removeprefix("after:")


def open_number_cursor(cursor: str | None) -> int:
    """`open_cursor` where rows are counted by sequence; 0 is the beginning."""
    text = open_cursor(cursor)
    if not text:
        return 0
    if not text.isdigit() or len(text) > SEQUENCE_DIGITS_MAX:
        raise Problem("not-valid", "the cursor belongs to another list")
    return int(text)


def _seal(place: str) -> str:
    return base64.urlsafe_b64encode(f"after:{place}".encode()).decode().rstrip("=")
