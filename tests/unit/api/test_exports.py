"""The log in other people's terms over REST: pages that a reader follows, and who may see them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.api.house import House, notice, open_house
from tests.unit.api.test_ledger import EVENTS, RECEIPT, hand_in


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("exports") / "home") as house:
        hand_in(house, EVENTS)
        house.ask("POST", "/v1/messages", "acme-main", content=notice("1"))
        house.street.run_until_idle()
        hand_in(house, RECEIPT)
        yield house


def follow(house: House, path: str) -> Iterator[Any]:
    """Every page, the way a reader follows them: by the `Link` header, until a page brings nothing."""
    while path:
        found = house.ask("GET", path)
        assert found.status_code == 200, found.text
        yield found
        path = found.headers.get("link", "").partition(">")[0].removeprefix("<")


def test_epcis_pages_follow_each_other_and_end(short: House) -> None:
    pages = list(follow(short, "/v1/epcis/events?limit=1"))

    told = [event for page in pages for event in page.json()["epcisBody"]["eventList"]]
    (whole,) = [page for page in follow(short, "/v1/epcis/events") if page.json()["epcisBody"]["eventList"]]
    assert {page.headers["content-type"] for page in pages} == {"application/ld+json"}
    assert [(event["bizStep"], event["disposition"]) for event in told] == [
        ("shipping", "in_transit"), ("receiving", "sellable_accessible"), ("receiving", "mismatch_quantity"),
    ]  # fmt: skip
    assert whole.json()["epcisBody"]["eventList"] == told


def test_a_partner_sees_its_own_cloudevents_and_no_goods(short: House) -> None:
    everything = [event for page in follow(short, "/v1/cloudevents?limit=2") for event in page.json()["items"]]
    own = short.ask("GET", "/v1/cloudevents", "acme-main").json()["items"]

    assert [event["subject"] for event in everything] == [
        "parts/BRK-100", "sites/PLT07", "suppliers/ACME", "orders/PO1001", "shipments/S1", "receipts/GR1",
    ]  # fmt: skip
    assert [event["subject"] for event in own] == ["shipments/S1"]
    assert short.ask("GET", "/v1/epcis/events", "acme-main").status_code == 403


def test_names_stand_under_the_base_that_is_set(short: House) -> None:
    (event, *_) = short.ask("GET", "/v1/cloudevents").json()["items"]

    assert json.dumps(event).count("https://crossdock.example/") == 2
