"""Who acts on the command line, keys with roles, and what a refused decision says; by the real command."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.homes import lay
from tests.unit.api.house import NOW, PARTNERS
from tests.unit.cli.running import Ran, read_json, read_json_lines, run

PEOPLE = """\
people:
  eva: {name: Eva Sommer, roles: [warehouse], sites: [PLT07]}
  tom: {roles: [inventory_manager]}
  max: {roles: [inventory_manager], sites: [PLT09]}
"""
MASTER: list[dict[str, Any]] = [
    {"kind": "PartDefined", "number": "BRK-100", "base_unit": "EA"},
    {"kind": "SiteDefined", "number": "PLT07", "time_zone": "America/Detroit", "identifiers": ["92:PLT07"]},
    {"kind": "SiteDefined", "number": "PLT09", "time_zone": "America/Detroit", "identifiers": ["92:PLT09"]},
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    home = tmp_path / "home"
    read_json(crossdock(lay(home), "init", "--json"))
    (home / "partners" / "erp").mkdir(parents=True)
    (home / "partners" / "erp" / "partner.yaml").write_text(PARTNERS["erp"], "utf-8")
    (home / "people.yaml").write_text(PEOPLE, "utf-8")
    said(home, MASTER)
    return home


def crossdock(home: Path, *arguments: str, given: bytes = b"", **environment: str) -> Ran:
    clock = {"CROSSDOCK_NOW": NOW.isoformat()}
    return run(*arguments, "--home", str(home), environment=clock | environment, given=given)


def said(home: Path, events: Any, *who: str, **environment: str) -> Ran:
    body = json.dumps(events).encode()
    return crossdock(home, "message", "receive", "-", "--partner", "erp", *who, given=body, **environment)


def found(quantity: int, number: str = "1") -> dict[str, Any]:
    line = {"part_number": "BRK-100", "quantity": str(quantity), "unit": "EA", "location": "A-01", "reason": "AB"}
    return {"kind": "InventoryAdjusted", "number": number, "place": "92:PLT07", "lines": [line]}


def test_a_decision_is_refused_with_who_may_make_it_and_how(home: Path) -> None:
    assert said(home, found(40), "--as", "eva").exit_code == 0

    refused = crossdock(home, "case", "resolve", "C1", "accept", "--as", "eva")

    assert (refused.exit_code, refused.stdout) == (1, "C1 is open: refused\n")
    assert refused.stderr.splitlines() == [
        "Case C1 is decided by: inventory_manager.",
        "decided by: inventory_manager, but not eva, who asked for it; you act as eva, roles: warehouse",
        "to do: crossdock case resolve C1 accept --as NAME, by one of: tom",
    ]
    assert (
        "decided by: inventory_manager, but not eva, who asked for it\n"
        in crossdock(home, "case", "show", "C1").stdout
    )
    assert crossdock(home, "case", "resolve", "C1", "accept", CROSSDOCK_USER="tom") == Ran(
        0, "C1 is closed: posted\n", ""
    )


def test_whoever_asked_is_told_who_else_there_is(home: Path) -> None:
    said(home, found(40), "--as", "tom")

    refused = crossdock(home, "case", "resolve", "C1", "accept", "--as", "tom")

    assert refused.stderr.splitlines()[0] == "tom asked for it: case C1 is decided by somebody else."
    assert refused.stderr.splitlines()[-1] == (
        "to do: nobody in people.yaml may decide it; give somebody the role there "
        "(NAME: {roles: [inventory_manager]}), or make them a key: crossdock key new NAME --role inventory_manager"
    )


def test_what_is_put_in_for_a_partner_is_its_word_unless_somebody_is_named(home: Path) -> None:
    said(home, found(40))

    shown = read_json(crossdock(home, "case", "show", "C1", "--json"))

    assert (shown["decided_by"], shown["asked_by"]) == (["inventory_manager"], [])


def test_the_login_name_decides_where_nobody_is_named_and_has_no_roles(home: Path) -> None:
    said(home, found(40))

    refused = crossdock(home, "case", "resolve", "C1", "accept")

    assert refused.exit_code == 1
    assert "Case C1 is decided by: inventory_manager." in refused.stderr


@pytest.mark.parametrize(
    ("who", "environment", "text"),
    [
        (("--as", "Tom"), {}, 'crossdock: people.yaml: there is no "Tom" (did you mean "tom"?)\n'),
        ((), {"CROSSDOCK_USER": "evva"}, 'crossdock: people.yaml: there is no "evva" (did you mean "eva"?)\n'),
    ],
)
def test_a_name_that_nobody_has_is_a_mistake(
    home: Path, who: tuple[str, ...], environment: dict[str, str], text: str
) -> None:
    done = said(home, found(1), *who, **environment)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", text)


MISTAKES = [
    ("people:\n  eva: {roles: [invetory_manager]}\n",
     'people.yaml line 2: unknown role "invetory_manager" (did you mean "inventory_manager"?)'),
    ("people:\n  eva: {role: warehouse}\n", 'people.yaml line 2: unknown key "role" (did you mean "roles"?)'),
    ("persons: {}\n", 'people.yaml line 1: unknown key "persons" (known: people)'),
    ("people:\n  eva smith: {}\n", 'people.yaml line 2: "eva smith" cannot be an id (write it in one word)'),
    ("people: [\n", "people.yaml line 2: is not YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "mistake"), MISTAKES, ids=[text[-30:] for _, text in MISTAKES])
def test_a_mistake_in_people_yaml_is_told_with_its_line_and_the_old_list_stays(
    home: Path, text: str, mistake: str
) -> None:
    (home / "people.yaml").write_text(text, "utf-8")

    assert mistake in crossdock(home, "case", "show", "C1").stderr
    told = crossdock(home, "doctor")
    assert mistake in told.stdout + told.stderr
    assert said(home, found(1), "--as", "eva").exit_code == 0


def test_a_role_of_our_own_is_named_in_policy_yaml(home: Path) -> None:
    (home / "people.yaml").write_text("people:\n  eva: {roles: [reman_manager]}\n", "utf-8")
    assert "unknown role" in crossdock(home, "case", "show", "C1").stderr
    (home / "policy.yaml").write_text("roles:\n  reman_manager: Decides about remanufactured goods.\n", "utf-8")
    assert "there is no case C1" in crossdock(home, "case", "show", "C1").stderr


def test_keys_have_roles_and_sites_and_list_shows_them(home: Path) -> None:
    arguments = ("--role", "inspector", "--role", "quality_manager", "--site", "PLT07", "--person", "eva")
    made = read_json(crossdock(home, "key", "new", "eva-tablet", *arguments, "--json"))
    read_json(crossdock(home, "key", "new", "oracle", "--model", "--json"))

    assert made["scopes"] == ["messages:read", "messages:write", "events:write", "ledger:read", "cases:write"]
    listed = {key["name"]: key for key in read_json_lines(crossdock(home, "key", "list", "--json"))}
    shown = {
        name: (key["partner"], key["person"], key["roles"], key["sites"], key["acts_as"])
        for name, key in listed.items()
    }
    assert shown == {
        "admin": ("", "", [], [], ""),
        "eva-tablet": ("", "eva", ["inspector", "quality_manager"], ["PLT07"], ""),
        "oracle": ("", "", [], [], "model"),
    }
    assert "inspector quality_manager" in crossdock(home, "key", "list").stdout


KEY_MISTAKES = [
    (("--role", "inspektor"), 'there is no role "inspektor" (did you mean "inspector"?)'),
    (("--site", "PLT7"), 'there is no site "PLT7" (did you mean "PLT07"?)'),
    (("--person", "evva"), 'people.yaml: there is no "evva" (did you mean "eva"?)'),
    (("--model", "--role", "inspector"),
     "a model decides nothing, so it has no roles (leave out --role or --model)"),
    (("--model", "--scope", "admin"), "a model cannot be an administrator (name its scopes: --scope ledger:read)"),
    (("--partner", "acme", "--role", "inspector"),
     "acme is no partner of our own house: its keys are bound by its agreement "
     "(leave out --role, --site, --person and --model, or --partner)"),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "text"), KEY_MISTAKES, ids=[" ".join(a) for a, _ in KEY_MISTAKES])
def test_a_key_that_makes_no_sense_is_refused(home: Path, arguments: tuple[str, ...], text: str) -> None:
    (home / "partners" / "acme").mkdir()
    (home / "partners" / "acme" / "partner.yaml").write_text(PARTNERS["acme"], "utf-8")

    done = crossdock(home, "key", "new", "k", *arguments)

    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"crossdock: {text}\n")


def test_who_acts_is_never_fixed_in_the_settings_file(home: Path) -> None:
    (home / "crossdock.toml").write_text('user = "tom"\n', "utf-8")
    assert "set --as or CROSSDOCK_USER instead" in crossdock(home, "case", "list").stderr
