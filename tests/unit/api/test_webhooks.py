"""`/v1/webhooks`: an administrator subscribes, the secret is shown once and kept out of the database."""

from __future__ import annotations

import json
import stat
from typing import Any

import pytest

from gateway.settings import resolve_secret
from tests.unit.api.house import House


def subscribe(house: House, **body: Any) -> Any:
    return house.ask("POST", "/v1/webhooks", content=json.dumps(body).encode())


def test_a_made_secret_is_shown_once_and_kept_in_a_closed_file(house: House) -> None:
    found = subscribe(house, url="https://erp.example/hook", kinds=["case_opened"], partner="acme")
    shown = found.json()
    secret, id = shown.pop("secret"), shown.pop("id")
    assert (found.status_code, found.headers["location"]) == (201, f"/v1/webhooks/{id}")
    assert shown == {
        "url": "https://erp.example/hook", "kinds": ["case_opened"], "partner": "acme", "format": "recorded",
    }  # fmt: skip
    (listed,) = [one for one in house.ask("GET", "/v1/webhooks").json()["items"] if one["id"] == id]
    path = house.home / "secrets" / id
    assert listed["secret"] == f"file:{path}"
    assert resolve_secret(listed["secret"]) == secret
    assert secret.startswith("whsec_")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_secret_of_ones_own_is_a_reference(house: House) -> None:
    found = subscribe(house, url="https://erp.example/hook", secret="env:HOOK")
    assert found.status_code == 201
    assert "secret" not in found.json()


def test_an_ended_subscription_is_no_longer_listed(house: House) -> None:
    id = subscribe(house, url="https://erp.example/hook").json()["id"]
    assert house.ask("DELETE", f"/v1/webhooks/{id}").status_code == 204
    assert id not in [one["id"] for one in house.ask("GET", "/v1/webhooks").json()["items"]]
    assert house.ask("DELETE", f"/v1/webhooks/{id}").status_code == 404


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"url": "ftp://erp.example"}, "/url"),
        ({"url": "https://user:pw@erp.example/"}, "/url"),
        ({"url": "https:///nowhere"}, "/url"),
        ({"url": "https://erp.example/", "kinds": ["ShipmentNotified", "Nonsense"]}, "/kinds/1"),
        ({"url": "https://erp.example/", "kinds": ["case_opened"], "format": "cloudevents"}, "/kinds/0"),
        ({"url": "https://erp.example/", "format": "xml"}, "/format"),
        ({"url": "https://erp.example/", "partner": "nobody"}, "/partner"),
        ({"url": "https://erp.example/", "secret": "s3cret"}, "/secret"),
        ({"url": 7}, "/url"),
        ({}, ""),
    ],
)
def test_what_cannot_be_subscribed_is_located(house: House, body: dict[str, Any], pointer: str) -> None:
    found = subscribe(house, **body)
    assert (found.status_code, [error.get("pointer", "") for error in found.json()["errors"]]) == (422, [pointer])
    assert "s3cret" not in found.text
