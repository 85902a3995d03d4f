"""`/v1/signals` and `/v1/calls`: what fired, by which rules, what came of it, and what the line waits for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.api.house import House, open_house


@pytest.fixture
def own_house(tmp_path: Path) -> Iterator[House]:
    with open_house(tmp_path / "home") as house:
        yield house


def post(house: House, *events: dict[str, Any]) -> None:
    for event in events:
        found = house.ask("POST", "/v1/events", "erp-main", content=json.dumps(event).encode())
        assert found.status_code == 202, found.text
        house.street.run_until_idle()


def raise_one(house: House) -> None:
    """A call from the line that nobody serves, and the half hour that goes by."""
    post(
        house,
        {"kind": "SiteDefined", "number": "PLT07", "identifiers": ["92:PLT07"]},
        {"kind": "PartDefined", "number": "BRK-100", "base_unit": "EA"},
        {
            "kind": "ReplenishmentRequested", "number": "K1", "place": "PLT07", "occurred_at": "2026-11-23T14:00:00Z",
            "lines": [{"part_number": "BRK-100", "unit": "EA", "quantity": "5", "to_location": "L3"}],
        },
    )  # fmt: skip
    house.street.run_due()


def test_a_signal_is_listed_shown_and_tried_again(own_house: House) -> None:
    raise_one(own_house)

    (listed,) = own_house.ask("GET", "/v1/signals?signal=line_side_miss").json()["items"]
    shown = own_house.ask("GET", f"/v1/signals/{listed['id']}", "erp-main").json()
    again = own_house.ask("POST", f"/v1/signals/{listed['id']}/retry", "erp-main")

    assert shown == listed
    assert {name: listed[name] for name in ("id", "cause", "part", "location", "quantity", "number")} == {
        "id": "S1", "cause": "call:erp/K1/BRK-100", "part": "BRK-100", "location": "L3", "quantity": "5",
        "number": "K1",
    }  # fmt: skip
    assert [(one["action"], one["status"], one["result"]) for one in listed["actions"]] == [
        ("open_case", "done", "opened C1"),
        ("notify", "done", "nobody subscribed"),
    ]
    assert (again.status_code, again.json()["detail"]) == (409, "nothing of S1 failed")
    assert own_house.ask("GET", "/v1/signals?status=failed").json()["items"] == []
    (call,) = own_house.ask("GET", "/v1/calls").json()["items"]
    assert (call["number"], call["served"], call["status"], call["missed"]) == ("K1", "0", "open", True)
    assert own_house.ask("GET", "/v1/calls?status=served").json() == {"items": [], "next": None}


def test_rules_are_shown_with_what_is_usual(house: House) -> None:
    rules = house.ask("GET", "/v1/signals/rules").json()["items"]

    assert {"name": "", "on": ["receipt_late"], "do": [{"action": "open_case"}, {"action": "notify"}]} in rules


def test_signals_are_ours_alone(house: House) -> None:
    for path in ("/v1/signals", "/v1/signals/rules", "/v1/signals/S1", "/v1/calls"):
        assert house.ask("GET", path, "acme-main").status_code == 403, path
    assert house.ask("GET", "/v1/signals/S999").status_code == 404
    assert house.ask("GET", "/v1/signals/x").status_code == 422


def test_a_webhook_may_ask_for_signals(house: House) -> None:
    body = {"url": "https://erp.example/hook", "secret": "env:HOOK", "kinds": ["receipt_late"]}

    assert house.ask("POST", "/v1/webhooks", content=json.dumps(body).encode()).status_code == 201
