"""A key that is made for a role may call what the role's work needs, and no more, without anybody naming scopes."""

from __future__ import annotations

from pathlib import Path

import pytest

from gateway.store.scopes import OF_CASES, OF_PARTNERS, OF_PEOPLE, OF_ROLES, OF_SYSTEMS, SCOPES
from ledger.handling.rules import RULES
from ledger.masterdata.rules_of_ruling import ENGINEERING
from ledger.policy import HOUSE, ROLES
from tests.unit.api.house import PARTNERS
from tests.unit.cli.running import read_json
from tests.unit.cli.test_who_acts import crossdock, home

__all__ = ["home"]

BY_MATCHES = {"GoodsReceiptMatched"}
"""What is said under `/v1/matches`, as work on cases."""


def test_every_role_has_its_scopes_and_may_work_on_cases() -> None:
    assert list(OF_ROLES) == sorted(ROLES)
    assert all(set(OF_CASES) <= set(scopes) for scopes in OF_ROLES.values())
    assert set(OF_PEOPLE) == {*SCOPES} - {"admin"}


def test_a_role_that_the_rules_name_for_an_event_may_hand_it_in() -> None:
    asked = {
        role for rule in RULES.values() for role in (*rule.roles, *(one for _, some in rule.by_state for one in some))
    }
    asked |= {role for kind, one in HOUSE.transitions.items() if kind not in BY_MATCHES for role in one.roles or ()}
    asked |= {role for rules in HOUSE.segments.values() for role in rules.assigned_by}
    asked |= {*HOUSE.periods.closers, *ENGINEERING}

    assert {role for role in asked if "events:write" not in OF_ROLES[role]} == set()


@pytest.mark.parametrize("role", sorted(ROLES))
def test_a_key_of_a_role_has_the_scopes_that_help_tells(home: Path, role: str) -> None:
    made = read_json(crossdock(home, "key", "new", f"{role}-1", "--role", role, "--json"))
    desk = read_json(crossdock(home, "key", "new", f"{role}-2", "--role", role, "--partner", "erp", "--json"))

    assert tuple(made["scopes"]) == tuple(desk["scopes"]) == tuple(s for s in SCOPES if s in OF_ROLES[role])
    told = " ".join(crossdock(home, "key", "new", "--help").stdout.split())
    cases, _, events = told.partition("messages:read ledger:read cases:write")
    words = set((events if "events:write" in OF_ROLES[role] else cases).replace(",", " ").replace(":", " ").split())
    assert role in words


def test_a_persons_key_has_what_the_roles_in_the_list_need(home: Path) -> None:
    people = "people:\n  ann: {roles: [trade]}\n  kim: {roles: [trade, receiver]}\n  new: {}\n"
    (home / "people.yaml").write_text(people, "utf-8")

    made = {
        name: read_json(crossdock(home, "key", "new", f"{name}-1", "--person", name, "--json"))["scopes"]
        for name in ("ann", "kim", "new")
    }

    assert {name: "events:write" in scopes for name, scopes in made.items()} == {
        "ann": False,
        "kim": True,
        "new": True,
    }


def test_a_role_that_the_house_lets_hand_in_events_may_do_so(home: Path) -> None:
    rules = "roles: {reman: Cores.}\ntransitions: {StockScrapped: {roles: [quality]}}\n"
    (home / "policy.yaml").write_text(rules, "utf-8")

    for role in ("quality", "reman"):
        made = read_json(crossdock(home, "key", "new", role, "--role", role, "--json"))
        assert "events:write" in made["scopes"]


def test_partners_and_systems_have_what_they_need(home: Path) -> None:
    (home / "partners" / "acme").mkdir()
    (home / "partners" / "acme" / "partner.yaml").write_text(PARTNERS["acme"], "utf-8")

    made = [
        read_json(crossdock(home, "key", "new", f"k{n}", *given, "--json"))["scopes"]
        for n, given in enumerate([("--partner", "acme"), ("--partner", "erp"), (), ("--model",)])
    ]

    assert made == [list(OF_PARTNERS), list(OF_SYSTEMS), ["admin"], list(OF_PEOPLE)]
