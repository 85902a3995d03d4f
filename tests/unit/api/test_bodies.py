"""Bodies: bounded before and while they are read, never empty, and their JSON faults located."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from fastapi import FastAPI, Response
from fastapi.testclient import TestClient

from gateway.api import problems
from gateway.api.bodies import MessageBody, SmallBody, decode
from gateway.api.limits import SMALL_BODY_BYTES_MAX
from gateway.api.problems import Problem
from gateway.settings import Settings
from ledger.events import AnyEvent

BYTES_MAX = 2048


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    app.state.settings = Settings(message_bytes_max=BYTES_MAX)
    problems.install(app)

    @app.post("/message")
    def message(body: MessageBody) -> Response:
        return Response(str(len(body)))

    @app.post("/small")
    def small(body: SmallBody) -> Response:
        return Response(str(len(body)))

    return TestClient(app)


def chunks(size: int) -> Iterator[bytes]:
    """A body without a Content-Length."""
    for _ in range(size):
        yield b"x"


def test_a_body_up_to_the_bound_is_taken_whole(client: TestClient) -> None:
    assert client.post("/message", content=b"x" * BYTES_MAX).text == str(BYTES_MAX)
    assert client.post("/message", content=chunks(BYTES_MAX)).text == str(BYTES_MAX)


def test_one_byte_more_is_refused_by_its_length(client: TestClient) -> None:
    found = client.post("/message", content=b"x" * (BYTES_MAX + 1))
    assert (found.status_code, found.json()["detail"]) == (413, f"at most {BYTES_MAX} bytes are taken")


def test_one_byte_more_is_refused_by_count_when_no_length_is_said(client: TestClient) -> None:
    found = client.post("/message", content=chunks(BYTES_MAX + 1))
    assert (found.status_code, found.json()["code"]) == (413, "too-large")


def test_small_bodies_have_their_own_bound(client: TestClient) -> None:
    found = client.post("/small", content=b"x" * (SMALL_BODY_BYTES_MAX + 1))
    assert (found.status_code, found.json()["code"]) == (413, "too-large")


def test_an_empty_body_is_refused(client: TestClient) -> None:
    found = client.post("/message", content=b"")
    assert (found.status_code, found.json()["code"]) == (400, "empty-body")


def test_a_compressed_body_is_refused_since_its_bytes_are_the_evidence(client: TestClient) -> None:
    found = client.post("/message", content=b"x", headers={"Content-Encoding": "gzip"})
    assert (found.status_code, found.json()["code"]) == (415, "encoding")


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        (b"{", "not-readable", None),
        (b'{"kind": "OrderPlaced", "number": "\xff"}', "not-readable", None),
        (b'\xef\xbb\xbf{"kind": "OrderPlaced", "number": 7}', "not-valid", "/number"),
        (b'{"kind": "OrderPlaced", "number": 7}', "not-valid", "/number"),
        (b'{"kind": "OrderPlaced", "number": "7", "lines": [{"part_number": "A", "quantity": "x"}]}', "not-valid",
         "/lines/0/quantity"),
        (b'{"kind": "OrderPlaced", "number": "7", "colour": "red"}', "not-valid", ""),
    ],
)  # fmt: skip
def test_json_faults_are_located(body: bytes, code: str, pointer: str | None) -> None:
    with pytest.raises(Problem) as caught:
        decode(body, AnyEvent)
    assert caught.value.kind.code == code
    assert [error.pointer for error in caught.value.errors] == ([] if pointer is None else [pointer])


def test_json_that_nests_too_deep_is_refused() -> None:
    with pytest.raises(Problem, match="nests too deep"):
        decode(b"[" * 100_000, list[msgspec.Raw])
