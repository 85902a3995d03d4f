"""`crossdock ledger matches|match`: the queue as a person and as a script see it, and what a person says of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.homes import lay
from tests.unit.api.house import PARTNERS
from tests.unit.cli.running import read_json, read_json_lines, run
from tests.unit.cli.test_ledger_questions import CLOCK

SUPPLIER = "1:123456789"
NOTICE: dict[str, Any] = {
    "kind": "ShipmentNotified", "supplier": SUPPLIER, "ship_to": "92:PLT07",
    "lines": [{"part_number": "BRK-100", "order_number": "PO1", "order_line": "1", "quantity": "40", "unit": "EA"}],
}  # fmt: skip
EVENTS: list[dict[str, Any]] = [
    {"kind": "PartDefined", "number": "BRK-100", "base_unit": "EA"},
    {"kind": "SiteDefined", "number": "PLT07", "identifiers": ["92:PLT07"]},
    {"kind": "SupplierDefined", "number": "ACME", "identifiers": [SUPPLIER]},
    {
        "kind": "OrderPlaced", "number": "PO1", "supplier": SUPPLIER, "ship_to": "92:PLT07",
        "lines": [{"part_number": "BRK-100", "order_line": "1", "quantity": "100", "unit": "EA"}],
    },
    {**NOTICE, "number": "S1", "shipped_at": "2026-11-22T13:00:00Z"},
    {**NOTICE, "number": "S2", "shipped_at": "2026-11-23T13:00:00Z"},
    {
        "kind": "GoodsReceived", "number": "GR1", "ship_to": "92:PLT07", "occurred_at": "2026-11-23T14:00:00Z",
        "supplier": SUPPLIER,
        "lines": [
            {
                "part_number": "BRK-100", "receipt_line": "1", "order_number": "PO1", "quantity": "40", "unit": "EA"
            }
        ],
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty came that name their order, two notices announced as many, and the agreement asks for a paper."""
    home = tmp_path_factory.mktemp("matches") / "home"
    assert run("init", "--home", str(lay(home))).exit_code == 0
    for name, text in PARTNERS.items():
        (home / "partners" / name).mkdir(parents=True)
        more = "terms: {match_confidence: 80}\n" if name == "acme" else ""
        (home / "partners" / name / "partner.yaml").write_text(text + more, "utf-8")
    (home / "people.yaml").write_text("people:\n  pat: {roles: [receiving]}\n  tom: {roles: [planner]}\n", "utf-8")
    # Suppliers first: an agreement speaks for one that is known.
    for events in (EVENTS[:3], EVENTS[3:]):
        run(
            "message", "receive", "-", "--partner", "erp", "--channel", "rest", "--home", str(home),
            given=json.dumps(events).encode(), environment={"CROSSDOCK_NOW": CLOCK["CROSSDOCK_NOW"]},
        )  # fmt: skip
    return home


def ask(home: Path, *words: str) -> Any:
    return run("ledger", *words, "--home", str(home), environment=CLOCK)


def test_the_queue_shows_each_notice_that_goods_may_answer(home: Path) -> None:
    (found,) = read_json_lines(ask(home, "matches", "--json"))
    said = ask(home, "matches").stdout

    assert [(one["shipment_id"], one["confidence"]) for one in found["candidates"]] == [("S1", 70), ("S2", 70)]
    assert all(f"{shipment}/PO1||1|BRK-100" in said for shipment in ("S1", "S2"))


def test_one_says_either_a_notice_or_none(home: Path) -> None:
    found = ask(home, "match", "erp", "GR1", "1")

    assert found.exit_code == 2
    assert "say either --shipment or --none" in found.stderr


def test_who_lacks_the_role_is_refused_and_told_whose_it_is(home: Path) -> None:
    found = ask(home, "match", "erp", "GR1", "1", "--shipment", "S2", "--as", "tom")

    assert found.exit_code == 1
    assert "GoodsReceiptMatched is handed in by: procurement, receiver, receiving, warehouse." in found.stderr


def test_what_a_person_says_is_booked_and_ends_the_wait(home: Path) -> None:
    found = read_json(ask(home, "match", "erp", "GR1", "1", "--shipment", "S2", "--json"))

    assert found["recorded"][0]["result"] == "posted"
    assert read_json_lines(ask(home, "matches", "--json")) == []
