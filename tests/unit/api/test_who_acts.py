"""Who acts by a key: people with roles and sites, systems by their agreement, models that decide nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.store.keys import ApiKey
from ledger import queries
from tests.unit.api.house import House, open_house, secret_of
from tests.unit.api.test_ledger import items

SCOPES = ("messages:read", "messages:write", "events:write", "ledger:read", "cases:write")
KEYS = (
    ApiKey(name="clerk", scopes=SCOPES),
    ApiKey(name="tom", scopes=SCOPES, roles=("inventory_manager",)),
    ApiKey(name="tom-tablet", scopes=SCOPES, roles=("inventory_manager",), person="tom"),
    ApiKey(name="erp-desk", partner="erp", scopes=SCOPES, roles=("inventory_manager",)),
    ApiKey(name="erp-wms", partner="erp", scopes=SCOPES),
    ApiKey(name="far", scopes=SCOPES, roles=("inventory_manager",), sites=("PLT09",)),
    ApiKey(name="kim-phone", scopes=SCOPES, person="kim"),
    ApiKey(name="oracle", scopes=SCOPES, acts_as="model"),
)
PEOPLE = "people:\n  kim: {roles: [quality_manager, inventory_manager], sites: [PLT07]}\n"
ERP = """\
partner: erp
kind: internal
identities: {keys: [erp-main, erp-desk, erp-wms]}
receive: {event: {as: events}}
"""
MASTER: list[dict[str, Any]] = [
    {"kind": "PartDefined", "number": "BRK-100", "base_unit": "EA"},
    {"kind": "SiteDefined", "number": "PLT07", "time_zone": "America/Detroit", "identifiers": ["92:PLT07"]},
]
CARDS = iter(range(1, 1000))


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with open_house(tmp_path_factory.mktemp("who") / "home") as house:
        (house.home / "partners" / "erp" / "partner.yaml").write_text(ERP, "utf-8")
        (house.home / "people.yaml").write_text(PEOPLE, "utf-8")
        assert house.street.configure()
        for key in KEYS:
            house.street.put_key(key, hashlib.sha256(secret_of(key.name).encode()).hexdigest())
        say(house, "erp-main", MASTER)
        yield house


def say(house: House, key: str, events: Any) -> None:
    """Hand in events by a key, for the ERP."""
    found = house.ask("POST", "/v1/events?partner=erp", key, content=json.dumps(events).encode())
    assert found.status_code == 202, found.text
    house.street.run_until_idle()


def find(house: House, key: str, quantity: int) -> str:
    """An adjustment upwards; gives back its number."""
    number = f"ADJ{next(CARDS)}"
    line = {"part_number": "BRK-100", "quantity": str(quantity), "unit": "EA", "location": "A-01", "reason": "AB"}
    say(house, key, {"kind": "InventoryAdjusted", "number": number, "place": "92:PLT07", "lines": [line]})
    return number


def case_of(house: House, key: str = "clerk") -> str:
    """A case that asks for approval of an adjustment made by this key."""
    find(house, key, 40)
    return str(items(house, "/v1/cases?status=open", "admin")[-1]["id"])


def decide(house: House, key: str, case: str, how: str = "accept") -> tuple[int, str]:
    found = house.ask("POST", f"/v1/cases/{case}/resolve", key, content=json.dumps({"resolution": how}).encode())
    return found.status_code, found.json().get("detail", found.json().get("case", {}).get("status"))


def actor_behind(house: House, number: str) -> Any:
    with house.street.read() as conn:
        (event,) = queries.events(conn, number=number)
        kept = queries.event(conn, event.seq)
    assert kept is not None
    assert kept.body is not None
    actor = kept.body.actor
    assert actor is not None
    return actor.kind, actor.id, actor.roles, actor.sites


WHO = [
    ("admin", ("user", "admin", (), ())),
    ("clerk", ("user", "clerk", (), ())),
    ("tom", ("user", "tom", ("inventory_manager",), ())),
    ("tom-tablet", ("user", "tom", ("inventory_manager",), ())),
    ("erp-desk", ("user", "erp-desk", ("inventory_manager",), ())),
    ("erp-wms", ("partner", "erp", (), ())),
    ("erp-main", ("partner", "erp", (), ())),
    ("kim-phone", ("user", "kim", ("quality_manager", "inventory_manager"), ("PLT07",))),
    ("oracle", ("model", "oracle", (), ())),
]


@pytest.mark.parametrize(("key", "actor"), WHO, ids=[key for key, _ in WHO])
def test_an_event_is_the_word_of_whom_the_key_was_made_for(house: House, key: str, actor: Any) -> None:
    assert actor_behind(house, find(house, key, 1)) == actor


def test_a_notice_is_its_suppliers_word_whoever_hands_it_in(house: House) -> None:
    from tests.unit.api.house import notice

    house.ask("POST", "/v1/messages?partner=acme", "tom", content=notice("1"))
    house.street.run_until_idle()

    assert actor_behind(house, "S1") == ("partner", "acme", (), ())


def test_a_case_shows_who_decides_it_and_who_asked(house: House) -> None:
    shown = house.ask("GET", f"/v1/cases/{case_of(house)}", "clerk").json()

    assert (shown["decided_by"], shown["asked_by"]) == (["inventory_manager"], ["clerk"])


@pytest.mark.parametrize("key", ["tom", "tom-tablet", "erp-desk", "kim-phone"])
def test_whoever_has_the_role_decides(house: House, key: str) -> None:
    assert decide(house, key, case_of(house)) == (200, "closed")
    (row,) = items(house, "/v1/balances?part=BRK-100", "admin")
    assert (row["quantity"], row["location"]) == ("40", "A-01")


REFUSED = [
    ("clerk", "clerk acts by this key with the roles: none. Send it with a key of somebody who is inventory_manager"),
    ("admin", "Case C1 is decided by: inventory_manager. admin acts by this key with the roles: none."),
    ("erp-wms", "Case C1 is decided by: inventory_manager. erp acts by this key with the roles: none."),
    (
        "oracle",
        "oracle is a model: its DiscrepancyResolved is kept as what it proposes; people decide, and hand it in.",
    ),
]


@pytest.mark.parametrize(("key", "said"), REFUSED, ids=[key for key, _ in REFUSED])
def test_nobody_else_decides_and_is_told_who_may(house: House, key: str, said: str) -> None:
    case = case_of(house)

    status, detail = decide(house, key, case)

    assert (status, said in detail, "and not of clerk" in detail) == (403, True, True), detail
    assert items(house, "/v1/balances?part=BRK-100", "admin") == []


def test_one_who_works_elsewhere_is_refused(house: House) -> None:
    assert decide(house, "far", case_of(house)) == (409, "far does not work for site PLT07.")


@pytest.mark.parametrize("key", ["tom", "tom-tablet"])
def test_whoever_asked_decides_not_by_any_key(house: House, key: str) -> None:
    status, detail = decide(house, key, case_of(house, "tom"))

    assert status == 403
    assert detail.startswith("tom asked for it: case C1 is decided by somebody else.")
    assert decide(house, "erp-desk", "C1") == (200, "closed")


def test_what_cannot_be_decided_so_is_a_conflict(house: House) -> None:
    assert decide(house, "tom", case_of(house), "scrap") == (
        409, "Case C1 is decided by accept, waive, recount, not by scrap."
    )  # fmt: skip


def test_a_person_taken_out_of_the_list_loses_the_role(house: House) -> None:
    case = case_of(house)
    (house.home / "people.yaml").write_text("people:\n  kim: {roles: [], sites: [PLT07]}\n", "utf-8")
    assert house.street.configure()

    assert decide(house, "kim-phone", case)[0] == 403


def test_a_segment_is_seen_by_its_own_people_and_by_systems(house: House) -> None:
    (house.home / "policy.yaml").write_text("segments:\n  reman: {visible_to: [quality_manager]}\n", "utf-8")
    assert house.street.configure()
    lines = [
        {"part_number": "BRK-100", "quantity": quantity, "unit": "EA", "location": place, "stock_segment": segment}
        for quantity, place, segment in (("7", "A-01", "raw"), ("3", "B-01", "reman"))
    ]
    control = {"lines": 2, "quantity": "10"}
    load = {"kind": "OpeningBalanceLoaded", "number": "O1", "place": "92:PLT07", "control": control, "lines": lines}
    say(house, "erp-main", load)

    def seen(path: str, key: str) -> list[str]:
        return [row["quantity"] for row in items(house, path, key)]

    by = "by=" + "&by=".join(queries.DIMENSIONS)
    (reman,) = [row["bucket"] for row in items(house, f"/v1/balances?{by}", "admin") if row["segment"] == "reman"]
    whole, own = ["7", "3"], ["7"]
    for key, expected in (("clerk", own), ("tom", own), ("kim-phone", whole), ("erp-wms", whole), ("admin", whole)):
        assert seen(f"/v1/balances?{by}", key) == expected, key
        assert seen("/v1/movements", key) == expected, key
        assert house.ask("GET", f"/v1/balances/{reman}", key).status_code == (200 if expected == whole else 404), key
