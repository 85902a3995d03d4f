"""Promises, schedules and invoices over REST: handed in by a supplier and by us, seen by whom they concern."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.api.house import House, open_house
from tests.unit.api.test_ledger import EVENTS, hand_in, items

DAY = "2026-11-{}T00:00:00-05:00"


def released(schedule: str, release: str, issued: str, *requirements: dict[str, str], **more: Any) -> dict[str, Any]:
    return {
        "kind": "ScheduleReleased", "number": f"{schedule}-1", "schedule": schedule, "supplier": "1:123456789",
        "ship_to": "92:PLT07", "release": release, "issued_at": DAY.format(issued),
        "lines": [{"part_number": "BRK-100", "unit": "EA", "requirements": list(requirements)}],
    } | more  # fmt: skip


PAPERS: list[dict[str, Any]] = [
    {
        "kind": "OrderAcknowledged", "number": "PO1001", "supplier": "1:123456789",
        "acknowledged_at": DAY.format(23), "lines": [
            {"part_number": "BRK-100", "order_line": "1", "status": "accepted", "promised_at": DAY.format(27)}
        ],
    },
    released("planning", "47", "20", {"quantity": "300", "due_at": DAY.format(30), "timing": "weekly"}),
    released("planning", "46", "13", {"quantity": "999", "due_at": DAY.format(30), "timing": "weekly"}),
    released(
        "planning", "1", "20", {"quantity": "7", "due_at": DAY.format(30)}, direction="demand", customer="oem",
        ship_from="92:PLT07", ship_to="92:OEM1",
    ),
    {
        "kind": "SupplierInvoiceReceived", "number": "INV1", "supplier": "1:123456789", "order_number": "PO1001",
        "currency": "USD", "lines": [
            {"part_number": "BRK-100", "order_line": "1", "quantity": "5", "unit": "EA", "price": {"amount": "4.25"}}
        ],
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("papers") / "home") as opened:
        hand_in(opened, EVENTS)
        hand_in(opened, PAPERS)
        yield opened


def test_an_order_shows_what_was_promised_of_it(house: House) -> None:
    (order,) = items(house, "/v1/orders", "acme-main")
    (line,) = order["lines"]

    assert (line["promised_quantity"], line["promised_at"]) == ("100", "2026-11-27T05:00:00Z")
    assert [promise["status"] for promise in line["promises"]] == ["accepted"]


def test_schedules_show_what_is_in_force_and_releases_all_that_came(house: House) -> None:
    demand, supply = items(house, "/v1/schedules")
    kept = items(house, "/v1/schedules/releases?part=BRK-100&direction=supply")

    assert [(one["release"], one["quantity"]) for one in supply["requirements"]] == [("47", "300")]
    assert (demand["direction"], demand["counterparty"], demand["ship_to"]) == ("demand", "oem", "92:OEM1")
    assert [one["release"] for one in kept] == ["47", "46"]


def test_a_supplier_sees_what_is_required_of_it_and_nobodys_demand(house: House) -> None:
    for path in ("/v1/schedules", "/v1/schedules?direction=demand&customer=oem", "/v1/schedules/releases"):
        assert {(one["direction"], one["counterparty"]) for one in items(house, path, "acme-main")} == {
            ("supply", "ACME")
        }
    assert house.ask("GET", "/v1/schedules?supplier=BOLT", "acme-main").status_code == 403
    assert house.ask("GET", "/v1/schedules", "bolt-main").status_code == 403
    assert house.ask("GET", "/v1/invoices", "bolt-main").status_code == 403


def test_an_invoice_shows_what_its_lines_bill(house: House) -> None:
    (found,) = items(house, "/v1/invoices?invoice_number=INV1", "acme-main")
    (line,) = found["lines"]

    assert (line["matched_by"], line["order_number"], line["order_line"]) == ("order", "PO1001", "1")
    assert [line[name] for name in ("quantity", "ordered", "received", "invoiced", "value")] == [
        "5", "100", "0", "5", "21.25",
    ]  # fmt: skip


def test_pages_lead_on_and_refuse_the_places_of_other_lists(house: House) -> None:
    first = house.ask("GET", "/v1/schedules?limit=1", "erp-main").json()
    rest = house.ask("GET", f"/v1/schedules?limit=1&cursor={first['next']}", "erp-main").json()
    kept = house.ask("GET", "/v1/schedules/releases?limit=1", "erp-main").json()

    assert [one["direction"] for page in (first, rest) for one in page["items"]] == ["demand", "supply"]
    assert rest["next"] is None
    for path, cursor in (("/v1/schedules", kept["next"]), ("/v1/schedules/releases", first["next"])):
        refused = house.ask("GET", f"{path}?cursor={cursor}", "erp-main")
        assert (refused.status_code, refused.json()["detail"]) == (422, "the cursor belongs to another list")


def test_what_is_wrong_in_a_paper_is_refused_with_its_place(house: House) -> None:
    wrong = {**PAPERS[0], "lines": [{"part_number": "BRK-100", "status": "perhaps"}]}

    refused = house.ask("POST", "/v1/events", "erp-main", content=json.dumps(wrong).encode())

    assert refused.status_code == 422
    assert "status" in json.dumps(refused.json())
