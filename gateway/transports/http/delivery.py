"""One delivery: POST the bytes, signed per Standard Webhooks, and say whether it arrived, may arrive, or never will.

Trouble of the moment (a refused connection, a lost answer) is tried again at once, a few times with jitter; what
lasts longer is the outbox's business. The message id is the webhook id, so a receiver can drop what it has seen.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hmac
import time
from datetime import datetime
from typing import Literal, NamedTuple

import httpx2
import tenacity

from gateway.transports.statuses import judge_status, read_retry_after

CONNECT_SECONDS = 5.0
ANSWER_SECONDS = 20.0
"""Until the answer begins. What follows its status is read as long again, so that the connection can be kept."""
ANSWER_BYTES_MAX = 64 * 1024
"""Read of an answer for the same reason; only its status and Retry-After count."""
TRIES = 3
"""Tries within one delivery, for connections that break."""


class Destination(NamedTuple):
    """Where to, and the signing secret itself ("" leaves the delivery unsigned)."""

    url: str
    secret: str = ""


class Outcome(NamedTuple):
    """`arrived`: 2xx. `later`: time may mend it. `never`: the receiver refuses it, a person must look."""

    result: Literal["arrived", "later", "never"]
    reason: str = ""
    retry_after_s: float | None = None
    needs_person: bool = False
    """Only time in which somebody at their side mends the set-up helps."""


class Sender:
    """Keeps connections between deliveries; threads may share it."""

    def __init__(
        self, transport: httpx2.BaseTransport | None = None, *, answer_timeout_s: float = ANSWER_SECONDS
    ) -> None:
        timeout = httpx2.Timeout(answer_timeout_s, connect=CONNECT_SECONDS)
        self._answer_timeout_s = answer_timeout_s
        # Redirects are not followed: a signed body goes where the agreement says, and nowhere else.
        self._client = httpx2.Client(timeout=timeout, follow_redirects=False, transport=transport, trust_env=False)

    def close(self) -> None:
        self._client.close()

    def post(self, destination: Destination, body: bytes, *, id: str, media_type: str, now: datetime) -> Outcome:
        """Deliver one message. Never raises for what the network or the receiver does."""
        headers = {"content-type": media_type, "webhook-id": id, "user-agent": "crossdock"}
        headers["webhook-timestamp"] = str(int(now.timestamp()))
        if destination.secret:
            try:
                headers["webhook-signature"] = sign(destination.secret, id, now, body)
            except ValueError as error:
                return Outcome("never", f"the signing secret cannot be used: {error}")
        try:
            response = self._post(destination.url, body, headers)
        except httpx2.TransportError as error:
            return Outcome("later", f"{type(error).__name__}: {error}")
        except (httpx2.InvalidURL, UnicodeError) as error:
            # UnicodeError: a host such as `acme..example`, which no look-up can be asked for.
            return Outcome("never", f"the url cannot be used: {error}")
        judged = judge_status(response.status_code)
        if judged.result == "arrived":
            return Outcome("arrived")
        can_wait = judged.result == "later" and not judged.needs_person
        retry_after_s = read_retry_after(response.headers.get("retry-after", "")) if can_wait else None
        return Outcome(judged.result, f"HTTP {response.status_code}", retry_after_s, judged.needs_person)

    @tenacity.retry(
        retry=tenacity.retry_if_exception_type((httpx2.ConnectError, httpx2.ReadError, httpx2.RemoteProtocolError)),
        stop=tenacity.stop_after_attempt(TRIES),
        wait=tenacity.wait_random_exponential(multiplier=0.05, max=1.0),
        reraise=True,
    )
    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> httpx2.Response:
        with self._client.stream("POST", url, content=body, headers=headers) as response:
            # The status has come, so trouble with the rest changes nothing.
            with contextlib.suppress(httpx2.TransportError):
                self._drain(response)
            return response

    def _drain(self, response: httpx2.Response) -> None:
        """Read what else is said, within bounds: a server without an end must not hold up other messages."""
        size, until = 0, time.monotonic() + self._answer_timeout_s
        for piece in response.iter_raw():
            size += len(piece)
            if size > ANSWER_BYTES_MAX or time.monotonic() >= until:
                return


def sign(secret: str, id: str, now: datetime, body: bytes) -> str:
    """The value of `webhook-signature`. A secret without `whsec_` is taken as its own bytes.

    Computed here over the bytes themselves: the library signs text only, and X12 is seldom UTF-8 (the tests hold the
    two equal where both can sign). Raises ValueError for a `whsec_` secret that is no base64.
    Source: Standard Webhooks, symmetric signatures.
    """
    key = secret.encode()
    if secret.startswith("whsec_"):
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except binascii.Error as error:
            raise ValueError("what follows whsec_ is no base64") from error
    signed = b"%s.%d.%s" % (id.encode(), int(now.timestamp()), body)
    return "v1," + base64.b64encode(hmac.digest(key, signed, "sha256")).decode()
