"""The queue of matches over REST: what goods may answer, and what a person says of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.api import house as houses
from tests.unit.api.house import House, notice, open_house
from tests.unit.api.test_ledger import EVENTS, RECEIPT, hand_in, items

UNSURE = {
    **RECEIPT,
    "lines": [
        {
            "part_number": "BRK-100", "order_number": "PO1001", "supplier": "1:123456789", "quantity": "90",
            "unit": "EA", "receipt_line": "1",
        }
    ],
}  # fmt: skip
LINE = {"site": "PLT07", "provider": "erp", "receipt_id": "GR1", "receipt_line": "1"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Ninety came against an order of a hundred, which one notice announced: too little for this agreement."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(houses.PARTNERS, "acme", houses.PARTNERS["acme"] + "terms: {match_confidence: 80}\n")
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
