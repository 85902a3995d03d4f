"""Posting over real sockets: what becomes of a message by what the other side answers."""

from __future__ import annotations

import base64
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any, NamedTuple

import pytest

from gateway.transports.as2 import Endpoint, Mdn, Sender, Sent, dispositions, send, write_mdn
from tests.unit.as2.world import NOW, acme, crossdock, opened, sent


class Answer(NamedTuple):
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""


class Partner(NamedTuple):
    url: str
    requests: list[tuple[dict[str, str], bytes]]


@contextmanager
def partner(answer: Answer) -> Iterator[Partner]:
    """A partner on loopback that answers everything the same, and remembers what it was asked."""
    requests: list[tuple[dict[str, str], bytes]] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            fields = {name.lower(): value for name, value in self.headers.items()}
            requests.append((fields, self._body(fields)))
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            # A connection that is kept open would keep this one-threaded server from shutting down.
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body)

        def _body(self, fields: dict[str, str]) -> bytes:
            if fields.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(fields["content-length"]))
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield Partner(f"http://127.0.0.1:{server.server_port}/as2", requests)
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def sender() -> Iterator[Sender]:
    sender = Sender(answer_timeout_s=5)
    yield sender
    sender.close()


def mdn_for(disposition: dispositions.Disposition | None = None, **terms: Any) -> Mdn:
    return write_mdn(opened(sent(**terms), **terms), message_id="r@crossdock", now=NOW, disposition=disposition)


def posted(sender: Sender, answer: Answer, endpoint: dict[str, Any] | None = None, **terms: Any) -> Sent:
    with partner(answer) as there:
        return sender.post(Endpoint(url=there.url, **(endpoint or {})), sent(**terms), acme(**terms), now=NOW)


def test_message_arrives_when_their_signed_mdn_says_so(sender: Sender) -> None:
    mdn = mdn_for()

    found = posted(sender, Answer(200, mdn.headers, mdn.body))

    assert (found.result, found.status, found.body) == ("arrived", 200, mdn.body)
    assert found.mdn is not None
    assert found.mdn.result == "delivered"
    assert ("Message-ID", "<r@crossdock>") in found.headers


def test_what_is_posted_is_what_was_built(sender: Sender) -> None:
    built = sent()
    with partner(Answer()) as there:
        sender.post(Endpoint(url=there.url, user="crossdock", password="öffne"), built, acme(), now=NOW)

    fields, body = there.requests[0]
    assert body == built.body
    assert {name.lower(): value for name, value in built.headers}.items() <= fields.items()
    assert fields["content-length"] == str(len(built.body))
    assert base64.b64decode(fields["authorization"].removeprefix("Basic ")).decode() == "crossdock:öffne"


def test_chunked_post_has_no_length_and_the_same_body(sender: Sender) -> None:
    built = sent(b"x" * 200_000, encrypt="none", sign="none")
    with partner(Answer()) as there:
        sender.post(Endpoint(url=there.url, chunked=True), built, acme(), now=NOW)

    fields, body = there.requests[0]
    assert ("content-length" in fields, fields["transfer-encoding"], body) == (False, "chunked", built.body)


@pytest.mark.parametrize(
    ("disposition", "result"),
    [
        (dispositions.DECRYPTION_FAILED, "never"),
        (dispositions.AUTHENTICATION_FAILED, "never"),
        (dispositions.UNSUPPORTED_FORMAT, "never"),
        (dispositions.UNEXPECTED_PROCESSING_ERROR, "later"),
        (dispositions.DUPLICATE, "arrived"),
    ],
)
def test_mdn_decides_whether_to_try_again(sender: Sender, disposition: dispositions.Disposition, result: str) -> None:
    mdn = mdn_for(disposition)

    found = posted(sender, Answer(200, mdn.headers, mdn.body))

    assert found.result == result
    assert found.mdn is not None
    assert found.mdn.disposition == disposition


@pytest.mark.parametrize(
    ("answer", "result", "reason"),
    [
        (Answer(200), "later", "HTTP 200 without the MDN"),
        (Answer(204), "later", "HTTP 204 without the MDN"),
        (Answer(200, (("Content-Type", "text/html"),), b"<h1>OK</h1>"), "later", "HTTP 200 without the MDN"),
        (Answer(301, (("Location", "http://127.0.0.1:1/"),)), "later", "HTTP 301"),
        (Answer(400), "never", "HTTP 400"),
        (Answer(401), "later", "HTTP 401"),
        (Answer(408), "later", "HTTP 408"),
        (Answer(500), "later", "HTTP 500"),
    ],
)
def test_status_decides_where_no_mdn_came(sender: Sender, answer: Answer, result: str, reason: str) -> None:
    found = posted(sender, answer)

    assert (found.result, found.reason, found.status, found.mdn) == (result, reason, answer.status, None)


@pytest.mark.parametrize(
    ("status", "needs_person"), [(302, True), (403, True), (404, True), (400, False), (503, False)]
)
def test_a_wrong_set_up_at_their_side_needs_a_person(sender: Sender, status: int, needs_person: bool) -> None:
    assert posted(sender, Answer(status)).needs_person is needs_person


def test_receiver_that_asks_for_patience_is_given_it(sender: Sender) -> None:
    found = posted(sender, Answer(503, (("Retry-After", "17"),)))

    assert (found.result, found.retry_after_s) == ("later", 17.0)


def test_unsigned_mdn_delivers_nothing(sender: Sender) -> None:
    mdn = mdn_for()
    unsigned = mdn.body.split(b"\r\n\r\n", 1)[1].partition(b"--=_")[2]
    boundary = unsigned.partition(b"\r\n")[0].decode()
    headers = (("Content-Type", f'multipart/report; boundary="=_{boundary}"'),)

    found = posted(sender, Answer(200, headers, b"--=_" + unsigned.partition(b"--\r\n")[0] + b"--\r\n"))

    assert (found.result, found.reason) == ("never", "the MDN is not signed")


def test_async_mdn_is_awaited_after_the_post(sender: Sender) -> None:
    terms = {"mdn": "async", "mdn_return_url": "https://crossdock.example/as2"}

    assert posted(sender, Answer(204), **terms).result == "awaiting"


def test_post_without_a_receipt_arrives_with_its_status(sender: Sender) -> None:
    assert posted(sender, Answer(200), mdn="none").result == "arrived"


def test_answer_without_end_is_cut_off(sender: Sender) -> None:
    found = posted(sender, Answer(200, (), b"x" * (send.ANSWER_BYTES_MAX + 1)))

    assert (found.result, found.body) == ("never", b"")
    assert found.reason == "HTTP 200 with an answer of more than 1048576 bytes"


def test_refused_connection_is_tried_later(sender: Sender) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]

        found = sender.post(Endpoint(url=f"http://127.0.0.1:{port}/"), sent(), acme(), now=NOW)

    assert (found.result, found.status) == ("later", None)


@pytest.mark.parametrize("url", ["ftp://127.0.0.1/", "http://", "nonsense", "http://127.0.0.1:99999/"])
def test_url_that_cannot_be_used_is_never_tried_again(sender: Sender, url: str) -> None:
    assert sender.post(Endpoint(url=url), sent(), acme(), now=NOW).result == "never"


def test_endpoint_never_shows_its_password() -> None:
    assert "secret" not in repr(Endpoint(url="https://acme.example/as2", user="u", password="secret"))


class TestPostMdn:
    def test_async_mdn_goes_to_the_agreed_address(self, sender: Sender) -> None:
        mdn = mdn_for()
        with partner(Answer(204)) as there:
            station = crossdock(mdn_urls=(there.url.rpartition("/")[0],))

            found = sender.post_mdn(there.url + "?async", mdn, station)

        fields, body = there.requests[0]
        assert (found.result, body) == ("arrived", mdn.body)
        assert fields["host"] == there.url.split("/")[2]
        assert "authorization" not in fields

    @pytest.mark.parametrize(
        "url", ["http://169.254.169.254/latest", "http://127.0.0.1:1/", "https://acme.example:4081/", "file:///etc"]
    )
    def test_unlisted_address_is_never_posted_to(self, sender: Sender, url: str) -> None:
        found = sender.post_mdn(url, mdn_for(), crossdock(mdn_urls=("https://acme.example:4080",)))

        assert (found.result, found.reason) == ("never", f"the agreement does not list {url} (as2.mdn_urls)")

    def test_listed_host_that_leads_into_a_private_network_is_refused(self) -> None:
        sender = Sender(resolve=lambda host, port: ["10.1.2.3"])
        station = crossdock(mdn_urls=("https://acme.example",))

        found = sender.post_mdn("https://acme.example/mdn", mdn_for(), station)

        assert (found.result, found.reason) == (
            "never", "acme.example leads to 10.1.2.3, which is private and not listed (as2.mdn_urls)",
        )  # fmt: skip
        sender.close()

    def test_listed_network_permits_what_a_listed_host_leads_to(self) -> None:
        sender = Sender(resolve=lambda host, port: ["127.0.0.1"])
        with partner(Answer(200)) as there:
            port = there.url.split(":")[2].partition("/")[0]
            station = crossdock(mdn_urls=(f"http://acme.example:{port}", "127.0.0.0/8"))

            found = sender.post_mdn(f"http://acme.example:{port}/mdn", mdn_for(), station)

        assert found.result == "arrived"
        assert there.requests[0][0]["host"] == f"acme.example:{port}"
        sender.close()

    def test_host_that_cannot_be_looked_up_is_tried_later(self) -> None:
        def fail(host: str, port: int) -> list[str]:
            raise OSError("no such name")

        sender = Sender(resolve=fail)
        found = sender.post_mdn("https://acme.example/", mdn_for(), crossdock(mdn_urls=("https://acme.example",)))

        assert (found.result, found.reason) == ("later", "the host cannot be looked up: no such name")
        sender.close()


@pytest.mark.parametrize("host", ["acme..example", "a" * 64 + ".example"])
def test_a_host_name_that_is_none_is_for_a_person_to_mend(sender: Sender, host: str) -> None:
    found = sender.post(Endpoint(url=f"http://{host}/as2"), sent(), acme(), now=NOW)
    back = sender.post_mdn(f"http://{host}/mdn", mdn_for(), acme(mdn_urls=(f"http://{host}",)))

    assert (found.result, back.result) == ("never", "never")
    assert found.reason.startswith("the url cannot be used: ")


def test_an_answer_that_trickles_in_is_given_up_when_its_time_is_over() -> None:
    sender = Sender(answer_timeout_s=0.3)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=_trickle, args=(listener,))
        thread.start()
        found = sender.post(
            Endpoint(url=f"http://127.0.0.1:{listener.getsockname()[1]}/as2"), sent(), acme(), now=NOW
        )
        sender.close()
        thread.join()

    assert (found.result, found.reason) == ("later", "the answer was not complete after 0.3 s")


def _trickle(listener: socket.socket) -> None:
    """One byte of the answer at a time, each within the patience for the next; ends after 3 s or with the line."""
    taken, _ = listener.accept()
    with taken:
        taken.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(60):
            try:
                taken.sendall(b" ")
            except OSError:
                return
            threading.Event().wait(0.05)
