"""`/v1/sent`: what partners refused or never acknowledged is listed, reviewed and sent again by administrators."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from gateway.api.app import create_app
from gateway.settings import Settings
from gateway.store.keys import ApiKey, digest_of
from tests.unit.pipeline.world import Town, interchange, order


class Desk:
    """A town with one refused 850, and the application over it."""

    def __init__(self, home: Path) -> None:
        self.town = Town(home)
        self.town.bring(order(), "erp")
        refusal = ["AK1*PO*1", "AK2*850*0001", "AK5*R*4", "AK9*R*1*1*0"]
        self.town.bring(interchange(("997", refusal), group_id="FA"))
        (answer,) = [one for one in self.town.street.messages(direction="out") if one["kind"] == "850"]
        self.id = str(answer["id"])
        for name, partner, scopes in (("admin", "", ("admin",)), ("acme-key", "acme", ("messages:read",))):
            self.town.street.put_key(ApiKey(name=name, partner=partner, scopes=scopes), digest_of(name))
        self.http = TestClient(create_app(self.town.street, Settings(home=home)))
        self.http.__enter__()

    def ask(self, method: str, path: str, key: str = "admin", **request: Any) -> Any:
        return self.http.request(method, f"/v1/sent{path}", headers={"Authorization": f"Bearer {key}"}, **request)


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "home")
    yield made
    made.http.__exit__()
    made.town.street.close()


def test_open_documents_are_listed_for_administrators_alone(desk: Desk) -> None:
    (row,) = desk.ask("GET", "").json()["items"]

    assert (row["id"], row["partner"], row["status"], row["group"]) == (f"{desk.id}.1", "acme", "rejected", "1")
    assert desk.ask("GET", "?partner=bolt").json() == {"items": []}
    assert desk.ask("GET", "", "acme-key").status_code == 403


def test_review_keeps_who_and_why(desk: Desk) -> None:
    found = desk.ask("POST", f"/{desk.id}/review", json={"comment": "they take it by phone"})

    assert found.status_code == 200
    assert found.json()["documents"][0]["status"] == "reviewed"
    step = found.json()["history"][-1]
    assert (step["event"], step["by"], step["comment"]) == ("reviewed", "admin", "they take it by phone")
    assert desk.ask("GET", "").json() == {"items": []}


def test_what_we_say_among_us_is_not_shown_to_the_partner(desk: Desk) -> None:
    desk.ask("POST", f"/{desk.id}/review", json={"comment": "they take it by phone"})

    shown = desk.http.get(f"/v1/messages/{desk.id}", headers={"Authorization": "Bearer acme-key"}).json()

    assert shown["documents"][0]["status"] == "reviewed"
    assert "phone" not in str(shown)
    assert "history" not in shown


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/m_NONE/review", {"comment": "x"}, 404),
        ("/ID/review", {"comment": ""}, 422),
        ("/ID/review", {}, 422),
        ("/ID.9/review", {"comment": "x"}, 409),
        ("/m_NONE/resend", None, 404),
    ],
)
def test_what_cannot_be_done_is_a_problem(desk: Desk, path: str, body: Any, status: int) -> None:
    assert desk.ask("POST", path.replace("ID", desk.id), json=body).status_code == status


def test_resend_keeps_the_bytes_and_anew_does_not(desk: Desk) -> None:
    same = desk.ask("POST", f"/{desk.id}/resend").json()
    assert (same["id"], same["documents"][0]["status"], same["documents"][0]["control"]) == (
        desk.id,
        "unsent",
        "0001",
    )

    anew = desk.ask("POST", f"/{desk.id}/resend?anew=true").json()

    assert (anew["id"] == desk.id, anew["documents"][0]["control"]) == (False, "0002")
    assert desk.town.street.message(desk.id)["documents"][0]["status"] == "rewritten"


def test_what_is_collected_is_listed_and_released(desk: Desk) -> None:
    desk.town.edit("acme", '"850": {on: OrderPlaced}', '"850": {on: OrderPlaced, collect: {minutes: 60}}')
    desk.town.bring(order("PO2"), "erp")

    (row,) = desk.ask("GET", "/collected").json()["items"]
    assert (row["partner"], row["type"], row["number"]) == ("acme", "850", "PO2")
    assert desk.ask("POST", "/collected/acme/release", "acme-key").status_code == 403
    assert desk.ask("POST", "/collected/zed/release").status_code == 404
    assert desk.ask("POST", "/collected/acme/release").json() == {"partner": "acme", "released": 1}
    assert desk.ask("GET", "/collected").json() == {"items": []}
