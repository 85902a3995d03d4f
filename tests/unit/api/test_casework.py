"""Work on cases by REST: a supplier disputes its own case, a person decides, and everybody sees who said what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.store.keys import ApiKey
from tests.unit.api.house import House, open_house, secret_of
from tests.unit.api.test_ledger import EVENTS, RECEIPT, hand_in, items, notice

SCOPES = ("messages:read", "ledger:read", "cases:write")
KEYS = (
    ApiKey(name="acme-desk", partner="acme", scopes=SCOPES),
    ApiKey(name="bolt-desk", partner="bolt", scopes=SCOPES),
    ApiKey(name="eva", scopes=SCOPES, roles=("procurement",)),
    ApiKey(name="tom", scopes=SCOPES, roles=("quality",)),
    ApiKey(name="boss", scopes=SCOPES, roles=("inventory_manager",)),
    ApiKey(name="oracle", scopes=SCOPES, acts_as="model"),
)


@pytest.fixture
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house with one case, C1: ten of a hundred are short."""
    with open_house(tmp_path_factory.mktemp("work") / "home") as house:
        for partner in ("acme", "bolt"):
            path = house.home / "partners" / partner / "partner.yaml"
            path.write_text(path.read_text("utf-8").replace(f"{partner}-main", f"{partner}-main, {partner}-desk"))
        assert house.street.configure()
        for key in KEYS:
            house.street.put_key(key, hashlib.sha256(secret_of(key.name).encode()).hexdigest())
        hand_in(house, EVENTS)
        house.ask("POST", "/v1/messages", "acme-main", content=notice("1"))
        house.street.run_until_idle()
        hand_in(house, RECEIPT)
        yield house


def say(house: House, key: str, what: str, **body: Any) -> tuple[int, str]:
    """Status of the answer, and the case's status or why not."""
    found = house.ask("POST", f"/v1/cases/C1/{what}", key, content=json.dumps(body).encode())
    answer = found.json()
    return found.status_code, answer["case"]["status"] if found.status_code == 200 else answer["detail"]


def test_a_supplier_disputes_its_own_case_and_a_person_grants_it(house: House) -> None:
    said = [
        say(house, "bolt-desk", "dispute", comment="not ours"),
        say(house, "acme-desk", "dispute", comment="a hundred were signed for"),
        say(house, "acme-desk", "dispute/decision", decision="granted"),
        say(house, "oracle", "dispute/decision", decision="granted"),
        say(house, "eva", "dispute/decision", decision="granted", comment="lost at the dock"),
    ]

    assert [status for status, _ in said] == [404, 200, 403, 409, 200]
    (case,) = items(house, "/v1/cases?dispute=granted", "acme-desk")
    assert (case["id"], case["disputed_by"], case["status"]) == ("C1", "acme", "open")
    steps = items(house, "/v1/cases/C1/timeline", "acme-desk")
    assert [(one["kind"], one["result"]) for one in steps] == [
        ("GoodsReceived", "posted"), ("CaseDisputed", "posted"), ("DisputeDecided", "refused"),
        ("DisputeDecided", "posted"),
    ]  # fmt: skip


def test_a_case_is_given_to_somebody_and_closes_with_its_last_task(house: House) -> None:
    said = [
        say(house, "eva", "assign", assignee="eva", waits_for="supplier"),
        say(house, "eva", "notes", comment="asked for a credit note"),
        say(house, "eva", "tasks", task="sort", role="quality"),
        say(house, "eva", "resolve", resolution="credit"),
        say(house, "eva", "tasks", task="sort", status="done"),
        say(house, "tom", "tasks", task="sort", status="done"),
        say(house, "tom", "reopen", comment="one more was found"),
    ]

    assert said == [
        (200, "waiting"), (200, "waiting"), (200, "waiting"), (200, "resolved"),
        (409, "Task sort of case C1 is ended by: quality."), (200, "closed"), (200, "waiting"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "body"),
    [
        ("assign", {"assignee": "eva", "colour": "red"}),
        ("assign", {"waits_for": "godot"}),
        ("notes", {"comment": "x" * 2001}),
        ("tasks", {"role": "quality"}),
        ("dispute", {"comment": ""}),
        ("dispute/decision", {"decision": "perhaps"}),
    ],
)
def test_a_body_that_says_nothing_we_know_is_refused(house: House, what: str, body: dict[str, Any]) -> None:
    assert say(house, "eva", what, **body)[0] == 422


def test_the_queue_is_ours_alone_and_shows_what_a_role_has_to_do(house: House) -> None:
    found = house.ask("GET", "/v1/cases/queue?role=procurement", "eva").json()

    assert [(one["id"], one["severity"], one["age"]) for one in found["cases"]] == [("C1", "low", "0-4 h")]
    assert house.ask("GET", "/v1/cases/queue?role=finance", "eva").json()["cases"] == []
    assert house.ask("GET", "/v1/cases/queue", "acme-desk").status_code == 403


@pytest.mark.parametrize(
    ("path", "parameter", "detail"),
    [
        ("/v1/cases?code=D99", "code", 'there is no class of cases "D99" (did you mean "D49"?)'),
        ("/v1/cases?site=PLT7", "site", 'there is no site "PLT7" (did you mean "PLT07"?)'),
        ("/v1/cases?status=done", "status", ""),
        ("/v1/cases?dispute=maybe", "dispute", ""),
        ("/v1/cases?book=best", "book", ""),
        ("/v1/cases/queue?role=qualty", "role", 'there is no role "qualty" (did you mean "quality"?)'),
        ("/v1/cases/queue?site=PLT7", "site", 'there is no site "PLT7" (did you mean "PLT07"?)'),
        ("/v1/matches?site=PLT7", "site", 'there is no site "PLT7" (did you mean "PLT07"?)'),
        (
            "/v1/signals?signal=receipt_lat",
            "signal",
            'there is no signal "receipt_lat" (did you mean "receipt_late"?)',
        ),
        ("/v1/signals?partner=acne", "partner", 'there is no partner "acne" (did you mean "acme"?)'),
        ("/v1/signals?site=PLT7", "site", 'there is no site "PLT7" (did you mean "PLT07"?)'),
        ("/v1/signals?status=open", "status", ""),
        ("/v1/scores/ACME?site=PLT7", "site", 'there is no site "PLT7" (did you mean "PLT07"?)'),
        ("/v1/scores/ACME?part=BRK-10", "part", 'there is no part "BRK-10" (did you mean "BRK-100"?)'),
        ("/v1/scores/ACME?month=2026-13", "month", ""),
        ("/v1/kpis?month=November", "month", "it is to be written otherwise: Like 2026-11."),
    ],
)
def test_a_word_that_nobody_knows_is_no_empty_list(house: House, path: str, parameter: str, detail: str) -> None:
    found = house.ask("GET", path)

    assert found.status_code == 422
    (error,) = found.json()["errors"]
    assert error["parameter"] == parameter
    assert error["detail"] == detail or not detail


def test_a_supplier_learns_no_names_of_ours_by_guessing(house: House) -> None:
    found = house.ask("GET", "/v1/scores/ACME?part=BRK-10", "acme-desk")

    assert (found.status_code, "BRK-100" in found.text) == (200, False)


def test_a_role_that_nobody_has_gets_no_task(house: House) -> None:
    said = [say(house, "eva", "tasks", task="sort", role="qualty"), say(house, "eva", "assign", role="qualty")]

    assert said == [(422, 'there is no role "qualty" (did you mean "quality"?)')] * 2


def test_the_queue_comes_in_pages(house: House) -> None:
    line = RECEIPT["lines"][0] | {"shipment_id": "S9"}
    hand_in(house, [RECEIPT | {"number": "GR2", "lines": [line]}])
    whole = house.ask("GET", "/v1/cases/queue").json()

    first = house.ask("GET", "/v1/cases/queue?limit=2")
    second = house.ask("GET", f"/v1/cases/queue?limit=2&cursor={first.json()['next']}").json()

    assert [one["id"] for one in whole["cases"]] == [
        one["id"] for page in (first.json(), second) for one in page["cases"]
    ]
    assert whole["next"] is second["next"] is None
    assert (whole["cut"], first.json()["cut"], second["cut"]) == (False, True, False)
    assert first.headers["link"].endswith('; rel="next"')
    assert (first.json()["severities"], second["ages"]) == (whole["severities"], whole["ages"])
    assert house.ask("GET", "/v1/cases/queue?cursor=YWZ0ZXI6Nw").status_code == 422


def test_a_case_of_the_test_book_is_worked_on_in_its_own_book(house: House) -> None:
    """What came marked as test traffic has cases of its own: C1 of the test book is another than C1."""
    line = {"part_number": "BRK-100", "quantity": "40", "unit": "EA", "location": "A-01", "reason": "AB"}
    found = {"kind": "InventoryAdjusted", "number": "T1", "place": "92:PLT07", "lines": [line]}
    house.ask("POST", "/v1/events?test=true", "erp-main", content=json.dumps(found).encode())
    house.street.run_until_idle()
    live = house.ask("GET", "/v1/cases/C1").json()
    (before,) = items(house, "/v1/cases?book=test", "admin")

    said = [
        say(house, "eva", "assign?book=test", assignee="eva"),
        say(house, "eva", "notes?book=test", comment="a rehearsal"),
        say(house, "eva", "tasks?book=test", task="look", role="procurement"),
        say(house, "eva", "tasks?book=test", task="look", status="done"),
        say(house, "boss", "resolve?book=test", resolution="accept"),
        say(house, "eva", "reopen?book=test", comment="once more"),
    ]

    assert (before["id"], before["code"], live["code"]) == ("C1", "D44", "D16")
    assert said[:5] == [(200, "assigned"), (200, "assigned"), (200, "assigned"), (200, "assigned"), (200, "closed")]
    assert house.ask("GET", "/v1/cases/C1").json() == live
    steps = items(house, "/v1/cases/C1/timeline?book=test", "eva")
    assert [one["kind"] for one in steps][:2] == ["InventoryAdjusted", "CaseAssigned"]
    (row,) = items(house, "/v1/balances?part=BRK-100&location=A-01&book=test", "admin")
    assert row["quantity"] == "40"
