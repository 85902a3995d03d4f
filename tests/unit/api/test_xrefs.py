"""Cross-references over REST: misses, resolving them with what goes on, CSV both ways, and who may."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.api.house import House, open_house
from tests.unit.api.house import notice as notice_of_acme
from tests.unit.api.test_ledger import hand_in, items

MASTER: list[dict[str, Any]] = [
    {"kind": "PartDefined", "number": "BRK-100", "base_unit": "EA"},
    {"kind": "SiteDefined", "number": "PLT07", "time_zone": "America/Detroit", "identifiers": ["92:PLT07"]},
    {"kind": "SupplierDefined", "number": "acme", "identifiers": ["1:123456789"]},
]


def notice(control: str) -> bytes:
    """A ship notice of acme's in X12 that names a part as we do not."""
    return notice_of_acme(control).replace(b"BP*BRK-100", b"BP*BRK-OLD")


def order(number: str, part: str) -> dict[str, Any]:
    lines = [{"part_number": part, "order_line": "1", "quantity": "5", "unit": "EA"}]
    return {
        "kind": "OrderPlaced", "number": number, "supplier": "1:123456789", "ship_to": "92:PLT07", "lines": lines,
    }  # fmt: skip


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("xrefs") / "home") as house:
        hand_in(house, [*MASTER, order("PO1", "77"), order("PO2", "78")])
        yield house


def test_a_miss_is_listed_rehearsed_and_resolved(house: House) -> None:
    waiting = items(house, "/v1/xrefs/misses")
    entry = {"of": "part", "identifier": "BP:77", "means": "BRK-100", "sender": "erp"}

    tried = house.ask("POST", "/v1/xrefs?dry_run=true", "erp-main", json=entry).json()
    between = len(items(house, "/v1/xrefs/misses"))
    done = house.ask("POST", "/v1/xrefs", "erp-main", json=entry).json()

    assert [(one["identifier"], one["sender"], one["lines"], one["cases"]) for one in waiting] == [
        ("BP:77", "erp", 1, ["C1"]), ("BP:78", "erp", 1, ["C2"]),
    ]  # fmt: skip
    went = [(one["number"], one["result"]) for one in done["released"]]
    assert (tried["rehearsed"], between, done["rehearsed"]) == (True, 2, False)
    assert [(one["number"], one["result"]) for one in tried["released"]] == went == [("PO1", "posted")]
    assert done["numbers"] == ["part/erp/BP:77"]
    assert [one["identifier"] for one in items(house, "/v1/xrefs/misses")] == ["BP:78"]
    (kept,) = items(house, "/v1/xrefs?sender=erp")
    assert (kept["means"], kept["actor"]) == ("BRK-100", {"kind": "partner", "id": "erp"})
    (said,) = items(house, "/v1/xrefs/history?number=part/erp/BP:77")
    assert (said["result"], said["body"]["means"]) == ("posted", "BRK-100")


def test_a_ship_notice_in_x12_waits_as_it_was_sent_and_posts_when_its_part_is_known(house: House) -> None:
    bracket = {"kind": "PartDefined", "number": "BRACKET", "base_unit": "EA"}
    hand_in(house, [bracket, order("PO1001", "BRACKET")])
    id = house.ask("POST", "/v1/messages", "acme-main", content=notice("7")).json()["id"]
    house.street.run_until_idle()
    before = house.ask("GET", f"/v1/messages/{id}").json()
    miss = items(house, "/v1/xrefs/misses?sender=acme")

    house.ask("POST", "/v1/xrefs", json=entry_for("BP:BRK-OLD", means="BRACKET", sender="acme"))
    after = house.ask("GET", f"/v1/messages/{id}").json()

    assert [(one["identifier"], one["document"], one["candidates"]) for one in miss] == [
        ("BP:BRK-OLD", f"{id}.1", [{"means": "BRACKET", "why": "ordered on PO1001"}])
    ]
    assert (before["answers"][0]["kind"], before["documents"][0]["status"]) == ("997", "waiting")
    assert after["documents"][0]["status"] == "recorded"
    balances = items(house, "/v1/balances?part=BRACKET&state=in_transit")
    assert [row["quantity"] for row in balances] == ["100"]
    (event,) = items(house, "/v1/events?kind=ShipmentNotified")
    said = house.ask("GET", f"/v1/events/{event['seq']}").json()["body"]
    assert said["lines"][0]["part_number"] == "BRK-OLD"


def test_csv_goes_out_and_in_again(house: House) -> None:
    rows = b"of,sender,identifier,means,valid_to\npart,acme,VP:1,BRK-100,2026-12-31\nsite,,91:7,PLT07,\n"

    taken = house.ask("POST", "/v1/xrefs/csv", content=rows).json()
    exported = house.ask("GET", "/v1/xrefs/csv")
    again = house.ask("POST", "/v1/xrefs/csv", content=exported.content).json()

    assert [one["result"] for one in taken["recorded"]] == ["posted", "posted"]
    assert exported.headers["content-type"] == "text/csv; charset=utf-8"
    assert [one["result"] for one in again["recorded"]] == ["repeated", "repeated"]
    assert [one["number"] for one in items(house, "/v1/xrefs?on=2027-01-01")] == ["site//91:7"]


def test_pages_follow_each_other(house: House) -> None:
    house.ask("POST", "/v1/xrefs", json=[entry_for(f"BP:{n}") for n in range(5)])

    first = house.ask("GET", "/v1/xrefs?limit=3").json()
    second = house.ask("GET", f"/v1/xrefs?limit=3&cursor={first['next']}").json()
    misses = house.ask("GET", "/v1/xrefs/misses?limit=1").json()
    last = house.ask("GET", f"/v1/xrefs/misses?limit=1&cursor={misses['next']}").json()

    assert [one["identifier"] for one in first["items"] + second["items"]] == [f"BP:{n}" for n in range(5)]
    assert [one["identifier"] for one in misses["items"] + last["items"]] == ["BP:77", "BP:78"]
    assert (second["next"], last["next"]) == (None, None)


def entry_for(identifier: str, **said: Any) -> dict[str, Any]:
    return {"of": "part", "identifier": identifier, "means": "BRK-100"} | said


def test_every_fault_is_located_and_nothing_is_recorded(house: House) -> None:
    several = house.ask("POST", "/v1/xrefs", json=[entry_for("BP:1"), entry_for("2"), entry_for("BP:3", means="X")])
    one = house.ask("POST", "/v1/xrefs", json=entry_for("BP:1", sender="amce"))
    shape = house.ask("POST", "/v1/xrefs", json=entry_for("BP:1", of="parts"))
    rows = house.ask("POST", "/v1/xrefs/csv", content=b"of,identifier,means\npart,BP:1,BRK-100\npart,BP:2,X\n")

    assert [found.status_code for found in (several, one, shape, rows)] == [422, 422, 422, 422]
    assert [fault["pointer"] for fault in several.json()["errors"]] == ["/1/identifier", "/2/means"]
    assert one.json()["errors"][0]["pointer"] == "/sender"
    assert shape.json()["errors"][0]["pointer"] == "/of"
    assert rows.json()["errors"] == [
        {"detail": "X is no part that we know; import it first", "parameter": "means", "line": 3}
    ]
    assert items(house, "/v1/xrefs") == []


def test_partners_neither_see_nor_say_what_identifiers_mean(house: House) -> None:
    asked = [
        house.ask("GET", path, "acme-main").status_code
        for path in ("/v1/xrefs", "/v1/xrefs/csv", "/v1/xrefs/misses", "/v1/xrefs/history?number=x")
    ]
    said = house.ask("POST", "/v1/xrefs", "acme-main", json=entry_for("BP:1")).status_code
    taken = house.ask("POST", "/v1/xrefs/csv", "acme-main", content=b"of\n").status_code

    assert (asked, said, taken) == ([403] * 4, 403, 403)
    assert house.ask("GET", "/v1/xrefs/history?number=x").status_code == 404
