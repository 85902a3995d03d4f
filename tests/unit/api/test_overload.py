"""Overload: a full queue refuses new messages with a time to come back, and opens again when it has room."""

from __future__ import annotations

from pathlib import Path

from fastapi.testclient import TestClient

from gateway.api import overload
from gateway.api.app import create_app
from gateway.settings import Settings
from tests.unit.api.house import House, notice, open_house


def test_a_full_queue_says_when_to_come_back(tmp_path: Path) -> None:
    with open_house(tmp_path / "home") as open_one:
        settings = Settings(home=open_one.home, queue_max=2)
        with TestClient(create_app(open_one.street, settings)) as http:
            house = House(open_one.home, open_one.street, http)
            gate: overload.Gate = http.app.state.gate  # type: ignore[attr-defined]
            for control in ("1", "2", "3"):
                assert house.ask("POST", "/v1/messages", "acme-main", content=notice(control)).status_code == 202
            gate.look_again()

            refused = house.ask("POST", "/v1/messages", "acme-main", content=notice("4"))
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
            assert refused.json() == {
                "type": "/problems/overloaded",
                "title": "Overloaded or not ready",
                "status": 503,
                "detail": "more than 2 messages wait to be processed",
                "code": "overloaded",
            }
            assert house.ask("GET", "/v1/messages", "acme-main").status_code == 200
            assert http.get("/readyz").json()["checks"]["queue"] == "3 messages wait, at most 2 should"

            house.street.run_until_idle()
            gate.look_again()
            assert house.ask("POST", "/v1/messages", "acme-main", content=notice("4")).status_code == 202
