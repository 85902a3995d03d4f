"""`crossdock ledger`: the questions, asked of a home as a person and as a script ask them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.homes import lay
from tests.unit.api.house import PARTNERS
from tests.unit.cli.running import read_json, read_json_lines, run

CLOCK = {"CROSSDOCK_NOW": "2026-11-23T15:00:00Z", "CROSSDOCK_USER": "pat"}
EVENTS: list[dict[str, Any]] = [
    {"kind": "PartDefined", "number": "BRK-100", "base_unit": "EA"},
    {"kind": "SiteDefined", "number": "PLT07", "identifiers": ["92:PLT07"]},
    {"kind": "SupplierDefined", "number": "ACME", "identifiers": ["1:123456789"]},
    {
        "kind": "OrderPlaced", "number": "PO1", "supplier": "1:123456789", "ship_to": "92:PLT07", "currency": "USD",
        "lines": [{"part_number": "BRK-100", "order_line": "1", "quantity": "100", "unit": "EA", "price": "1.25"}],
    },
    {
        "kind": "OrderPlaced", "number": "PO2", "supplier": "1:123456789", "ship_to": "92:PLT07",
        "lines": [{"part_number": "GHOST", "order_line": "1", "quantity": "1", "unit": "EA"}],
    },
    {
        "kind": "GoodsReceived", "number": "GR1", "ship_to": "92:PLT07", "occurred_at": "2026-11-23T13:00:00Z",
        "supplier": "1:123456789",
        "lines": [{"part_number": "BRK-100", "order_number": "PO1", "quantity": "40", "unit": "EA"}],
    },
    {
        "kind": "StockObsoleted", "number": "EC1", "place": "PLT07",
        "lines": [{"part_number": "BRK-100", "quantity": "8", "unit": "EA"}],
    },
]  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty brackets came without a notice, eight of them are obsolete, and an order names a part nobody knows."""
    home = tmp_path_factory.mktemp("questions") / "home"
    assert run("init", "--home", str(lay(home))).exit_code == 0
    for name, text in PARTNERS.items():
        (home / "partners" / name).mkdir(parents=True)
        (home / "partners" / name / "partner.yaml").write_text(text, "utf-8")
    # To call goods obsolete is decided by planners.
    (home / "people.yaml").write_text("people:\n  pat: {roles: [planner, receiver]}\n", "utf-8")
    done = run(
        "message", "receive", "-", "--partner", "erp", "--channel", "rest", "--home", str(home),
        given=json.dumps(EVENTS).encode(), environment=CLOCK,
    )  # fmt: skip
    assert done.exit_code in (0, 1), done
    return home


def ask(home: Path, *words: str) -> Any:
    return run("ledger", *words, "--home", str(home), environment=CLOCK)


def test_the_position_says_what_is_usable_and_what_comes(home: Path) -> None:
    found = read_json(ask(home, "position", "BRK-100", "--json"))
    assert (found["usable"], found["states"]["obsolete"], found["on_order"]) == ("32", "8", "60")
    said = ask(home, "position", "BRK-100").stdout
    assert "BRK-100: usable 32, on hand 40, committed 0, in transit 0, on order 60 EA" in said
    assert "60 EA to come by order PO1 line 1: no date" in said


def test_balances_and_movements_take_any_dimension(home: Path) -> None:
    by_state = read_json_lines(ask(home, "balances", "--by", "state", "--where", "demand=", "--json"))
    assert [(row["state"], row["quantity"]) for row in by_state] == [("available", "32"), ("obsolete", "8")]
    moves = read_json_lines(ask(home, "movements", "--where", "state=obsolete", "--json"))
    assert [(move["kind"], move["quantity"]) for move in moves] == [("StockObsoleted", "8")]
    earlier = read_json_lines(
        ask(home, "balances", "--by", "state", "--as-of-event", str(moves[0]["event"] - 1), "--json")
    )
    assert [(row["state"], row["quantity"]) for row in earlier] == [("available", "40")]


def test_a_bucket_is_asked_by_its_id(home: Path) -> None:
    every = "part,revision,lot,serial,site,location,state,owner,segment,hold_reason,handling_unit,asn_line,demand"
    rows = read_json_lines(ask(home, "balances", "--by", every, "--state", "obsolete", "--json"))
    found = read_json(ask(home, "balance", str(rows[0]["bucket"]), "--json"))
    assert found == rows[0]
    assert "obsolete" in ask(home, "balance", str(rows[0]["bucket"])).stdout


def test_a_promise_names_the_case_that_keeps_goods_back(home: Path) -> None:
    found = read_json(ask(home, "promise", "BRK-100", "--json"))
    assert (found["on_hand"], found["promise"], found["left_out"]) == ("40", "0", "40")
    said = ask(home, "promise", "BRK-100").stdout
    assert "in question: no notice for received goods" in said
    assert "of no use any more" in said


def test_goods_in_money(home: Path) -> None:
    owed = read_json(ask(home, "uninvoiced", "--json"))
    assert owed["totals"] == [{"currency": "USD", "amount": "50.00"}]
    assert "50.00 USD waiting for an invoice" in ask(home, "uninvoiced").stdout
    lost = read_json(ask(home, "obsolete", "--json"))
    assert lost["totals"] == [{"currency": "USD", "amount": "10.00"}]
    assert "10.00 USD obsolete" in ask(home, "obsolete").stdout


def test_backlog_in_transit_and_defects_answer(home: Path) -> None:
    backlog = read_json(ask(home, "backlog", "--json"))
    assert sum(int(row["quantity"]) for row in backlog["docked"]) == 40
    assert "Received, not put away" in ask(home, "backlog").stdout
    assert read_json_lines(ask(home, "in-transit", "--json")) == []
    defects = read_json(ask(home, "defects", "--json"))
    assert defects["counts"] == {"unmapped_part": 1}
    assert "GHOST" in ask(home, "defects").stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("balances", "--where", "lot"), '--where "lot" names no value'),
        (("balances", "--where", "colour=red"), "no such dimension: colour"),
        (("balances", "--level", "shelf"), 'there is no level "shelf"'),
        (("balances", "--as-of", "soon"), '"soon" is no time'),
        (("movements", "--since", "2026-11-23"), '"2026-11-23" has no zone'),
        (("balance", "999"), "there is no bucket 999"),
        (("position", "NONE"), "there is no part NONE"),
        (("promise", "NONE"), "there is no part NONE"),
    ],
)
def test_a_question_that_makes_no_sense_says_what_to_do(home: Path, words: tuple[str, ...], said: str) -> None:
    done = ask(home, *words)
    assert done.exit_code == 2
    assert said in done.stderr
