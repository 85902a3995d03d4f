"""`crossdock signal list|show|rules|retry` and `ledger calls`, on a home in which one action of a signal failed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.cli.running import read_json, read_json_lines, run
from tests.unit.pipeline.world import START, Town

CLOCK = {"CROSSDOCK_NOW": START.isoformat()}
RULES = "rules: {calls: {on: line_side_miss, do: [{notify: {webhook: w_plant}}]}}"
CALL = {
    "kind": "ReplenishmentRequested", "number": "K1", "place": "PLT07",
    "lines": [{"part_number": "BRK-100", "unit": "EA", "quantity": "5", "to_location": "L3"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("signals") / "home"
    folder.mkdir()
    (folder / "signals.yaml").write_text(RULES)
    town = Town(folder)
    town.record([CALL])
    town.clock.pass_by(hours=1)
    town.street.run_due()
    town.street.close()
    return str(folder)


def test_what_failed_is_listed_shown_and_retried(home: str) -> None:
    (listed,) = read_json_lines(run("signal", "list", "--status", "failed", "--json", "--home", home))
    assert (listed["id"], listed["signal"], listed["number"]) == ("S1", "line_side_miss", "K1")
    shown = run("signal", "show", "S1", "--home", home).stdout
    assert "notify  calls  failed  1         there is no webhook subscription w_plant in force" in shown

    again = read_json(run("signal", "retry", "S1", "--json", "--home", home, environment=CLOCK))

    assert again["actions"][0]["attempts"] == 2
    assert run("signal", "list", "--signal", "receipt_late", "--json", "--home", home).stdout == ""


def test_rules_and_calls_are_listed(home: str) -> None:
    rules = read_json_lines(run("signal", "rules", "--json", "--home", home))
    (call,) = read_json_lines(run("ledger", "calls", "--status", "missed", "--json", "--home", home))

    assert rules[0] == {
        "name": "calls", "on": ["line_side_miss"], "do": [{"action": "notify", "webhook": "w_plant"}],
    }  # fmt: skip
    assert (call["number"], call["location"], call["status"]) == ("K1", "L3", "open")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("show", "S9"), "there is no signal S9 (crossdock signal list)"),
        (("show", "12"), "there is no signal 12"),
        (("list", "--signal", "late"), 'there is no signal "late"'),
    ],
)
def test_what_is_not_there_is_told(home: str, arguments: tuple[str, ...], told: str) -> None:
    done = run("signal", *arguments, "--home", home)

    assert (done.exit_code, told in done.stderr) == (2, True), done.stderr


def test_a_mistake_in_the_rules_is_told_with_its_place(tmp_path: Path) -> None:
    (tmp_path / "partners").mkdir()
    (tmp_path / "signals.yaml").write_text("rules:\n  calls: {on: line_side_mist, do: notify}\n")

    done = run("signal", "rules", "--home", str(tmp_path))

    assert (done.exit_code, 'unknown signal "line_side_mist" (did you mean "line_side_miss"?)' in done.stderr) == (
        2,
        True,
    )
