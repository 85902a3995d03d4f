"""POST /as2 over real sockets: what old and new AS2 products send, bounds, and many copies of one message at once."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gateway.api.overload import Gate
from gateway.store.evidence import load_evidence
from gateway.store.transports import mdn_of, split_raw
from tests.acceptance.as2_house import BYTES_MAX, House, listening, raw_post
from tests.unit.pipeline.as2_partner import As2Partner
from tests.unit.pipeline.world import interchange, notice


@pytest.fixture(scope="module", params=[0, 1], ids=["itself", "opener"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with listening(tmp_path_factory.mktemp("as2") / "home", children=request.param) as one:
        yield one


@pytest.fixture
def acme() -> As2Partner:
    return As2Partner()


def _notice(n: int) -> bytes:
    return interchange(("856", notice(f"S{n}", quantity="1")), control=n)


def test_a_message_is_answered_by_its_signed_mdn(house: House, acme: As2Partner) -> None:
    built = acme.build(_notice(1), "1@acme")

    answer = house.post(built)

    assert (answer.status, acme.read(answer, built).result) == (200, "delivered")


@pytest.mark.parametrize("fold", ["\r\n ", "\r\n\t", "\r\n    "])
def test_folded_header_fields_are_taken(house: House, acme: As2Partner, fold: str) -> None:
    # Mid-nineties mail habits live on in AS2 products; the parser has to undo them.
    built = acme.build(_notice(2), f"fold{len(fold)}{fold.encode().hex()}@acme")
    head, end, body = raw_post(built.headers, built.body).partition(b"\r\n\r\n")
    folded = head.replace(b"; ", f";{fold}".encode())
    assert fold.encode() in folded

    answer = house.send(folded + end + body)

    assert (answer.status, acme.read(answer, built).result) == (200, "delivered")


def test_line_feeds_alone_may_end_header_lines(house: House, acme: As2Partner) -> None:
    built = acme.build(_notice(3), "lf@acme")
    head, _, body = raw_post(built.headers, built.body).partition(b"\r\n\r\n")

    answer = house.send(head.replace(b"\r\n", b"\n") + b"\n\n" + body)

    assert acme.read(answer, built).result == "delivered"


def test_a_chunked_body_is_taken(house: House, acme: As2Partner) -> None:
    built = acme.build(_notice(4), "chunked@acme")
    head = raw_post(built.headers, built.body, without="content-length").partition(b"\r\n\r\n")[0]
    head = b"\r\n".join(line for line in head.split(b"\r\n") if not line.startswith(b"Content-Length"))
    pieces = [built.body[at : at + 1000] for at in range(0, len(built.body), 1000)]
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)

    answer = house.send(head + b"\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n")

    assert acme.read(answer, built).result == "delivered"


def test_a_body_that_went_through_a_file_is_the_same(house: House, acme: As2Partner) -> None:
    payload = _notice(5) + b" " * 600_000
    built = acme.build(payload, "large@acme")

    answer = house.post(built)

    assert acme.read(answer, built).result == "delivered"
    message = house.town.street.messages()[-1]
    assert (message["bytes"], house.town.street.fetch(message["id"])) == (len(payload), payload)
    assert list(house.town.street.home.run.iterdir()) == [house.town.street.home.lock]


def test_an_oversize_body_is_refused_before_it_is_read(house: House, acme: As2Partner) -> None:
    before = len(house.shown())
    built = acme.build(b"x", "big@acme")
    head = raw_post(built.headers, b"").replace(b"Content-Length: 0", b"Content-Length: %d" % (BYTES_MAX + 1))

    answer = house.send(head)

    assert (answer.status, len(house.shown())) == (413, before)


def test_an_oversize_body_of_unsaid_length_is_refused_while_it_is_read(house: House, acme: As2Partner) -> None:
    built = acme.build(b"x", "bigger@acme")
    head = raw_post(built.headers, b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
    chunk = b"%x\r\n%s\r\n" % (BYTES_MAX + 1, b"x" * (BYTES_MAX + 1))

    assert house.send(head + chunk + b"0\r\n\r\n").status == 413


def test_more_header_than_a_message_ever_needs_is_refused(house: House, acme: As2Partner) -> None:
    built = acme.build(b"x", "wide@acme")

    assert house.post(built, **{f"x-{n}": "v" for n in range(70)}).status == 431
    assert house.post(built, subject="s" * 16_000).status in (400, 431)


def test_an_empty_body_and_a_coded_one_are_refused(house: House, acme: As2Partner) -> None:
    built = acme.build(b"x", "none@acme")

    assert house.send(raw_post(built.headers, b"")).status == 400
    assert house.post(built, content_encoding="gzip").status == 415


def test_names_in_quotes_mean_the_same(house: House, acme: As2Partner) -> None:
    built = acme.build(_notice(6), "quoted@acme")

    answer = house.post(built, as2_from='"ACME"', as2_to='"CROSSDOCK"')

    assert acme.read(answer, built).result == "delivered"


def test_32_copies_at_once_are_one_delivery_and_32_identical_mdns(house: House, acme: As2Partner) -> None:
    built = acme.build(_notice(7), "copies@acme")
    raw = raw_post(built.headers, built.body)
    before = len(house.shown())

    with ThreadPoolExecutor(32) as pool:
        answers = list(pool.map(house.send, [raw] * 32))

    assert {one.status for one in answers} == {200}
    assert acme.read(answers[0], built).result == "delivered"
    (body,) = {one.body for one in answers}
    (headers,) = {one.headers for one in answers}
    assert len(house.shown()) == before + 1
    message = house.town.street.messages()[-1]["id"]
    with house.town.street.read() as connection:
        kept, stored = split_raw(load_evidence(connection, [mdn_of(message)])[mdn_of(message)])
    assert stored == body
    assert set(kept) <= set(headers)
    house.town.street.run_until_idle()
    assert house.town.events().count("ShipmentNotified S7") == 1


def test_a_full_queue_asks_partners_to_come_again(tmp_path: Path, acme: As2Partner) -> None:
    with listening(tmp_path / "home", queue_max=1) as house:
        assert [house.post(acme.build(_notice(n), f"{n}@acme")).status for n in (1, 2)] == [200, 200]
        gate: Gate = house.application.state.gate
        gate.look_again()

        refused = house.post(acme.build(_notice(3), "3@acme"))

        assert (refused.status, dict(refused.headers)["retry-after"]) == (503, "2")
        assert len(house.shown()) == 2
        house.town.street.run_until_idle()
        gate.look_again()
        assert house.post(acme.build(_notice(3), "3@acme")).status == 200


def test_a_body_that_trickles_is_refused_when_its_time_is_up(tmp_path: Path, acme: As2Partner) -> None:
    with listening(tmp_path / "home", body_seconds_max=1) as house:
        built = acme.build(b"x", "slow@acme")
        half = raw_post(built.headers, built.body)[:-1]

        assert (house.send(half).status, house.shown()) == (408, [])


def test_more_connections_than_are_allowed_are_turned_away(tmp_path: Path, acme: As2Partner) -> None:
    with listening(tmp_path / "home", connections_max=3) as house, contextlib.ExitStack() as idle:
        for _ in range(3):
            idle.enter_context(socket.create_connection(("127.0.0.1", house.port), timeout=60))

        assert house.post(acme.build(_notice(7), "crowd@acme")).status == 503


def test_every_answer_has_one_date(house: House, acme: As2Partner) -> None:
    answers = [house.post(acme.build(_notice(8), "8@acme")), house.send(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")]

    assert [[name.lower() for name, _ in one.headers].count("date") for one in answers] == [1, 1]
