"""Probes and figures: open to everyone, and silent about contents."""

from __future__ import annotations

from gateway.api.health import CHECKS
from tests.unit.api.house import House, notice


def test_the_process_lives(house: House) -> None:
    found = house.http.get("/livez")
    assert (found.status_code, found.json()) == (200, {"status": "ok"})


def test_readiness_names_each_check(house: House) -> None:
    found = house.http.get("/readyz")
    assert (found.status_code, found.json()) == (
        200, {"status": "ok", "checks": {check.name: "ok" for check in CHECKS}}
    )  # fmt: skip


def test_metrics_count_requests_and_what_the_store_holds(house: House) -> None:
    house.ask("POST", "/v1/messages", "acme-main", content=notice("800"))
    text = house.http.get("/metrics").text
    assert 'crossdock_requests_total{method="POST",route="/v1/messages",status="202"} 1.0' in text
    assert 'crossdock_inbox_messages{status="new"} 1.0' in text
    assert 'crossdock_request_seconds_count{route="/v1/messages"} 1.0' in text


def test_metrics_never_hold_a_path_that_a_caller_made_up(house: House) -> None:
    house.http.get("/made/up/by/a/caller")
    assert "made" not in house.http.get("/metrics").text
