"""The description of the interface: complete, with every schema that it refers to."""

from __future__ import annotations

import json
import re
from typing import Any, cast

import pytest

from gateway.api.app import create_app
from gateway.api.openapi import OPEN_PATHS
from gateway.pipeline import Street

PROMISED = {
    ("/v1/messages", "post"), ("/v1/messages", "get"), ("/v1/messages/{id}", "get"),
    ("/v1/messages/{id}/content", "get"), ("/v1/messages/{id}/replay", "post"), ("/v1/events", "post"),
    ("/v1/events", "get"), ("/v1/balances", "get"), ("/v1/positions/{part}", "get"), ("/v1/movements", "get"),
    ("/v1/trace/{kind}/{value}", "get"), ("/v1/balances/{bucket}", "get"), ("/v1/events/{seq}", "get"),
    ("/v1/promises/{part}", "get"), ("/v1/in-transit", "get"), ("/v1/backlog", "get"),
    ("/v1/goods-received-not-invoiced", "get"), ("/v1/obsolete", "get"), ("/v1/defects", "get"),
    ("/v1/variances/{seq}", "get"), ("/v1/containments", "get"), ("/v1/containments/{number}", "get"),
    ("/v1/cases", "get"), ("/v1/cases/{id}", "get"), ("/v1/cases/{id}/resolve", "post"),
    ("/v1/scores/{supplier}", "get"), ("/v1/webhooks", "post"), ("/livez", "get"), ("/readyz", "get"),
    ("/metrics", "get"),
}  # fmt: skip


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return json.loads(json.dumps(create_app(cast(Street, None)).openapi()))


def test_every_promised_route_is_there(document: dict[str, Any]) -> None:
    found = {(path, method) for path, methods in document["paths"].items() for method in methods}
    assert found >= PROMISED


def test_every_reference_leads_to_a_schema(document: dict[str, Any]) -> None:
    wanted = set(re.findall(r'"#/components/schemas/([^"]+)"', json.dumps(document)))
    assert wanted <= set(document["components"]["schemas"])
    assert {"OrderPlaced", "ShipmentNotified", "Problem"} <= wanted


def test_every_route_but_the_probes_and_as2_needs_a_key(
    document: dict[str, Any],
) -> None:
    open_paths = {
        path
        for path, methods in document["paths"].items()
        for operation in methods.values()
        if "security" not in operation
    }
    assert open_paths == set(OPEN_PATHS)


def test_every_operation_tells_its_purpose_and_its_problems(
    document: dict[str, Any],
) -> None:
    for methods in document["paths"].values():
        for operation in methods.values():
            assert operation["summary"]
            assert {"4XX", "5XX"} <= set(operation["responses"])
            assert "422" not in operation["responses"]
