"""`/v1/events`: located faults, nothing said in another's name, and recorded by the same door as any message."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.unit.api.house import House

PART = {"kind": "PartDefined", "number": "P-100", "base_unit": "EA"}
SITE = {"kind": "SiteDefined", "number": "PLT07", "time_zone": "America/Detroit", "identifiers": ["92:PLT07"]}


def post(house: House, body: Any, key: str = "erp-main", query: str = "") -> Any:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return house.ask("POST", f"/v1/events{query}", key, content=content)


def test_events_are_accepted_and_recorded_in_order(house: House) -> None:
    found = post(house, [PART, SITE])
    assert (found.status_code, found.json()["status"]) == (202, "new")
    house.street.run_until_idle()
    message = house.ask("GET", f"/v1/messages/{found.json()['id']}", "erp-main").json()
    assert message["status"] == "done"
    recorded = house.ask("GET", "/v1/events", "erp-main").json()["items"]
    assert [(event["kind"], event["number"]) for event in recorded][:2] == [
        ("PartDefined", "P-100"), ("SiteDefined", "PLT07")
    ]  # fmt: skip
    assert house.ask("GET", "/v1/parts/P-100", "erp-main").json()["base_unit"] == "EA"
    assert house.ask("GET", "/v1/sites/PLT07", "erp-main").json()["time_zone"] == "America/Detroit"


def test_one_event_needs_no_list(house: House) -> None:
    found = post(house, PART | {"number": "P-101"})
    house.street.run_until_idle()
    assert found.status_code == 202
    assert house.ask("GET", "/v1/parts/P-101", "erp-main").status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (PART | {"base_unit": 7}, "/base_unit"),
        ([SITE, PART | {"base_unit": 7}], "/1/base_unit"),
        ([SITE, {"kind": "Nonsense", "number": "1"}], "/1/kind"),
        (PART | {"revisions": [{"revision": "A", "effective_from": "soon"}]}, "/revisions/0/effective_from"),
        (PART | {"partner": "acme"}, "/partner"),
        ([SITE, PART | {"actor": {"kind": "user", "id": "boss"}}], "/1/actor"),
        (PART | {"recorded_at": "2020-01-01T00:00:00Z"}, "/recorded_at"),
        (PART | {"book": "test"}, "/book"),
        ({"kind": "TimePassed", "number": "2030-01-01T00:00:00Z"}, "/kind"),
    ],
)
def test_each_fault_is_located_and_nothing_is_taken(house: House, body: Any, pointer: str) -> None:
    before = house.ask("GET", "/v1/messages?limit=500", "erp-main").json()["items"]
    found = post(house, body)
    assert (found.status_code, [error["pointer"] for error in found.json()["errors"]]) == (422, [pointer])
    assert house.ask("GET", "/v1/messages?limit=500", "erp-main").json()["items"] == before


def test_what_is_no_json_is_not_readable(house: House) -> None:
    found = post(house, b"<order/>")
    assert (found.status_code, found.json()["code"]) == (400, "not-readable")


def test_a_partner_may_say_what_its_agreement_names_only(house: House) -> None:
    found = post(house, PART, "acme-main")
    assert found.status_code == 422
    assert found.json()["errors"] == [{"detail": "PartDefined is not agreed with acme", "pointer": "/kind"}]


def test_more_events_than_the_bound_are_refused(house: House) -> None:
    found = post(house, [PART] * 1001)
    assert (found.status_code, found.json()["detail"]) == (422, "at most 1000 events in one body")


def test_events_are_paged(house: House) -> None:
    post(house, [PART | {"number": "P-201"}, PART | {"number": "P-202"}])
    house.street.run_until_idle()
    whole = house.ask("GET", "/v1/events?limit=500").json()["items"]
    page = house.ask("GET", "/v1/events?limit=1").json()
    rest = house.ask("GET", f"/v1/events?limit=500&cursor={page['next']}").json()["items"]
    assert page["items"] + rest == whole


def test_a_partner_sees_its_own_events_only(house: House) -> None:
    assert house.ask("GET", "/v1/events", "acme-main").json()["items"] == []


def test_a_cursor_of_another_list_is_refused(house: House) -> None:
    found = house.ask("GET", "/v1/events?cursor=YWZ0ZXI6bV8x")
    assert (found.status_code, found.json()["detail"]) == (422, "the cursor belongs to another list")
