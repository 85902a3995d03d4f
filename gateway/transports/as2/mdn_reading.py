"""Read an MDN about a message that we sent: believed only as far as its signature reaches."""

from __future__ import annotations

from datetime import datetime

from gateway.transports.as2.messages import Expected, Headers, MdnReading
from gateway.transports.as2.terms import DEFAULT_LIMITS, Limits, Station


def is_mdn(headers: Headers, body: bytes, *, limits: Limits = DEFAULT_LIMITS) -> bool:
    """True if what was posted is an MDN, signed or not. Looks at shapes only and believes nothing."""
    raise NotImplementedError


def peek_original_message_id(headers: Headers, body: bytes, *, limits: Limits = DEFAULT_LIMITS) -> str:
    """The message that a posted MDN says it is about, to find what was expected; "" if it names none.

    Unverified: use it to look up, then let `read_mdn` decide.
    """
    raise NotImplementedError


def read_mdn(
    headers: Headers,
    body: bytes,
    expected: Expected,
    station: Station,
    *,
    now: datetime,
    limits: Limits = DEFAULT_LIMITS,
) -> MdnReading:
    """Read and judge an MDN. Never raises for what was sent; see `MdnReading` for the four results."""
    raise NotImplementedError
