from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
from standardwebhooks.webhooks import Webhook

from gateway.transports.http import Destination, Outcome, Sender
from gateway.transports.http.delivery import ANSWER_BYTES_MAX, TRIES, sign

NOW = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class _Receiver:
    """Answers in turn from a list; keeps what it was sent. An exception in the list is raised."""

    def __init__(self, *answers: httpx2.Response | Exception) -> None:
        self._answers = iter(answers)
        self.requests: list[httpx2.Request] = []

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        self.requests.append(request)
        answer = next(self._answers)
        if isinstance(answer, Exception):
            raise answer
        # As it comes from a socket: not read yet.
        stream = httpx2.ByteStream(answer.content) if answer.is_closed else answer.stream
        return httpx2.Response(answer.status_code, headers=answer.headers, stream=stream)


@pytest.fixture
def senders() -> Iterator[list[Sender]]:
    made: list[Sender] = []
    yield made
    for sender in made:
        sender.close()


def _post(senders: list[Sender], receiver: _Receiver, secret: str = SECRET, body: bytes = b"{}") -> Outcome:
    sender = Sender(httpx2.MockTransport(receiver))
    senders.append(sender)
    destination = Destination("https://partner.example/in", secret)
    return sender.post(destination, body, id="m_1", media_type="application/json", now=NOW)


def test_a_delivery_is_signed_with_the_message_id_as_its_webhook_id(senders: list[Sender]) -> None:
    receiver = _Receiver(httpx2.Response(204))
    body = json.dumps({"a": 1}).encode()

    assert _post(senders, receiver, body=body) == Outcome("arrived")

    (request,) = receiver.requests
    assert (request.method, request.content) == ("POST", body)
    assert request.headers["webhook-id"] == "m_1"
    assert request.headers["webhook-timestamp"] == str(int(NOW.timestamp()))
    assert request.headers["webhook-signature"] == Webhook(SECRET).sign("m_1", NOW, body.decode())


def test_bytes_that_are_no_text_are_signed_as_they_are() -> None:
    key = b"\x01" * 24
    import base64
    import hmac

    signed = sign("whsec_" + base64.b64encode(key).decode(), "m_1", NOW, b"\xff~\x80")

    expected = hmac.digest(key, b"m_1.%d.\xff~\x80" % int(NOW.timestamp()), "sha256")
    assert signed == "v1," + base64.b64encode(expected).decode()


def test_without_a_secret_nothing_is_signed(senders: list[Sender]) -> None:
    receiver = _Receiver(httpx2.Response(200))

    _post(senders, receiver, secret="")

    assert "webhook-signature" not in receiver.requests[0].headers


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (httpx2.Response(503), Outcome("later", "HTTP 503")),
        (httpx2.Response(429, headers={"retry-after": "120"}), Outcome("later", "HTTP 429", 120.0)),
        (httpx2.Response(408), Outcome("later", "HTTP 408")),
        (httpx2.Response(400), Outcome("never", "HTTP 400")),
        (httpx2.Response(410), Outcome("never", "HTTP 410")),
        (
            httpx2.Response(302, headers={"location": "https://elsewhere.example/"}),
            Outcome("later", "HTTP 302", needs_person=True),
        ),
        (httpx2.Response(401), Outcome("later", "HTTP 401", needs_person=True)),
        (httpx2.Response(403), Outcome("later", "HTTP 403", needs_person=True)),
        (httpx2.Response(404), Outcome("later", "HTTP 404", needs_person=True)),
        (httpx2.ReadTimeout("slow"), Outcome("later", "ReadTimeout: slow")),
    ],
)
def test_each_kind_of_answer_says_whether_time_mends_it(
    senders: list[Sender], answer: httpx2.Response | Exception, expected: Outcome
) -> None:
    receiver = _Receiver(answer)

    assert _post(senders, receiver) == expected
    assert len(receiver.requests) == 1


class _Endless(httpx2.SyncByteStream):
    """A body without an end; counts what was read of it."""

    def __init__(self, piece: bytes) -> None:
        self._piece, self.size = piece, 0

    def __iter__(self) -> Iterator[bytes]:
        while True:
            self.size += len(self._piece)
            yield self._piece


def test_an_answer_without_end_counts_by_its_status_and_is_read_in_part(senders: list[Sender]) -> None:
    body = _Endless(b"x" * 1024)

    assert _post(senders, _Receiver(httpx2.Response(200, stream=body))) == Outcome("arrived")
    assert body.size == ANSWER_BYTES_MAX + 1024


def test_an_answer_that_trickles_is_left_when_its_time_is_up(senders: list[Sender]) -> None:
    body = _Endless(b"x")
    sender = Sender(httpx2.MockTransport(_Receiver(httpx2.Response(503, stream=body))), answer_timeout_s=0)
    senders.append(sender)

    done = sender.post(Destination("https://partner.example/in"), b"{}", id="m_1", media_type="text/plain", now=NOW)

    assert (done, body.size) == (Outcome("later", "HTTP 503"), 1)


def test_a_broken_connection_is_tried_again_at_once_and_not_for_ever(senders: list[Sender]) -> None:
    mended = _Receiver(httpx2.ConnectError("refused"), httpx2.Response(200))
    broken = _Receiver(*[httpx2.ConnectError("refused")] * TRIES)

    assert _post(senders, mended) == Outcome("arrived")
    assert _post(senders, broken) == Outcome("later", "ConnectError: refused")
    assert (len(mended.requests), len(broken.requests)) == (2, TRIES)


def test_a_secret_that_cannot_be_used_is_named_without_being_shown(senders: list[Sender]) -> None:
    receiver = _Receiver()

    outcome = _post(senders, receiver, secret="whsec_***")

    assert outcome == Outcome("never", "the signing secret cannot be used: what follows whsec_ is no base64")
    assert receiver.requests == []
