"""The opener's process: it makes what the process itself would, is never depended on, and comes back when it died."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.pipeline.as2 import As2Answer, As2Request, Opener, open_stations, opener
from gateway.pipeline.as2.opener import REQUEST_BYTES_MAX
from gateway.pipeline.as2.opening import open_request
from gateway.pipeline.as2.values import Work
from gateway.settings import Settings
from tests.unit.pipeline.as2_partner import OUR_URL, As2Partner, agree, as2_town, request
from tests.unit.pipeline.world import START, Town, interchange, notice, order

NOTICE = interchange(("856", notice()))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    one = as2_town(tmp_path / "home", mdn_urls='"http://127.0.0.1:9"')
    one.bring(order(), "erp")
    yield one
    one.street.close()


@pytest.fixture
def helper(town: Town) -> Iterator[Opener]:
    one = Opener()
    configure(one, town)
    yield one
    one.close()


def configure(one: Opener, town: Town) -> None:
    settings = Settings(home=town.home, as2_url=OUR_URL)
    one.configure(town.street.configuration.files, town.home / "keys", settings, START)


def opened(one: Opener, asked: As2Request, id: str = "m_1") -> Work | None:
    future = one.open(id, asked, START)
    assert future is not None
    return future.result(30)


def plain(work: Work | None) -> object:
    """Without what no two runs share: timings, and the boundary and signature of the MDN."""
    assert work is not None
    facts = {name: value for name, value in work.facts.items() if name != "timings_ms"}
    receipt = work.receipt and (work.receipt.signed, work.receipt.url, len(work.receipt.headers))
    return msgspec.structs.replace(work, facts=facts, receipt=None), receipt


@pytest.mark.parametrize(
    "changed",
    [{}, {"as2_from": "NOBODY"}, {"receipt_delivery_option": "http://127.0.0.1:9"}, {"message_id": ""}],
    ids=["fine", "stranger", "asynchronous", "no id"],
)
def test_the_opener_makes_what_the_process_itself_makes(town: Town, helper: Opener, changed: dict[str, str]) -> None:
    asked = request(As2Partner().build(NOTICE, "1@acme"), **changed)
    settings = Settings(home=town.home, as2_url=OUR_URL)
    stations = open_stations(town.street.configuration.partners, town.home / "keys", settings, now=START)

    work = opened(helper, asked)

    assert plain(work) == plain(open_request(asked, stations, id="m_1", now=START))


def test_an_mdn_is_left_to_whoever_asked(town: Town, helper: Opener) -> None:
    acme = As2Partner()
    sent = acme.build(NOTICE, "1@acme")
    answer = town.street.receive_as2(request(sent)).result(30)
    assert isinstance(answer, As2Answer)

    assert opened(helper, As2Request(headers=answer.headers, body=answer.body)) is None


def test_a_large_body_is_left_to_whoever_asked(helper: Opener) -> None:
    body = bytes(REQUEST_BYTES_MAX + 1)

    assert helper.open("m_1", As2Request(headers=(), body=body), START) is None


def test_what_is_asked_for_together_is_answered_each_for_itself(helper: Opener) -> None:
    acme = As2Partner()
    asked = [request(acme.build(NOTICE, f"{n}@acme", filename=f"{n}.edi")) for n in range(40)]

    futures = [helper.open(f"m_{n}", one, START) for n, one in enumerate(asked)]
    works = [future.result(30) for future in futures if future is not None]

    assert [(w.id, w.message.name, w.message_id) for w in works if w is not None] == [
        (f"m_{n}", f"{n}.edi", f"<{n}@acme>") for n in range(40)
    ]


def test_an_agreement_that_changed_holds_from_the_next_message_on(town: Town, helper: Opener) -> None:
    asked = request(As2Partner().build(NOTICE, "1@acme"))
    before = opened(helper, asked)
    agree(town.home, more="  replay: park\n")
    town.street.configure()
    configure(helper, town)

    after = opened(helper, asked)

    assert [one is not None and one.refuses_replays for one in (before, after)] == [False, True]


def test_a_dead_opener_leaves_its_messages_to_us_and_another_follows(
    town: Town, helper: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = request(As2Partner().build(NOTICE, "1@acme"))
    process = helper.process
    assert process is not None
    os.kill(process.pid, signal.SIGSTOP)
    future = helper.open("m_1", asked, START)
    os.kill(process.pid, signal.SIGKILL)
    assert future is not None
    assert future.result(30) is None
    assert helper.open("m_2", asked, START) is None

    monkeypatch.setattr(opener, "RESTART_SECONDS", 0.0)
    work = opened(helper, asked, "m_3")

    assert work is not None
    assert (work.id, work.partner, work.code) == ("m_3", "acme", "")


def test_with_keys_that_cannot_be_opened_it_leaves_all_to_us(town: Town, helper: Opener) -> None:
    (town.home / "keys" / "passphrase").write_text("wrong\n", "utf-8")
    configure(helper, town)

    assert opened(helper, request(As2Partner().build(NOTICE, "1@acme"))) is None


def test_a_closed_opener_answers_what_still_waits(town: Town) -> None:
    one = Opener()
    configure(one, town)
    asked = request(As2Partner().build(NOTICE, "1@acme"))
    futures = [one.open(f"m_{n}", asked, START) for n in range(5)]

    one.close()

    assert all(future is not None and future.done() for future in futures)
    assert one.open("m_9", asked, START) is None
