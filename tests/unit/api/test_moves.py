"""Transfers, settlements and rulings over REST: handed in as events, read back, and no business of outsiders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.api.house import House, open_house
from tests.unit.api.test_ledger import hand_in, items

MASTER: list[dict[str, Any]] = [
    {
        "kind": "PartDefined",
        "number": "BRK-100",
        "base_unit": "EA",
        "revisions": [{"revision": "A"}, {"revision": "B"}],
    },
    {"kind": "PartDefined", "number": "BRK-200", "base_unit": "EA"},
    {"kind": "SiteDefined", "number": "PLT07", "time_zone": "America/Detroit"},
    {"kind": "SiteDefined", "number": "PLT08", "time_zone": "America/Detroit"},
    {"kind": "SupplierDefined", "number": "ACME"},
]  # fmt: skip


def line(quantity: str, **named: Any) -> dict[str, Any]:
    return {"part_number": "BRK-100", "quantity": quantity, "unit": "EA", "location": "A-01", "lot": "L7"} | named


def opening(*lines: dict[str, Any]) -> dict[str, Any]:
    total = sum(int(one["quantity"]) for one in lines)
    control = {"lines": len(lines), "quantity": str(total)}
    return {"kind": "OpeningBalanceLoaded", "number": "O1", "place": "PLT07", "control": control, "lines": lines}


TRANSFER = {
    "kind": "TransferShipped", "number": "T-1", "from_place": "PLT07", "to_place": "PLT08",
    "expected_at": "2026-11-24T06:00:00Z", "lines": [line("40", part_revision="B")],
}  # fmt: skip
CONSUMED = {
    "kind": "MaterialConsumed", "number": "C-1", "place": "PLT07",
    "lines": [line("4", part_revision="B", location="B-01", state="consigned", demand="WO-1")],
}  # fmt: skip
RULINGS: dict[str, dict[str, Any]] = {
    "deviations": {
        "kind": "DeviationApproved", "number": "DEV-1", "part": "BRK-100", "part_revision": "A",
        "approver_role": "engineer", "quantity": "10",
    },
    "substitutions": {
        "kind": "SubstitutionApproved", "number": "SUB-1", "part": "BRK-100", "substitute": "BRK-200",
        "approver_role": "engineer",
    },
    "engineering-changes": {
        "kind": "EngineeringChangeReleased", "number": "EC-7",
        "parts": [{"part": "BRK-100", "old_revisions": ["A"], "new_revision": "B", "effective_from": "2026-11-01"}],
    },
}  # fmt: skip


@pytest.fixture(scope="module")
def moved(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A hundred brackets of ours, ten of ACME's; forty left for the other site, four of ACME's were built in."""
    with open_house(tmp_path_factory.mktemp("moved") / "home") as house:
        hand_in(house, MASTER)
        own = line("100", part_revision="B")
        theirs = line("10", part_revision="B", location="B-01", state="consigned", owner="ACME")
        hand_in(house, opening(own, theirs))
        hand_in(house, [TRANSFER, CONSUMED, *RULINGS.values()])
        yield house


def test_a_transfer_is_under_way_at_the_site_that_it_goes_to(moved: House) -> None:
    (shown,) = items(moved, "/v1/transfers")
    under_way = [
        (row["site"], row["state"], row["lot"], row["quantity"])
        for row in items(moved, "/v1/balances?state=in_transit&by=site&by=state&by=lot")
    ]

    assert (shown["number"], shown["from_site"], shown["to_site"], shown["status"]) == (
        "T-1", "PLT07", "PLT08", "in_transit",
    )  # fmt: skip
    assert under_way == [("PLT08", "in_transit", "L7", "40")]


def test_what_was_built_in_of_a_suppliers_goods_is_owed(moved: House) -> None:
    (record,) = items(moved, "/v1/settlements?supplier=ACME")
    (total,) = items(moved, "/v1/settlements/totals")

    assert (record["cause"], record["supplier"], record["part"], record["quantity"]) == (
        "consumed", "ACME", "BRK-100", "4",
    )  # fmt: skip
    assert (total["supplier"], total["records"]) == ("ACME", 1)


@pytest.mark.parametrize("path", RULINGS)
def test_a_ruling_is_listed_and_shown_by_its_number(moved: House, path: str) -> None:
    number = RULINGS[path]["number"]

    listed = [one["number"] for one in items(moved, f"/v1/{path}")]
    shown = moved.ask("GET", f"/v1/{path}/{number}")
    unknown = moved.ask("GET", f"/v1/{path}/NONE")

    assert listed == [number]
    assert number in json.dumps(shown.json())
    assert (shown.status_code, unknown.status_code) == (200, 404)


@pytest.mark.parametrize("path", ["transfers", "settlements", "settlements/totals", *RULINGS])
def test_outsiders_see_none_of_it(moved: House, path: str) -> None:
    assert moved.ask("GET", f"/v1/{path}", "acme-main").status_code == 403
