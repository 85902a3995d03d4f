"""What passes between the HTTP route, the receiver and the store: requests, verdicts, answers. Values only."""

from __future__ import annotations

from typing import Any, NamedTuple

import msgspec

from gateway.transports import as2

PLAIN = (("content-type", "text/plain; charset=utf-8"),)


class As2Request(msgspec.Struct, frozen=True, kw_only=True):
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


class Verdict(NamedTuple):
    """What becomes of an opened message. `code` parks it, "" lets it in; `disposition` None is the opened one."""

    opened: as2.Opened
    code: str
    reason: str
    disposition: as2.Disposition | None = None
    opened_ms: float = 0.0


class Again(NamedTuple):
    """The database knew something that changes the verdict, and with it the MDN: `Receiver.again` signs it anew."""

    request: As2Request
    verdict: Verdict


class Work(NamedTuple):
    """One message with everything that is to be stored of it, made before the writer is asked. `mdn` None: none was
    asked for. `refuses_replays`: content that came before is parked."""

    id: str
    partner: str
    request: As2Request
    verdict: Verdict
    mdn: as2.Mdn | None
    raw_mdn: bytes
    facts: dict[str, Any]
    evidence: list[dict[str, object]]
    refuses_replays: bool
    at: int

    @property
    def opened(self) -> as2.Opened:
        return self.verdict.opened

    @property
    def is_async(self) -> bool:
        """The MDN goes by a POST of its own."""
        return bool(self.opened.mdn.url)

    @property
    def mic(self) -> str:
        return f"{self.opened.mic}, {self.opened.mic_algorithm}" if self.opened.mic else ""
