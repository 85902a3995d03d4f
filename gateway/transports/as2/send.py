"""Post messages and asynchronous MDNs over HTTP, and say what became of them: one post, no retry, no schedule.

Redirects are not followed: a signed message goes where the agreement says, and nowhere else. Source: RFC 4130
section 5, and its revision's section 5.5 on what is tried again.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Literal, NamedTuple

import httpx2
import msgspec

from gateway.transports.as2.addresses import address_allowed, mdn_url_allowed, origin_of
from gateway.transports.as2.dispositions import UNEXPECTED_PROCESSING_ERROR
from gateway.transports.as2.mdn_reading import is_mdn, read_mdn
from gateway.transports.as2.messages import Built, Expected, Mdn, MdnReading
from gateway.transports.as2.terms import Station
from gateway.transports.statuses import judge_status, read_retry_after

CONNECT_SECONDS = 10.0
ANSWER_SECONDS = 120.0
"""A synchronous MDN comes after the partner has opened the whole message. Once begun, it may take as long again."""
ANSWER_BYTES_MAX = 1024 * 1024
CHUNK_BYTES = 64 * 1024

Resolve = Callable[[str, int], list[str]]
"""Addresses of a host, as text; raises OSError."""
Result = Literal["arrived", "awaiting", "later", "never"]


class Endpoint(msgspec.Struct, frozen=True, kw_only=True):
    """A partner's address and how it wants to be spoken to. User and password go as HTTP Basic when given."""

    url: str
    user: str = ""
    password: str = ""
    chunked: bool = False
    """True sends the body in chunks; many receivers take only a Content-Length."""

    def __repr__(self) -> str:
        # Never the password: representations end up in logs.
        return f"Endpoint(url={self.url!r}, user={self.user!r}, chunked={self.chunked})"


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one post.

    `arrived`: their signed MDN says so (or none was asked for). `awaiting`: taken by HTTP, the MDN comes later.
    `later`: time may mend it; post the same `Built` again. `never`: a person must look.
    """

    result: Result
    reason: str = ""
    retry_after_s: float | None = None
    needs_person: bool = False
    """Only time in which somebody at their side mends the set-up helps."""
    status: int | None = None
    """HTTP status; None if there was no answer."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    """The answer as received: with a synchronous MDN the evidence to keep."""
    mdn: MdnReading | None = None


class _Answer(NamedTuple):
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    is_whole: bool


class Sender:
    """Keeps connections between posts; threads may share it."""

    def __init__(
        self,
        transport: httpx2.BaseTransport | None = None,
        *,
        resolve: Resolve | None = None,
        answer_timeout_s: float = ANSWER_SECONDS,
    ) -> None:
        timeout = httpx2.Timeout(answer_timeout_s, connect=CONNECT_SECONDS)
        self._client = httpx2.Client(timeout=timeout, follow_redirects=False, transport=transport, trust_env=False)
        self._resolve = resolve or _addresses_of
        self._answer_timeout_s = answer_timeout_s

    def close(self) -> None:
        self._client.close()

    def post(self, endpoint: Endpoint, built: Built, station: Station, *, now: datetime) -> Sent:
        """Post a message. Never raises for what the network or the receiver does."""
        auth = httpx2.BasicAuth(endpoint.user, endpoint.password) if endpoint.user else None
        content = _chunks(built.body) if endpoint.chunked else built.body
        answer = self._answer(endpoint.url, list(built.headers), content, auth=auth)
        if isinstance(answer, Sent):
            return answer
        sent = _judged(answer)
        if not answer.is_whole:
            return sent
        if is_mdn(answer.headers, answer.body):
            # Also with an error status: it says more than the status does.
            expected = Expected(message_id=built.message_id, mic=built.mic, mic_algorithm=built.mic_algorithm)
            reading = read_mdn(answer.headers, answer.body, expected, station, now=now)
            return _with_mdn(sent, reading)
        if sent.result == "arrived" and station.policy.mdn == "async":
            return msgspec.structs.replace(sent, result="awaiting")
        if sent.result == "arrived" and station.policy.mdn == "sync":
            # Posting again is safe: the same Message-ID brings the MDN, not a second delivery.
            return msgspec.structs.replace(sent, result="later", reason=f"{sent.reason} without the MDN")
        return sent

    def post_mdn(self, url: str, mdn: Mdn, station: Station) -> Sent:
        """Post an asynchronous MDN where the agreement allows it: `never` elsewhere. No credentials are sent."""
        allowed = station.policy.mdn_urls
        if not mdn_url_allowed(url, allowed):
            return Sent(result="never", reason=f"the agreement does not list {url} (as2.mdn_urls)")
        try:
            target = httpx2.URL(url)
            addresses = self._resolve(target.host, target.port or (443 if target.scheme == "https" else 80))
        except (httpx2.InvalidURL, UnicodeError) as error:
            return Sent(result="never", reason=f"the url cannot be used: {error}")
        except OSError as error:
            return Sent(result="later", reason=f"the host cannot be looked up: {error}")
        for address in addresses:
            if not address_allowed(ipaddress.ip_address(address), url, allowed):
                reason = f"{target.host} leads to {address}, which is private and not listed (as2.mdn_urls)"
                return Sent(result="never", reason=reason)
        if not addresses:
            return Sent(result="later", reason="the host has no address")
        # The address that was checked is the one connected to: a name may lead elsewhere at the next look-up.
        headers = [("Host", target.netloc.decode("ascii")), *mdn.headers]
        extensions = {"sni_hostname": target.host} if target.scheme == "https" else {}
        answer = self._answer(str(target.copy_with(host=addresses[0])), headers, mdn.body, extensions=extensions)
        return answer if isinstance(answer, Sent) else _judged(answer)

    def _answer(
        self,
        url: str,
        headers: list[tuple[str, str]],
        content: bytes | Iterator[bytes],
        *,
        auth: httpx2.Auth | None = None,
        extensions: dict[str, str] | None = None,
    ) -> _Answer | Sent:
        """The answer, read up to a bound; a `Sent` if there was none."""
        if origin_of(url) is None:
            return Sent(
                result="never", reason="the url cannot be used: it is no http or https URL without credentials"
            )
        # What is kept as evidence are the bytes of the wire, so no coding is asked for.
        headers = [*headers, ("Accept-Encoding", "identity")]
        try:
            with self._client.stream(
                "POST", url, content=content, headers=headers, auth=auth, extensions=extensions
            ) as response:
                body, until = bytearray(), time.monotonic() + self._answer_timeout_s
                # Piece by piece as it comes: a server that trickles must not hold up everybody else's messages.
                for piece in response.iter_raw():
                    body += piece
                    if time.monotonic() >= until:
                        reason = f"the answer was not complete after {self._answer_timeout_s:g} s"
                        return Sent(result="later", reason=reason)
                    if len(body) > ANSWER_BYTES_MAX:
                        break
                fields = tuple(
                    (name.decode("latin-1"), value.decode("latin-1")) for name, value in response.headers.raw
                )
                return _Answer(response.status_code, fields, bytes(body), len(body) <= ANSWER_BYTES_MAX)
        except (httpx2.InvalidURL, httpx2.UnsupportedProtocol, UnicodeError) as error:
            # UnicodeError: a host such as `acme..example`, which no look-up can be asked for.
            return Sent(result="never", reason=f"the url cannot be used: {error}")
        except httpx2.TransportError as error:
            return Sent(result="later", reason=f"{type(error).__name__}: {error}")


def _judged(answer: _Answer) -> Sent:
    """What the HTTP status alone says."""
    status = answer.status
    if not answer.is_whole:
        reason = f"HTTP {status} with an answer of more than {ANSWER_BYTES_MAX} bytes"
        return Sent(result="never", reason=reason, status=status, headers=answer.headers)
    judged = judge_status(status)
    asked = next((value for name, value in answer.headers if name.lower() == "retry-after"), "")
    return Sent(
        result=judged.result,
        reason=f"HTTP {status}",
        retry_after_s=read_retry_after(asked) if judged.result == "later" else None,
        needs_person=judged.needs_person,
        status=status,
        headers=answer.headers,
        body=answer.body,
    )


def _with_mdn(sent: Sent, reading: MdnReading) -> Sent:
    """What the MDN says counts: arrived if it is believed and positive.

    An unexpected error at their side may pass; every other refusal would be repeated, and so would an MDN that is
    not believed, so a person must look.
    """
    result: Result = "never"
    needs_person = False
    if reading.result == "delivered":
        result = "arrived"
    elif reading.disposition == UNEXPECTED_PROCESSING_ERROR:
        result = "later"
    elif reading.result == "untrusted" and sent.result == "later":
        # An error page of theirs that happens to be a report; the status stands.
        result, needs_person = "later", sent.needs_person
    return msgspec.structs.replace(sent, result=result, reason=reading.reason, needs_person=needs_person, mdn=reading)


def _chunks(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), CHUNK_BYTES):
        yield body[at : at + CHUNK_BYTES]


def _addresses_of(host: str, port: int) -> list[str]:
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
