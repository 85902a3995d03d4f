"""The books over REST: one short delivery, seen by ourselves, by its supplier, and by somebody else."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from typing import Any

import pytest

from ledger import queries
from tests.unit.api.house import House, notice, open_house

EVENTS: list[dict[str, Any]] = [
    {"kind": "PartDefined", "number": "BRK-100", "base_unit": "EA"},
    {"kind": "SiteDefined", "number": "PLT07", "time_zone": "America/Detroit", "identifiers": ["92:PLT07"]},
    {"kind": "SupplierDefined", "number": "ACME", "identifiers": ["1:123456789"]},
    {
        "kind": "OrderPlaced", "number": "PO1001", "supplier": "1:123456789", "ship_to": "92:PLT07",
        "lines": [{"part_number": "BRK-100", "order_line": "1", "quantity": "100", "unit": "EA"}],
    },
]  # fmt: skip
RECEIPT: dict[str, Any] = {
    "kind": "GoodsReceived", "number": "GR1", "ship_to": "92:PLT07", "occurred_at": "2026-11-23T14:59:00Z",
    "lines": [
        {
            "part_number": "BRK-100", "shipment_id": "S1", "order_number": "PO1001", "quantity": "90", "unit": "EA",
            "condition": "02", "receipt_line": "1",
        }
    ],
}  # fmt: skip


def hand_in(house: House, events: Any) -> None:
    found = house.ask("POST", "/v1/events", "erp-main", content=json.dumps(events).encode())
    assert found.status_code == 202, found.text
    house.street.run_until_idle()


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """100 ordered and advised, 90 received, short and final."""
    with open_house(tmp_path_factory.mktemp("short") / "home") as house:
        hand_in(house, EVENTS)
        house.ask("POST", "/v1/messages", "acme-main", content=notice("1"))
        house.street.run_until_idle()
        hand_in(house, RECEIPT)
        yield house


def items(house: House, path: str, key: str = "erp-main") -> list[dict[str, Any]]:
    found = house.ask("GET", path, key)
    assert found.status_code == 200, found.text
    listed: list[dict[str, Any]] = found.json()["items"]
    return listed


def test_balances_hold_what_came_and_all_sum_to_zero(short: House) -> None:
    on_hand = [(row["state"], row["quantity"], row["unit"]) for row in items(short, "/v1/balances?part=BRK-100")]
    assert ("available", "90", "EA") in on_hand
    everything = items(short, "/v1/balances?part=BRK-100&external=true")
    assert sum(float(row["quantity"]) for row in everything) == 0


def test_balances_are_kept_as_of_a_time(short: House) -> None:
    assert items(short, "/v1/balances?as_of=2026-01-01T00:00:00Z") == []
    assert short.ask("GET", "/v1/balances?as_of=yesterday", "erp-main").status_code == 422


def test_a_label_leads_to_its_notice_and_receipt(short: House) -> None:
    units = {row["handling_unit"] for row in items(short, "/v1/balances?part=BRK-100&by=part&by=handling_unit")} - {
        ""
    }
    found = [short.ask("GET", f"/v1/trace/handling_unit/{unit}", "erp-main").json() for unit in sorted(units)]
    assert [{step["kind"] for step in one["steps"]} >= {"GoodsReceived"} for one in found] == [True] * len(units)
    assert short.ask("GET", "/v1/trace/vin/NONE", "erp-main").json() == {"kind": "vin", "value": "NONE"}
    assert short.ask("GET", "/v1/trace/colour/red", "erp-main").status_code == 422


def test_a_snapshot_is_compared_place_by_place(short: House) -> None:
    line = {"part_number": "BRK-100", "quantity": "90", "unit": "EA"}
    hand_in(short, {"kind": "InventorySnapshotReported", "number": "20261123", "place": "92:PLT07", "lines": [line]})
    (event,) = items(short, "/v1/events?kind=InventorySnapshotReported")

    found = short.ask("GET", f"/v1/variances/{event['seq']}", "erp-main").json()

    assert (found["number"], found["verdicts"]) == ("20261123", {"agrees": 1})
    assert {name: found["variances"][0][name] for name in ("part", "expected", "said", "verdict")} == {
        "part": "BRK-100", "expected": "90", "said": "90", "verdict": "agrees"
    }  # fmt: skip
    missing = short.ask("GET", "/v1/variances/1", "erp-main")
    assert (missing.status_code, missing.json()["detail"]) == (404, "event 1 is no snapshot and no count")


def test_the_position_of_a_part_adds_up(short: House) -> None:
    found = short.ask("GET", "/v1/positions/BRK-100", "erp-main").json()
    assert (found["part"], found["unit"], found["usable"]) == ("BRK-100", "EA", "90")
    missing = short.ask("GET", "/v1/positions/NONE", "erp-main")
    assert (missing.status_code, missing.json()["detail"]) == (404, "there is no part NONE")


def test_movements_lead_to_the_segment_behind_them(short: House) -> None:
    found = items(short, "/v1/movements?part=BRK-100")
    assert {move["kind"] for move in found} == {"ShipmentNotified", "GoodsReceived"}
    (advised,) = [move for move in found if move["kind"] == "ShipmentNotified"]
    assert (advised["quantity"], advised["target"]["state"], advised["segment"]) == ("100", "in_transit", 9)


def test_a_balance_links_to_the_movements_that_made_it(short: House) -> None:
    for row in items(short, "/v1/balances?part=BRK-100&external=true&by=state&by=location"):
        moves = items(short, row["movements"] + "&limit=500")
        signed = [
            (1 if matches(move["target"], row) else 0) - (1 if matches(move["source"], row) else 0) for move in moves
        ]
        total = sum(sign * float(move["quantity"]) for sign, move in zip(signed, moves, strict=True))
        assert total == float(row["quantity"])
        assert short.ask("GET", moves[0]["event_link"], "erp-main").json()["seq"] == moves[0]["event"]
        assert short.ask("GET", moves[0]["message_link"], "admin").status_code == 200


def matches(end: dict[str, Any], row: dict[str, Any]) -> bool:
    return all(end.get(name, "") == row[name] for name in ("state", "location"))


def test_one_bucket_is_shown_by_its_id_as_of_any_event(short: House) -> None:
    by = "&".join(f"by={name}" for name in queries.DIMENSIONS)
    (row,) = items(short, f"/v1/balances?state=available&{by}")
    shown = short.ask("GET", f"/v1/balances/{row['bucket']}", "erp-main").json()
    before = short.ask("GET", f"/v1/balances/{row['bucket']}?as_of_event=1", "erp-main").json()

    assert shown == row
    assert (before["quantity"], shown["quantity"]) == ("0", "90")
    assert short.ask("GET", "/v1/balances/999", "erp-main").status_code == 404


def test_a_page_of_balances_leads_to_the_next(short: House) -> None:
    whole = items(short, "/v1/balances?external=true&limit=500")
    seen: list[Any] = []
    path = "/v1/balances?external=true&limit=1"
    while path:
        found = short.ask("GET", path, "erp-main")
        seen += found.json()["items"]
        path = found.headers["link"].partition(">")[0].removeprefix("<") if "link" in found.headers else ""

    assert seen == whole
    assert len(whole) > 2


@pytest.mark.parametrize(
    ("path", "detail"),
    [
        ("/v1/balances?by=colour", "no such dimension: colour"),
        ("/v1/balances?lot=L1&absent=lot", "lot cannot be absent and have a value"),
        ("/v1/balances?as_of=2026-11-23T00:00:00Z&as_of_event=1", "both say when"),
        ("/v1/balances?cursor=YWZ0ZXI6WzFd", "the cursor belongs to another list"),
        ("/v1/movements?absent=colour", "no such dimension: colour"),
        ("/v1/positions/BRK-100?by=colour", "no such dimension: colour"),
    ],
)
def test_a_question_that_makes_no_sense_says_why(short: House, path: str, detail: str) -> None:
    found = short.ask("GET", path, "erp-main")
    assert found.status_code == 422
    assert detail in found.json()["detail"]


def test_what_may_be_promised_adds_up_to_what_is_on_hand(short: House) -> None:
    found = short.ask("GET", "/v1/promises/BRK-100", "erp-main").json()
    assert (found["on_hand"], found["promise"], found["left_out"]) == ("90", "90", "0")
    assert short.ask("GET", "/v1/promises/NONE", "erp-main").status_code == 404


def test_the_other_questions_answer(short: House) -> None:
    assert items(short, "/v1/in-transit") == []
    backlog = short.ask("GET", "/v1/backlog", "erp-main").json()
    assert [(row["part"], row["quantity"], row["location"]) for row in backlog["docked"]] == [
        ("BRK-100", row["quantity"], "DOCK") for row in backlog["docked"]
    ]
    assert sum(float(row["quantity"]) for row in backlog["docked"]) == 90
    owed = short.ask("GET", "/v1/goods-received-not-invoiced", "erp-main").json()
    assert [(row["order_number"], row["open"], row["value"]) for row in owed["rows"]] == [("PO1001", "90", None)]
    assert short.ask("GET", "/v1/obsolete", "erp-main").json()["rows"] == []
    defects = short.ask("GET", "/v1/defects?days=3", "erp-main").json()
    assert (defects["defects"], len(defects["trend"])) == ([], 3)


def test_the_case_names_both_values_and_its_evidence(short: House) -> None:
    (case,) = items(short, "/v1/cases?code=D16")
    assert {name: case[name] for name in ("part", "quantity", "expected", "actual", "unit", "supplier")} == {
        "part": "BRK-100", "quantity": "10", "expected": "100", "actual": "90", "unit": "EA", "supplier": "ACME"
    }  # fmt: skip
    assert {sorted(evidence) == ["document", "message", "segment"] for evidence in case["evidence"]} == {True}
    assert short.ask("GET", f"/v1/cases/{case['id']}", "erp-main").json() == case


def test_a_supplier_sees_its_own_case_order_shipment_and_score(short: House) -> None:
    assert [case["code"] for case in items(short, "/v1/cases", "acme-main")] == ["D16"]
    assert [order["order_number"] for order in items(short, "/v1/orders", "acme-main")] == ["PO1001"]
    assert [shipment["shipment_id"] for shipment in items(short, "/v1/shipments", "acme-main")] == ["S1"]
    score = short.ask("GET", "/v1/scores/ACME", "acme-main").json()
    assert (score["supplier"], score["month"], score["provisional"]) == ("ACME", "2026-11", True)


def test_another_supplier_sees_none_of_it(short: House) -> None:
    (case,) = items(short, "/v1/cases")
    assert items(short, "/v1/cases", "bolt-main") == []
    assert short.ask("GET", f"/v1/cases/{case['id']}", "bolt-main").status_code == 404
    assert short.ask("GET", "/v1/orders", "bolt-main").status_code == 403
    found = short.ask("GET", "/v1/scores/ACME", "bolt-main")
    assert (found.status_code, found.json()["detail"]) == (403, "a supplier sees its own score only")


@pytest.mark.parametrize(
    ("path", "status", "detail"),
    [
        ("/v1/scores/NONE", 404, "there is no supplier NONE"),
        ("/v1/cases/C99", 404, "there is no case C99"),
        ("/v1/parts/NONE", 404, "there is no NONE"),
        ("/v1/scores/ACME?month=2026-13", 422, "a parameter is missing or out of bounds"),
        ("/v1/scores/ACME?month=0001-01", 422, "a parameter is missing or out of bounds"),
        ("/v1/scores/ACME/rolling?month=9999-12", 422, "a parameter is missing or out of bounds"),
        ("/v1/scores/ACME/page?month=0000-01", 422, "a parameter is missing or out of bounds"),
        ("/v1/kpis?month=9999-12", 422, "a parameter is missing or out of bounds"),
        (
            "/v1/kpis/none",
            404,
            "there is no figure none; there are stock_accuracy, count_variance, count_variance_value, "
            "supplier_on_time, inventory_turns, service_fill_rate, dock_to_stock, receiving_errors",
        ),
        ("/v1/cases/X1", 422, "a parameter is missing or out of bounds"),
        ("/v1/balances?book=other", 422, "a parameter is missing or out of bounds"),
    ],
)
def test_what_is_not_there_is_said(short: House, path: str, status: int, detail: str) -> None:
    found = short.ask("GET", path, "erp-main")
    assert (found.status_code, found.json()["detail"]) == (status, detail)


@pytest.mark.parametrize(
    ("body", "status", "detail"),
    [
        ({"resolution": "forget"}, 422, "the body does not have the form that is asked for"),
        ({"resolution": "accept", "quantity": "-1"}, 422, "the quantity must be positive"),
        ({"resolution": "accept", "colour": "red"}, 422, "the body does not have the form that is asked for"),
    ],
)
def test_a_decision_that_makes_no_sense_is_refused(
    short: House, body: dict[str, Any], status: int, detail: str
) -> None:
    (case,) = items(short, "/v1/cases")
    found = short.ask("POST", f"/v1/cases/{case['id']}/resolve", "erp-main", content=json.dumps(body).encode())
    assert (found.status_code, found.json()["detail"]) == (status, detail)


def test_a_decision_closes_the_case_and_clears_what_stood_open(tmp_path_factory: pytest.TempPathFactory) -> None:
    with open_house(tmp_path_factory.mktemp("decided") / "home") as house:
        hand_in(house, EVENTS)
        house.ask("POST", "/v1/messages", "acme-main", content=notice("1"))
        house.street.run_until_idle()
        hand_in(house, RECEIPT)
        (case,) = items(house, "/v1/cases")
        decision = json.dumps({"resolution": "short_close", "comment": "supplier agrees"}).encode()

        found = house.ask("POST", f"/v1/cases/{case['id']}/resolve", "erp-main", content=decision)

        assert found.status_code == 200, found.text
        assert [one["result"] for one in found.json()["recorded"]] == ["posted"]
        after = found.json()["case"]
        assert (after["status"], after["resolution"], after["clearing"]) == ("closed", "short_close", "0")
        again = house.ask("POST", f"/v1/cases/{case['id']}/resolve", "erp-main", content=decision)
        assert (again.status_code, again.json()["detail"]) == (409, f"case {case['id']} is closed")


def test_a_containment_shows_the_units_that_it_holds_and_where(short: House) -> None:
    named = {"kind": "ContainmentOpened", "number": "Q1", "supplier": "1:123456789", "parts": ["BRK-100"]}
    hand_in(short, named)
    found = short.ask("GET", "/v1/containments/Q1", "erp-main").json()
    hand_in(short, {"kind": "ContainmentClosed", "number": "Q1", "disposition": "release"})

    assert [(at["state"], at["held"], at["location"], at["quantity"], at["certain"]) for at in found["affected"]] == [
        ("quality_hold", True, "DOCK", "90", "90")
    ]
    assert (found["held"], found["in_transit"], found["otherwise"]) == ("90", "0", "0")
    listed = [(one["number"], one["status"], one["held"]) for one in items(short, "/v1/containments")]
    assert listed == [("Q1", "closed", "0")]
    missing = short.ask("GET", "/v1/containments/Q9", "erp-main")
    assert (missing.status_code, missing.json()["detail"]) == (404, "there is no containment Q9")


def test_key_figures_are_a_page_and_a_table_down_to_their_entries(short: House) -> None:
    page = short.ask("GET", "/v1/kpis/page?month=2026-11", "erp-main")
    table = short.ask("GET", "/v1/kpis/csv?month=2026-11", "erp-main")
    one = short.ask("GET", "/v1/kpis/receiving_errors?month=2026-11", "erp-main").json()

    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.text.count("<section>") == len(queries.KPIS)
    rows = list(csv.DictReader(io.StringIO(table.text)))
    assert [row["name"] for row in rows if row["what"] == "figure"] == list(queries.KPIS)
    entries = [row["text"] for row in rows if (row["what"], row["name"]) == ("entry", "receiving_errors")]
    assert entries == [entry["text"] for entry in one["measure"]["deductions"]] != []
    assert short.ask("GET", "/v1/kpis/page", "acme-main").status_code == 403
    assert short.ask("GET", "/v1/kpis/csv?name=none", "erp-main").status_code == 422
