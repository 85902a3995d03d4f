"""Problems: each error has one answer, asserted whole, and none of them tells what it must not."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
import pytest
from fastapi import FastAPI, Query
from fastapi.testclient import TestClient

from gateway.api import problems
from gateway.api.bodies import decode, locate
from gateway.api.problems import KINDS, Located, Problem
from gateway.errors import OperatorMistake, PartnerMistake, Unavailable
from ledger.events import AnyEvent

RAISED: dict[str, Exception] = {
    "problem": Problem("conflict", "case C1 is closed"),
    "located": Problem("not-valid", "see errors", [Located(pointer="/lines/3/quantity", detail="Expected `str`")]),
    "refusal": PartnerMistake("idempotency_mismatch", "the key was used with another body"),
    "unknown_refusal": PartnerMistake("something_else", "say it again"),
    "ours": OperatorMistake("cannot be read", file="/srv/secret/place"),
    "time": Unavailable("disk is full at /srv/secret/place"),
    "bug": ZeroDivisionError("secret detail"),
}


@pytest.fixture
def client() -> TestClient:
    app = FastAPI()
    problems.install(app)

    @app.get("/raise/{name}")
    def fail(name: str) -> None:
        raise RAISED[name]

    @app.get("/bounded")
    def bounded(limit: Annotated[int, Query(ge=1, le=5)]) -> None: ...

    return TestClient(app, raise_server_exceptions=False)


def body(code: str, status: int, title: str, detail: str, **more: Any) -> dict[str, Any]:
    return {"type": f"/problems/{code}", "title": title, "status": status, "detail": detail, "code": code, **more}


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/raise/problem", body("conflict", 409, "Not possible in its present state", "case C1 is closed")),
        (
            "/raise/located",
            body(
                "not-valid", 422, "The request is well formed but not valid", "see errors",
                errors=[{"detail": "Expected `str`", "pointer": "/lines/3/quantity"}],
            ),
        ),
        (
            "/raise/refusal",
            body("idempotency-mismatch", 422, "Idempotency-Key was used with another body",
                 "the key was used with another body"),
        ),
        ("/raise/unknown_refusal", body("refused", 422, "Refused", "say it again")),
        ("/raise/ours", body("internal", 500, "A bug or a broken set-up on our side", "the set-up is broken")),
        (
            "/raise/time",
            body("overloaded", 503, "Overloaded or not ready", "Send it again after Retry-After seconds."),
        ),
        (
            "/raise/bug",
            body(
                "internal", 500, "A bug or a broken set-up on our side",
                "Send it again later; the operator's log says more.",
            ),
        ),
        ("/nowhere", body("not-found", 404, "Not found", "Check the id; what belongs to another partner is not found "
         "either.")),
        (
            "/bounded?limit=9",
            body(
                "not-valid", 422, "The request is well formed but not valid",
                "a parameter is missing or out of bounds",
                errors=[{"detail": "Input should be less than or equal to 5", "parameter": "limit"}],
            ),
        ),
    ],
)  # fmt: skip
def test_each_error_has_its_problem(client: TestClient, path: str, expected: dict[str, Any]) -> None:
    found = client.get(path)
    assert (found.status_code, found.headers["content-type"]) == (expected["status"], "application/problem+json")
    assert found.json() == expected


def test_a_wrong_method_is_a_problem_too(client: TestClient) -> None:
    found = client.post("/bounded")
    assert (found.status_code, found.json()) == (
        405, body("method-not-allowed", 405, "Method not allowed", "See /openapi.json.")
    )  # fmt: skip


def test_overload_says_when_to_come_back(client: TestClient) -> None:
    assert client.get("/raise/time").headers["retry-after"] == "2"


@pytest.mark.parametrize("name", ["ours", "time", "bug"])
def test_what_is_ours_to_mend_is_not_told(client: TestClient, name: str) -> None:
    assert "secret" not in client.get(f"/raise/{name}").text


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.code)
def test_the_type_of_each_problem_leads_to_its_meaning(client: TestClient, kind: problems.Kind) -> None:
    found = client.get(f"/problems/{kind.code}")
    assert (found.status_code, found.json()) == (200, kind._asdict())


def test_codes_are_unique() -> None:
    assert len({kind.code for kind in KINDS}) == len(KINDS)


@pytest.mark.parametrize(
    ("text", "pointer"),
    [
        ('{"kind": "GoodsReceived", "number": 1}', "/number"),
        ('{"kind": "GoodsReceived", "number": "1", "lines": [{"part_number": 7}]}', "/lines/0/part_number"),
        ('{"kind": "Nonsense", "number": "1"}', "/kind"),
        ("[]", ""),
    ],
)
def test_a_fault_in_a_body_is_located_by_a_json_pointer(text: str, pointer: str) -> None:
    with pytest.raises(msgspec.ValidationError) as caught:
        msgspec.json.decode(text, type=AnyEvent)
    assert locate(caught.value, AnyEvent).pointer == pointer


class Item(msgspec.Struct, forbid_unknown_fields=True):
    state: Literal["open", "shut"] = "open"


class Form(msgspec.Struct, forbid_unknown_fields=True):
    items: list[Item] = []
    by_name: dict[str, Item | None] = {}
    comment: str = ""


@pytest.mark.parametrize(
    ("body", "pointer", "detail"),
    [
        (b'{"commnt": "x"}', "", 'Object contains unknown field `commnt` (did you mean "comment"?)'),
        (b'{"xy": "x"}', "", "Object contains unknown field `xy` (known: by_name, comment, items)"),
        (b'{"items": [{}, {"state": "ajar"}]}', "/items/1/state", "Invalid enum value 'ajar' (known: open, shut)"),
        (b'{"by_name": {"a": {"state": "opn"}}}', "/by_name/.../state",
         "Invalid enum value 'opn' (did you mean \"open\"?)"),
        (b'{"comment": 1}', "/comment", "Expected `str`, got `int`"),
    ],
)  # fmt: skip
def test_a_wrong_body_is_told_what_is_known_at_its_place(body: bytes, pointer: str, detail: str) -> None:
    with pytest.raises(Problem) as caught:
        decode(body, Form)
    (fault,) = caught.value.errors
    assert (fault.pointer, fault.detail) == (pointer, detail)
