"""Post messages and asynchronous MDNs over HTTP, and say what became of them."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import httpx2
import msgspec

from gateway.transports.as2.messages import Built, Mdn, MdnReading
from gateway.transports.as2.terms import Station


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A partner's address and how it wants to be spoken to. User and password go as HTTP Basic when given."""

    url: str
    user: str = ""
    password: str = ""
    chunked: bool = False
    """True sends the body in chunks; many receivers take only a Content-Length."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one post.

    `arrived`: their signed MDN says so (or none was asked for). `awaiting`: taken by HTTP, the MDN comes later.
    `later`: time may mend it; post the same `Built` again. `never`: a person must look.
    """

    result: Literal["arrived", "awaiting", "later", "never"]
    reason: str = ""
    retry_after_s: float | None = None
    status: int | None = None
    """HTTP status; None if there was no answer."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    """The answer as received: with a synchronous MDN the evidence to keep."""
    mdn: MdnReading | None = None


class Sender:
    """Keeps connections between posts; threads may share it."""

    def __init__(self, transport: httpx2.BaseTransport | None = None) -> None:
        raise NotImplementedError

    def close(self) -> None:
        raise NotImplementedError

    def post(self, endpoint: Endpoint, built: Built, station: Station, *, now: datetime) -> Sent:
        """Post a message. Never raises for what the network or the receiver does."""
        raise NotImplementedError

    def post_mdn(self, url: str, mdn: Mdn, station: Station) -> Sent:
        """Post an asynchronous MDN where the agreement allows it: `never` elsewhere. No credentials are sent."""
        raise NotImplementedError
