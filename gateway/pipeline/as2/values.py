"""What passes between the HTTP route, the receiver and the store: requests, verdicts, answers. Values only."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from gateway.store.inbox import NewMessage
from gateway.transports import as2

PLAIN = (("content-type", "text/plain; charset=utf-8"),)


class As2Request(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One POST as it came: header fields in order, the body without any transfer coding of HTTP."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    remote: str = ""


class As2Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What the POST is answered with, once everything it says is durable. `message` is the id in the inbox."""

    status: int
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    message: str = ""
    repeated: bool = False


class Override(msgspec.Struct, frozen=True, array_like=True):
    """What becomes of a message whatever its opening says: parked as `code`, and answered with `disposition`."""

    code: str
    reason: str
    disposition: as2.Disposition


class Again(NamedTuple):
    """The database knew something that changes what becomes of the message, and with it the MDN:
    `Receiver.again` signs it anew."""

    request: As2Request
    override: Override


class Receipt(msgspec.Struct, frozen=True, array_like=True):
    """The MDN of a message. `url` is where an asynchronous one goes, "" for one that goes with the HTTP answer."""

    headers: tuple[tuple[str, str], ...]
    body: bytes
    signed: bool
    url: str


class Work(msgspec.Struct, frozen=True, array_like=True):
    """One message with everything that is to be stored of it, made before the writer is asked; plain values, so that
    it passes between processes. A `message.reason_code` parks it."""

    message: NewMessage
    message_id: str
    """Byte for byte as sent, "" for none."""
    mic: str
    """`digest, algorithm`; "" where it could not be opened so far."""
    facts: dict[str, Any]
    payload: bytes | None
    """None: of what could not be opened there is only the request itself."""
    receipt: Receipt | None
    """None: none was asked for."""
    is_proven: bool
    request_bytes_kept: int | None
    """Of the raw request; None for all."""
    refuses_replays: bool
    """Content that came before is parked."""

    @property
    def id(self) -> str:
        return self.message.id

    @property
    def partner(self) -> str:
        return self.message.partner

    @property
    def at(self) -> int:
        return self.message.received_at

    @property
    def code(self) -> str:
        return self.message.reason_code

    @property
    def is_async(self) -> bool:
        """The MDN goes by a POST of its own."""
        return self.receipt is not None and bool(self.receipt.url)
