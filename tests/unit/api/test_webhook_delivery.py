"""A webhook as its receiver sees it: one POST per outcome, signed so that Standard Webhooks verifies it."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from standardwebhooks import Webhook

from tests.unit.api.house import House, open_house

PART = {"kind": "PartDefined", "number": "P-1", "base_unit": "EA"}


class Posted(NamedTuple):
    headers: dict[str, str]
    body: bytes


class Receiver(NamedTuple):
    url: str
    posted: list[Posted]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    posted: list[Posted] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            posted.append(Posted({name.lower(): value for name, value in self.headers.items()}, body))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield Receiver(f"http://127.0.0.1:{server.server_port}/hook", posted)
    server.shutdown()
    thread.join()
    server.server_close()


def record(house: House) -> None:
    house.ask("POST", "/v1/events", "erp-main", content=json.dumps(PART).encode())
    house.street.run_until_idle()


def test_a_subscriber_gets_what_it_asked_for_and_can_verify_it(tmp_path: Path, receiver: Receiver) -> None:
    with open_house(tmp_path / "home") as house:
        wanted = json.dumps({"url": receiver.url, "kinds": ["PartDefined"]}).encode()
        secret = house.ask("POST", "/v1/webhooks", content=wanted).json()["secret"]
        unwanted = json.dumps({"url": receiver.url + "/other", "kinds": ["case_opened"]}).encode()
        house.ask("POST", "/v1/webhooks", content=unwanted)

        record(house)

        (posted,) = receiver.posted
        body = json.loads(posted.body)
        assert (body["type"], body["data"]["number"]) == ("PartDefined", "P-1")
        # Told to the subscriber, and no part of the mailbox of the partner it speaks of.
        assert house.ask("GET", "/v1/messages?direction=out", "erp-main").json()["items"] == []
        (sent,) = house.ask("GET", "/v1/messages?direction=out").json()["items"]
        assert (sent["kind"], sent["partner"], sent["status"]) == ("webhook", "erp", "sent")
        assert house.ask("GET", f"/v1/messages/{sent['id']}/content", "erp-main").status_code == 404
        # The signature's own time is checked against the wall clock, so it is verified without that.
        signed = Webhook(secret).sign(
            posted.headers["webhook-id"], _moment(posted.headers["webhook-timestamp"]), posted.body.decode()
        )
        assert signed in posted.headers["webhook-signature"].split()


def test_an_ended_subscription_hears_nothing_new(tmp_path: Path, receiver: Receiver) -> None:
    with open_house(tmp_path / "home") as house:
        wanted = json.dumps({"url": receiver.url}).encode()
        id = house.ask("POST", "/v1/webhooks", content=wanted).json()["id"]
        house.ask("DELETE", f"/v1/webhooks/{id}")

        record(house)

        assert receiver.posted == []


def _moment(seconds: str) -> Any:
    from datetime import UTC, datetime

    return datetime.fromtimestamp(int(seconds), UTC)


def test_a_subscriber_may_have_the_events_themselves_as_cloudevents(tmp_path: Path, receiver: Receiver) -> None:
    with open_house(tmp_path / "home") as house:
        wanted = json.dumps({"url": receiver.url, "format": "cloudevents"}).encode()
        house.ask("POST", "/v1/webhooks", content=wanted)

        record(house)
        record(house)  # the same again makes no event

        (posted,) = receiver.posted
        (listed,) = house.ask("GET", "/v1/cloudevents").json()["items"]
        assert posted.headers["content-type"] == "application/cloudevents+json"
        assert json.loads(posted.body) == listed
        assert (listed["type"], listed["subject"], listed["data"]["base_unit"]) == (
            "crossdock.PartDefined.v1", "parts/P-1", "EA",
        )  # fmt: skip
