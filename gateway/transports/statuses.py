"""What the HTTP status of an answer says about a post of ours, whatever was posted. Pure; knows no client."""

from __future__ import annotations

from typing import Literal, NamedTuple

TRY_AGAIN = frozenset({408, 421, 425, 429})
"""Client errors that time mends; every 5xx is such too. Source: RFC 9110 sections 15.5 and 15.6, RFC 6585."""
SET_UP = frozenset({401, 403, 404})
"""What a server says to everybody while its set-up is wrong, as every redirect is: its people can mend it."""


class Judged(NamedTuple):
    """`arrived`: 2xx. `later`: time may mend it. `never`: the receiver refuses it, a person must look.

    `needs_person`: only time in which somebody at their side mends the set-up helps.
    """

    result: Literal["arrived", "later", "never"]
    needs_person: bool = False


def judge_status(status: int) -> Judged:
    """What may be hoped for after an answer with this status."""
    if 200 <= status < 300:
        return Judged("arrived")
    if status in SET_UP or 300 <= status < 400:
        return Judged("later", needs_person=True)
    return Judged("later" if status in TRY_AGAIN or status >= 500 else "never")


def read_retry_after(text: str) -> float | None:
    """Seconds the receiver asks us to wait; None when it does not, or names a date. Source: RFC 9110, 10.2.3."""
    return float(text) if text.isascii() and text.isdigit() else None
