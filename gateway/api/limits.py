"""Every bound of the REST interface in one table, declared in OpenAPI and enforced before work is done."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Header, Path, Query

PAGE_DEFAULT = 50
PAGE_MAX = 500
WAIT_S_MAX = 10
NAME_CHARS_MAX = 255
IDEMPOTENCY_KEY_CHARS_MAX = 255
CURSOR_CHARS_MAX = 4096
"""A place in a list by all dimensions of a bucket spells each of them out."""
EVENTS_PER_BODY_MAX = 1_000
SMALL_BODY_BYTES_MAX = 64 * 1024
"""Bodies that only people and consoles send: a case's resolution, a subscription."""
RETRY_AFTER_S = 2
"""What an overloaded server asks its client to wait."""

_NAME = r"^[^\x00-\x1f\x7f]*$"
"""Anything printable: control characters would end up in logs and headers."""
_WORD = r"^[A-Za-z0-9_.:-]+$"

Limit = Annotated[int, Query(ge=1, le=PAGE_MAX, description="Rows of one page.")]
Cursor = Annotated[
    str | None,
    Query(max_length=CURSOR_CHARS_MAX, pattern=r"^[A-Za-z0-9_-]+$", description="Opaque; from `next` of a page."),
]
Wait = Annotated[
    float, Query(ge=0, le=WAIT_S_MAX, description="Seconds to wait for the outcome before answering 202.")
]
Name = Annotated[
    str,
    Query(max_length=NAME_CHARS_MAX, pattern=_NAME, description="Name of the file or message, as its sender says."),
]
PartnerId = Annotated[
    str | None,
    Query(
        max_length=100, pattern=_WORD, description="Partner to speak for; chosen by a key that is bound to nobody."
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(max_length=IDEMPOTENCY_KEY_CHARS_MAX, pattern=_NAME, description="Same key, same body: taken once."),
]
MessageId = Annotated[str, Path(max_length=64, pattern=_WORD)]
CaseId = Annotated[str, Path(max_length=20, pattern=r"^C[0-9]+$")]
Text = Annotated[str | None, Query(max_length=100, pattern=_NAME)]
PathText = Annotated[str, Path(max_length=100, pattern=_NAME)]
Book = Annotated[Literal["live", "test"], Query(description="`test` holds what came marked as test traffic.")]
Month = Annotated[str | None, Query(pattern=r"^20[0-9]{2}-(0[1-9]|1[0-2])$", description="Like 2026-11.")]
