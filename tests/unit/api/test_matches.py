"""The queue of matches over REST: what goods may answer, and what a person says of it."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.api import house as houses
from tests.unit.api.house import House, notice, open_house
from tests.unit.api.test_ledger import EVENTS, RECEIPT, hand_in, items

SURE = houses.PARTNERS["acme"] + "terms: {match_confidence: 80}\n"
UNSURE: dict[str, Any] = {
    **RECEIPT,
    "lines": [
        {
            "part_number": "BRK-100", "order_number": "PO1001", "supplier": "1:123456789", "quantity": "90",
            "unit": "EA", "receipt_line": "1",
        }
    ],
}  # fmt: skip


def seal(place: str) -> str:
    """A cursor as another list gives it out."""
    return base64.urlsafe_b64encode(f"after:{place}".encode()).decode().rstrip("=")


LINE = {"site": "PLT07", "provider": "erp", "receipt_id": "GR1", "receipt_line": "1"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Ninety came against an order of a hundred, which one notice announced: too little for this agreement."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(houses.PARTNERS, "acme", SURE)
        with open_house(tmp_path_factory.mktemp("matches") / "home") as opened:
            hand_in(opened, EVENTS)
            opened.ask("POST", "/v1/messages", "acme-main", content=notice("1"))
            opened.street.run_until_idle()
            hand_in(opened, UNSURE)
            yield opened


def say(house: House, key: str = "erp-main", **said: Any) -> Any:
    return house.ask("POST", "/v1/matches", key, content=json.dumps(LINE | said).encode())


def test_the_queue_is_ours_and_lists_what_goods_may_answer(house: House) -> None:
    (found,) = items(house, "/v1/matches")

    assert {name: found[name] for name in LINE} == LINE
    assert [(one["shipment_id"], one["rung"], one["confidence"], one["open"]) for one in found["candidates"]] == [
        ("S1", "order", 70, "100")
    ]
    assert items(house, "/v1/matches?part=OTHER") == []
    assert house.ask("GET", "/v1/matches", "acme-main").status_code == 403


def test_what_cannot_be_said_is_a_conflict_with_its_reason(house: House) -> None:
    found = say(house, shipment_id="S9")

    assert found.status_code == 409
    assert found.json()["detail"] == "Notice S9 has no line of BRK-100 in force: name another, or none at all."
    assert say(house, shipment="S1").status_code == 422


def test_what_a_person_says_is_matched_and_leaves_the_queue(house: House) -> None:
    found = say(house, shipment_id="S1")

    assert (found.status_code, found.json()["recorded"][0]["result"]) == (200, "posted")
    assert items(house, "/v1/matches") == []


def test_a_page_begins_behind_the_last_one_even_when_that_was_decided_meanwhile(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(houses.PARTNERS, "acme", SURE)
        with open_house(tmp_path_factory.mktemp("matches") / "home") as opened:
            hand_in(opened, EVENTS)
            opened.ask("POST", "/v1/messages", "acme-main", content=notice("1"))
            opened.street.run_until_idle()
            lines = [{**UNSURE["lines"][0], "quantity": "10", "receipt_line": str(n)} for n in (1, 2, 3)]
            hand_in(opened, {**UNSURE, "lines": lines})

            first = opened.ask("GET", "/v1/matches?limit=1").json()
            say(opened, shipment_id="S1")
            rest = items(opened, f"/v1/matches?cursor={first['next']}")
            foreign = opened.ask("GET", f"/v1/matches?cursor={seal('7')}")

    assert [one["receipt_line"] for one in (*first["items"], *rest)] == ["1", "2", "3"]
    assert (foreign.status_code, foreign.json()["detail"]) == (422, "the cursor belongs to another list")
