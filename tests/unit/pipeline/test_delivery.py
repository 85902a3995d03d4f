"""Delivery to a real receiver on loopback: order, retry by kind of trouble, parking, webhooks."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx2
import msgspec
import pytest

from gateway.pipeline.as2.stations import Stations
from gateway.pipeline.deliver import ATTEMPTS_MAX, BROKEN, Delivered, deliver_due
from gateway.pipeline.delivering import Tools
from gateway.transports import as2
from gateway.transports.http import Sender
from gateway.worker import Worker
from tests.unit.pipeline.world import Town, interchange, notice, order


class Receiver:
    """Answers each POST with `status` and keeps (path, webhook id, body)."""

    def __init__(self) -> None:
        self.status = 200
        self.retry_after = ""
        self.meet: dict[str, threading.Barrier] = {}
        """Paths whose first answer waits at a barrier."""
        self.got: list[tuple[str, str, bytes]] = []
        self.heard = threading.Condition()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                with outer.heard:
                    outer.got.append((self.path, self.headers["webhook-id"], body))
                    outer.heard.notify_all()
                if (barrier := outer.meet.pop(self.path, None)) is not None:
                    barrier.wait(20)
                self.send_response(outer.status)
                self.send_header("content-length", "0")
                if outer.retry_after:
                    self.send_header("retry-after", outer.retry_after)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    one = Receiver()
    yield one
    one.close()


@pytest.fixture
def town(tmp_path: Path, receiver: Receiver) -> Iterator[Town]:
    """Acme takes its messages by HTTP."""
    one = Town(tmp_path / "home")
    one.edit("acme", "deliver: {to: mailbox}", f'deliver: {{to: http, url: "{receiver.url}/acme"}}')
    yield one
    one.street.close()


def _states(town: Town) -> list[tuple[str, str, str]]:
    return [(one["kind"], one["status"], one["reason"]) for one in town.street.messages(direction="out")]


def _ids(town: Town) -> list[str]:
    return [one["id"] for one in town.street.messages(direction="out")]


def test_messages_arrive_once_in_order_with_their_ids(town: Town, receiver: Receiver) -> None:
    town.bring(order(), "erp")
    town.bring(interchange(("856", notice())))

    assert _states(town) == [("850", "sent", ""), ("997", "sent", "")]
    assert [(path, id) for path, id, _ in receiver.got] == [("/acme", id) for id in _ids(town)]
    assert [body for _, _, body in receiver.got] == [town.street.fetch(id) for id in _ids(town)]
    town.street.run_due()
    assert len(receiver.got) == 2


def test_a_receiver_in_trouble_is_asked_again_later_and_nothing_overtakes(town: Town, receiver: Receiver) -> None:
    receiver.status = 503
    town.bring(order(), "erp")
    town.bring(interchange(("856", notice())))
    assert _states(town) == [("850", "ready", "HTTP 503"), ("997", "ready", "")]

    town.street.run_due()
    assert len(receiver.got) == 1
    receiver.status = 200
    town.clock.pass_by(minutes=2)
    town.street.run_due()

    assert _states(town) == [("850", "sent", ""), ("997", "sent", "")]
    assert [id for _, id, _ in receiver.got] == [_ids(town)[0], *_ids(town)]


def test_a_host_name_that_is_none_stops_its_own_partner_alone(town: Town, receiver: Receiver) -> None:
    town.edit("acme", receiver.url, "http://acme..example")
    town.bring(order(), "erp")

    ((kind, status, reason),) = _states(town)
    assert (kind, status, town.alerts()) == ("850", "parked", ["delivery_failed"])
    assert reason.startswith("the url cannot be used: ")


@pytest.mark.parametrize("seconds", ["999999999999", "9" * 400])
def test_no_receiver_puts_us_off_for_more_than_a_day(town: Town, receiver: Receiver, seconds: str) -> None:
    receiver.status, receiver.retry_after = 503, seconds
    town.bring(order(), "erp")
    assert _states(town) == [("850", "ready", "HTTP 503")]

    receiver.status = 200
    town.clock.pass_by(hours=25)
    town.street.run_due()

    assert _states(town) == [("850", "sent", "")]


def test_what_is_refused_is_parked_with_an_alert_and_what_follows_goes(town: Town, receiver: Receiver) -> None:
    receiver.status = 400
    town.bring(order(), "erp")
    assert (_states(town), town.alerts()) == ([("850", "parked", "HTTP 400")], ["delivery_failed"])

    receiver.status = 200
    town.bring(interchange(("856", notice())))
    assert _states(town) == [("850", "parked", "HTTP 400"), ("997", "sent", "")]

    first = receiver.got[0]
    town.street.resend(first[1])
    town.street.run_until_idle()
    assert receiver.got[-1] == first
    assert _states(town)[0] == ("850", "sent", "")


def test_a_wrong_set_up_at_their_side_is_told_at_once_and_waited_out(town: Town, receiver: Receiver) -> None:
    receiver.status = 403
    town.bring(order(), "erp")
    town.bring(interchange(("856", notice())))
    town.clock.pass_by(minutes=59)
    town.street.run_due()
    assert (_states(town), len(receiver.got)) == ([("850", "ready", "HTTP 403"), ("997", "ready", "")], 1)

    town.clock.pass_by(minutes=2)
    town.street.run_due()
    assert (len(receiver.got), town.alerts()) == (2, ["delivery_failed"])
    receiver.status = 200
    town.clock.pass_by(minutes=61)
    town.street.run_due()

    assert _states(town) == [("850", "sent", ""), ("997", "sent", "")]


def test_a_set_up_that_stays_wrong_is_parked_past_the_limit(town: Town, receiver: Receiver) -> None:
    receiver.status = 404
    town.bring(order(), "erp")
    for _ in range(ATTEMPTS_MAX):
        town.clock.pass_by(hours=4)
        town.street.run_due()

    assert (_states(town), len(receiver.got)) == ([("850", "parked", "HTTP 404")], ATTEMPTS_MAX)
    assert town.alerts() == ["delivery_failed", "delivery_failed"]


def test_trouble_that_never_ends_is_parked_past_the_limit(town: Town, receiver: Receiver) -> None:
    receiver.status = 503
    town.bring(order(), "erp")
    for _ in range(ATTEMPTS_MAX):
        town.clock.pass_by(hours=4)
        town.street.run_due()

    assert _states(town) == [("850", "parked", "HTTP 503")]
    assert len(receiver.got) == ATTEMPTS_MAX


def test_the_overdue_clock_starts_with_the_2xx(town: Town) -> None:
    town.bring(order(), "erp")
    (id,) = _ids(town)

    assert town.street.message(id)["documents"][0]["status"] == "awaiting"


def test_a_secret_that_is_not_there_stops_its_destination_and_is_told_once(
    town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.edit("acme", '/acme"', '/acme", secret: "env:CROSSDOCK_TEST_HOOK"')
    town.bring(order(), "erp")
    town.clock.pass_by(hours=2)
    town.street.run_due()
    assert town.alerts() == ["delivery_failed"]
    assert receiver.got == []

    monkeypatch.setenv("CROSSDOCK_TEST_HOOK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    town.clock.pass_by(hours=2)
    town.street.run_due()
    assert _states(town) == [("850", "sent", "")]


def test_our_own_mistakes_use_up_no_tries(town: Town, receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    town.edit("acme", '/acme"', '/acme", secret: "env:CROSSDOCK_TEST_HOOK"')
    town.bring(order(), "erp")
    for _ in range(ATTEMPTS_MAX):
        town.clock.pass_by(hours=2)
        town.street.run_due()

    monkeypatch.setenv("CROSSDOCK_TEST_HOOK", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    receiver.status = 503
    town.clock.pass_by(hours=2)
    town.street.run_due()

    assert (_states(town), town.alerts()) == ([("850", "ready", "HTTP 503")], ["delivery_failed"])


def test_a_webhook_hears_of_what_it_subscribed_to(town: Town, receiver: Receiver) -> None:
    town.street.subscribe("w_1", url=f"{receiver.url}/hook", secret="", kinds=("case_opened",), partner="acme")
    town.bring(order(), "erp")
    town.bring(interchange(("856", notice(part="NOPE"))))

    (body,) = [msgspec.json.decode(body) for path, _, body in receiver.got if path == "/hook"]
    assert (body["type"], body["data"]["kind"], body["data"]["number"]) == ("case_opened", "ShipmentNotified", "S1")
    assert body["timestamp"] == "2026-11-23T14:00:00+00:00"

    assert town.street.unsubscribe("w_1") is True
    town.bring(interchange(("856", notice("S2", quantity="1")), control=2))
    assert [path for path, _, _ in receiver.got].count("/hook") == 1


def test_destinations_are_sent_to_at_once(town: Town, receiver: Receiver) -> None:
    town.street.subscribe("w_1", url=f"{receiver.url}/hook", secret="", kinds=("case_opened",), partner="acme")
    town.bring(order(), "erp")
    receiver.got.clear()
    both = threading.Barrier(2)
    receiver.meet = {"/acme": both, "/hook": both}

    town.bring(interchange(("856", notice(part="NOPE"))))

    assert {path for path, _, _ in receiver.got} == {"/acme", "/hook"}
    assert receiver.meet == {}
    assert {status for _, status, _ in _states(town)} == {"sent"}


def test_what_breaks_at_one_destination_undoes_nothing_and_holds_up_nobody(town: Town, receiver: Receiver) -> None:
    desk = town.street.desk
    assert desk is not None
    town.street.subscribe("w_1", url=f"{receiver.url}/hook", secret="", kinds=("case_opened",), partner="acme")
    town.street.accept(order(), partner="erp")
    town.street.accept(interchange(("856", notice(part="NOPE"))), partner="acme")
    while desk.process(town.clock()).messages:
        pass
    asked: list[str] = []

    def break_at_the_second(request: httpx2.Request) -> httpx2.Response:
        asked.append(request.url.path)
        if request.url.path == "/acme" and asked.count("/acme") == 2:
            raise RuntimeError("unforeseen")
        return httpx2.Response(200, stream=httpx2.ByteStream(b""))

    sender = Sender(httpx2.MockTransport(break_at_the_second))
    tools = Tools(database=desk.database, writer=desk.writer, http=lambda: sender, as2=as2.Sender, stations=Stations)
    done = deliver_due(desk.database, tools, desk.context(town.clock()))
    sender.close()

    assert (done, sorted(asked)) == (Delivered(sent=2, failed=1), ["/acme", "/acme", "/hook"])
    assert [one[1:] for one in _states(town)][:2] == [("sent", ""), ("ready", BROKEN)]
    town.clock.pass_by(minutes=2)
    town.street.run_due()
    assert {status for _, status, _ in _states(town)} == {"sent"}


def test_the_worker_does_it_all_by_itself_and_stops_when_told(town: Town, receiver: Receiver) -> None:
    desk = town.street.desk
    assert desk is not None
    worker = Worker(desk, town.clock)
    town.street.accept(order(), partner="erp")

    with receiver.heard:
        assert receiver.heard.wait_for(lambda: receiver.got, 30)
    worker.close()

    assert _states(town) == [("850", "sent", "")]
