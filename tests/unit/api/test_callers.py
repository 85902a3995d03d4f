"""Callers: who may ask what, and that a key speaks for its own partner only."""

from __future__ import annotations

import pytest

from tests.unit.api.house import House, notice


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic YTpi", "crossdock_admin"])
def test_without_a_key_nothing_is_told(house: House, header: str) -> None:
    found = house.http.get("/v1/messages", headers={"Authorization": header} if header else {})
    assert (found.status_code, found.json()["code"]) == (401, "no-key")
    assert found.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("key", ["crossdock_guess", "x" * 500, "crossdock_old"])
def test_an_unknown_or_revoked_key_is_refused(house: House, key: str) -> None:
    found = house.http.get("/v1/messages", headers={"Authorization": f"Bearer {key}"})
    assert found.status_code == 401
    assert found.json() == {
        "type": "/problems/unknown-key",
        "title": "The API key is unknown or revoked",
        "status": 401,
        "detail": "Ask an administrator for a new key.",
        "code": "unknown-key",
    }


def test_a_key_that_its_partner_does_not_list_opens_nothing(house: House) -> None:
    found = house.ask("GET", "/v1/messages", "unlisted")
    assert (found.status_code, found.json()["detail"]) == (403, 'partner acme does not list the key "unlisted"')


@pytest.mark.parametrize(
    ("method", "path", "key", "scope"),
    [
        ("POST", "/v1/messages", "acme-reader", "messages:write"),
        ("POST", "/v1/events", "bolt-main", "events:write"),
        ("GET", "/v1/cases", "acme-reader", "ledger:read"),
        ("GET", "/v1/scores/acme", "acme-reader", "ledger:read"),
        ("POST", "/v1/cases/C1/resolve", "acme-main", "cases:write"),
        ("POST", "/v1/messages/m_1/replay", "acme-main", "admin"),
        ("POST", "/v1/webhooks", "erp-main", "admin"),
        ("GET", "/v1/webhooks", "erp-main", "admin"),
        ("DELETE", "/v1/webhooks/w_1", "erp-main", "admin"),
    ],
)
def test_a_missing_scope_is_named(house: House, method: str, path: str, key: str, scope: str) -> None:
    found = house.ask(method, path, key, content=b"{}" if method == "POST" else None)
    assert (found.status_code, found.json()["detail"]) == (403, f'the key "{key}" lacks the scope {scope}')


@pytest.mark.parametrize("path", ["/v1/balances", "/v1/balances/1", "/v1/positions/P1", "/v1/promises/P1",
                                  "/v1/movements", "/v1/in-transit", "/v1/backlog", "/v1/goods-received-not-invoiced",
                                  "/v1/obsolete", "/v1/defects", "/v1/parts", "/v1/sites",
                                  "/v1/suppliers"])  # fmt: skip
def test_the_books_are_closed_to_other_partners(house: House, path: str) -> None:
    found = house.ask("GET", path, "acme-main")
    assert (found.status_code, found.json()["detail"]) == (
        403, "this is for our own side; a partner sees, disputes and notes on cases of its own"
    )  # fmt: skip
    assert house.ask("GET", path, "erp-main").status_code in (200, 404)


def test_a_key_cannot_speak_for_another_partner(house: House) -> None:
    found = house.ask("POST", "/v1/messages?partner=bolt", "acme-main", content=notice("900"))
    assert (found.status_code, found.json()["detail"]) == (403, "this key speaks for acme")


def test_an_administrator_must_say_for_whom(house: House) -> None:
    found = house.ask("POST", "/v1/messages", content=notice("901"))
    assert (found.status_code, found.json()["code"]) == (400, "needs-partner")


def test_an_administrator_cannot_speak_for_nobody(house: House) -> None:
    found = house.ask("POST", "/v1/messages?partner=nobody", content=notice("902"))
    assert (found.status_code, found.json()["detail"]) == (422, "there is no partner nobody")


def test_another_partners_message_is_not_found(house: House) -> None:
    id = house.ask("POST", "/v1/messages", "acme-main", content=notice("903")).json()["id"]
    for path in (f"/v1/messages/{id}", f"/v1/messages/{id}/content"):
        found = house.ask("GET", path, "bolt-main")
        assert (found.status_code, found.json()["detail"]) == (404, f"there is no message {id}")


def test_a_list_shows_the_callers_messages_only(house: House) -> None:
    house.ask("POST", "/v1/messages", "acme-main", content=notice("904"))
    house.ask("POST", "/v1/messages", "bolt-main", content=b"whatever bolt sends")
    for key, partner in (("acme-main", "acme"), ("bolt-main", "bolt")):
        items = house.ask("GET", "/v1/messages", key).json()["items"]
        assert {item["partner"] for item in items} == {partner}
    assert {item["partner"] for item in house.ask("GET", "/v1/messages").json()["items"]} >= {"acme", "bolt"}


def test_no_key_is_ever_logged(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.ask("GET", "/v1/messages", "acme-main")
    house.ask("GET", "/v1/messages?partner=bolt", "acme-main")
    assert "crossdock_acme-main" not in caplog.text
