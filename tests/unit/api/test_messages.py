"""`/v1/messages`: durable first, repeated safely, paged completely, fetched byte for byte."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from tests.unit.api.house import House, notice


def test_a_message_is_taken_with_202_and_its_place(house: House) -> None:
    found = house.ask("POST", "/v1/messages?name=a.edi", "acme-main", content=notice("1"))
    body = found.json()
    assert (found.status_code, sorted(body), body["status"]) == (202, ["id", "status"], "new")
    assert found.headers["location"] == f"/v1/messages/{body['id']}"
    assert body["id"].startswith("m_")
    assert house.ask("GET", found.headers["location"], "acme-main").json()["name"] == "a.edi"


def test_the_same_key_with_the_same_body_gives_the_first_answer(house: House) -> None:
    headers = {"Idempotency-Key": "order 1"}
    first = house.ask("POST", "/v1/messages", "acme-main", content=notice("2"), headers=headers)
    again = house.ask("POST", "/v1/messages", "acme-main", content=notice("2"), headers=headers)
    assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"


def test_the_same_key_with_another_body_is_refused(house: House) -> None:
    headers = {"Idempotency-Key": "order 2"}
    first = house.ask("POST", "/v1/messages", "acme-main", content=notice("3"), headers=headers)
    found = house.ask("POST", "/v1/messages", "acme-main", content=notice("4"), headers=headers)
    assert found.status_code == 422
    assert found.json() == {
        "type": "/problems/idempotency-mismatch",
        "title": "Idempotency-Key was used with another body",
        "status": 422,
        "detail": f"this key was used for message {first.json()['id']}, whose bytes are others",
        "code": "idempotency-mismatch",
    }


def test_keys_of_two_partners_do_not_meet(house: House) -> None:
    headers = {"Idempotency-Key": "order 3"}
    first = house.ask("POST", "/v1/messages", "acme-main", content=notice("5"), headers=headers)
    other = house.ask("POST", "/v1/messages", "bolt-main", content=b"other", headers=headers)
    assert other.status_code == 202
    assert other.json()["id"] != first.json()["id"]


def test_an_empty_idempotency_key_is_a_mistake(house: House) -> None:
    found = house.ask("POST", "/v1/messages", "acme-main", content=notice("6"), headers={"Idempotency-Key": ""})
    assert (found.status_code, found.json()["detail"]) == (422, "Idempotency-Key is empty")


def test_waiting_gives_the_outcome(house: House) -> None:
    worker = threading.Thread(target=lambda: run_when_something_waits(house))
    worker.start()
    found = house.ask("POST", "/v1/messages?wait=10", "acme-main", content=notice("7"))
    worker.join()
    message = found.json()
    assert (found.status_code, message["status"]) == (200, "done")
    assert [answer["kind"] for answer in message["answers"]] == ["997"]
    assert house.ask("GET", f"/v1/messages/{message['id']}", "acme-main").json() == message


def test_waiting_longer_than_the_patience_is_202(house: House) -> None:
    found = house.ask("POST", "/v1/messages?wait=0.05", "acme-main", content=notice("8"))
    assert (found.status_code, found.json()["status"]) == (202, "new")


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("wait=11", "wait"),
        ("wait=-1", "wait"),
        ("name=" + "x" * 256, "name"),
        ("name=a%00b", "name"),
        ("partner=a/b", "partner"),
    ],
)
def test_every_parameter_is_bounded(house: House, query: str, parameter: str) -> None:
    found = house.ask("POST", f"/v1/messages?{query}", "acme-main", content=b"x")
    assert (found.status_code, [error["parameter"] for error in found.json()["errors"]]) == (422, [parameter])


def test_a_body_beyond_the_bound_is_refused(house: House) -> None:
    found = house.ask("POST", "/v1/messages", "acme-main", content=b"x" * 200_001)
    assert (found.status_code, found.json()["detail"]) == (413, "at most 200000 bytes are taken")


def test_the_bytes_come_back_as_they_went_in(house: House) -> None:
    data = bytes(range(256))
    id = house.ask("POST", "/v1/messages", "acme-main", content=data).json()["id"]
    found = house.ask("GET", f"/v1/messages/{id}/content", "acme-main")
    assert (found.status_code, found.content) == (200, data)
    assert found.headers["x-content-type-options"] == "nosniff"
    assert found.headers["content-disposition"] == "attachment"


def test_pages_lead_through_every_message_once(house: House) -> None:
    for control in range(20, 25):
        house.ask("POST", "/v1/messages", "acme-main", content=notice(str(control)))
    whole = house.ask("GET", "/v1/messages?limit=500", "acme-main").json()["items"]
    seen: list[Any] = []
    path = "/v1/messages?limit=2"
    while path:
        page = house.ask("GET", path, "acme-main")
        assert len(page.json()["items"]) <= 2
        seen += page.json()["items"]
        path = page.headers.get("link", "").partition(">")[0].removeprefix("<")
    assert [message["id"] for message in seen] == [message["id"] for message in whole]


def test_the_mailbox_holds_what_we_sent_until_it_is_fetched(house: House) -> None:
    id = house.ask("POST", "/v1/messages", "acme-main", content=notice("30")).json()["id"]
    house.street.run_until_idle()
    (answer,) = [
        one
        for one in house.ask("GET", "/v1/messages?direction=out&limit=500", "acme-main").json()["items"]
        if one["message"] == id
    ]
    assert (answer["kind"], answer["partner"], answer["sent"]) == ("997", "acme", None)
    found = house.ask("GET", f"/v1/messages/{answer['id']}/content", "acme-main")
    assert b"~AK9*A*1*1*1~" in found.content
    (fetched,) = [
        one
        for one in house.ask("GET", "/v1/messages?direction=out&limit=500", "acme-main").json()["items"]
        if one["message"] == id
    ]
    assert fetched["sent"] is not None


def test_a_message_that_is_not_there_is_not_found(house: House) -> None:
    found = house.ask("GET", "/v1/messages/m_NONE", "acme-main")
    assert (found.status_code, found.json()["detail"]) == (404, "there is no message m_NONE")


def test_unreadable_bytes_are_kept_parked_and_explained(house: House) -> None:
    id = house.ask("POST", "/v1/messages", "acme-main", content=b"\xff\xfe\x00\x01").json()["id"]
    house.street.run_until_idle()
    message = house.ask("GET", f"/v1/messages/{id}", "acme-main").json()
    assert message["status"] == "parked"
    assert message["reason"]


def test_a_replay_of_what_is_still_unreadable_stays_parked(house: House) -> None:
    id = house.ask("POST", "/v1/messages", "acme-main", content=b"\xff\xfe\x00\x02").json()["id"]
    house.street.run_until_idle()
    found = house.ask("POST", f"/v1/messages/{id}/replay")
    house.street.run_until_idle()
    assert (found.status_code, found.json()["id"]) == (200, id)
    assert house.ask("GET", f"/v1/messages/{id}").json()["status"] == "parked"


def test_what_a_person_should_look_at_is_listed_for_our_side_alone(house: House) -> None:
    id = house.ask("POST", "/v1/messages", "acme-main", content=b"\xff\xfe\x00\x03").json()["id"]
    house.street.run_until_idle()

    ours, theirs = house.ask("GET", "/v1/alerts?limit=100"), house.ask("GET", "/v1/alerts", "acme-main")

    (shown,) = [one for one in ours.json()["items"] if one["message"] == id]
    assert (shown["kind"], shown["partner"]) == ("format_binary", "acme")
    assert (theirs.status_code, theirs.json()["type"]) == (403, "/problems/missing-scope")


def run_when_something_waits(house: House) -> None:
    """A worker of one turn: takes up the next message as soon as there is one."""
    while not house.street.run_until_idle().messages:
        pass
