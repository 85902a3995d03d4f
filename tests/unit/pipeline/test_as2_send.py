"""Messages that leave by AS2: built once, receipted, retried as the same bytes, and given up in the open."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from gateway.pipeline.as2 import As2Answer, As2Request
from gateway.pipeline.as2.receipts import MDN_ATTEMPTS_MAX
from gateway.store.alerts import list_alerts
from gateway.store.evidence import load_evidence
from gateway.transports import as2
from gateway.transports.as2.dispositions import DECRYPTION_FAILED
from tests.unit.pipeline.as2_partner import As2Partner, agree, as2_town, post
from tests.unit.pipeline.as2_server import As2Server
from tests.unit.pipeline.world import Town, interchange, notice, order


@pytest.fixture
def server() -> Iterator[As2Server]:
    one = As2Server()
    yield one
    one.close()


def _open(home: Path, server: As2Server, mdn: str) -> Iterator[Town]:
    one = as2_town(home, url=f"{server.url}/as2", mdn=mdn, mdn_urls=f'"{server.url}"')
    one.edit("acme", "deliver: {to: mailbox}", "deliver: {to: as2}")
    yield one
    one.street.close()


@pytest.fixture
def town(tmp_path: Path, server: As2Server) -> Iterator[Town]:
    """Acme takes its messages by AS2 and answers with a synchronous MDN."""
    yield from _open(tmp_path / "home", server, "sync")


@pytest.fixture
def waiting_town(tmp_path: Path, server: As2Server) -> Iterator[Town]:
    """Acme's MDNs come on their own, later."""
    server.answer = "later"
    yield from _open(tmp_path / "home", server, "async")


def _order(town: Town) -> str:
    """Place an order; the id of the 850 that leaves."""
    town.bring(order(), "erp")
    (id,) = [one["id"] for one in town.street.messages(direction="out") if one["kind"] == "850"]
    return str(id)


def _shown(town: Town, id: str) -> tuple[str, str]:
    message = town.street.message(id)
    return message["status"], message["documents"][0]["status"]


def _post_mdn(town: Town, mdn: as2.Mdn) -> As2Answer:
    return post(town, As2Request(headers=tuple(mdn.headers), body=mdn.body))


def _bytes(town: Town, id: str) -> bytes:
    with town.street.read() as connection:
        return load_evidence(connection, [id])[id]


def test_a_message_arrives_signed_and_encrypted_and_its_mdn_starts_the_clock(town: Town, server: As2Server) -> None:
    id = _order(town)

    (opened,) = server.opened
    assert (opened.payload, opened.layers, opened.message_id) == (
        town.street.fetch(id),
        ("encrypted", "signed"),
        f"<{id}@CROSSDOCK>",
    )
    assert _shown(town, id) == ("sent", "awaiting")
    known = town.street.message(id)["transport"]
    assert known["mic"] == f"{opened.mic}, sha-256"
    assert {name: known["mdn"][name] for name in ("mode", "result", "disposition", "mic", "signed_by")} == {
        "mode": "sync",
        "result": "delivered",
        "disposition": "processed",
        "mic": f"{opened.mic}, sha-256",
        "signed_by": server.acme.key.certificate.fingerprint,
    }
    assert _bytes(town, known["evidence"]["mdn"]).endswith(server.mdns[opened.message_id].body)
    assert _bytes(town, known["evidence"]["request"]).endswith(server.got[0][1])


@pytest.mark.parametrize("trouble", ["503", "no-mdn", "busy"])
def test_every_retry_is_the_same_bytes_under_the_same_message_id(town: Town, server: As2Server, trouble: str) -> None:
    server.answer = trouble
    id = _order(town)
    assert _shown(town, id) == ("ready", "unsent")

    server.answer = "mdn"
    town.clock.pass_by(minutes=5)
    town.street.run_due()

    assert _shown(town, id) == ("sent", "awaiting")
    first, second = [
        (dict(headers)["Message-ID"], dict(headers)["Content-Type"], body) for headers, body in server.got
    ]
    assert first == second


def test_a_lost_answer_is_mended_by_the_partners_stored_mdn(town: Town, server: As2Server) -> None:
    server.answer = "no-mdn"
    id = _order(town)
    first = server.mdn_of(server.opened[0])
    server.mdns[server.opened[0].message_id] = first
    server.answer = "mdn"
    town.clock.pass_by(minutes=5)
    town.street.run_due()

    assert _shown(town, id) == ("sent", "awaiting")
    assert _bytes(town, town.street.message(id)["transport"]["evidence"]["mdn"]).endswith(first.body)


def test_a_refusal_is_parked_with_an_alert_and_goes_anew_once_it_is_mended(town: Town, server: As2Server) -> None:
    server.disposition = DECRYPTION_FAILED
    id = _order(town)
    assert _shown(town, id) == ("parked", "unsent")
    assert town.street.message(id)["reason"] == "their MDN says processed/error: decryption-failed"
    assert town.alerts() == ["delivery_failed"]

    server.disposition = None
    town.street.resend(id)
    town.street.run_until_idle()

    assert _shown(town, id) == ("sent", "awaiting")
    # Built anew, since the partner's certificate may be what was mended, and still the same message.
    assert server.got[0][1] != server.got[1][1]
    assert [one.message_id for one in server.opened] == [f"<{id}@CROSSDOCK>"] * 2
    known = town.street.message(id)["transport"]
    assert (known["evidence"], known["mdn"]["result"]) == (
        {"request": f"{id}:request.2", "mdn": f"{id}:mdn.2"},
        "delivered",
    )


def test_what_arrived_is_resent_as_the_same_bytes(town: Town, server: As2Server) -> None:
    id = _order(town)

    town.street.resend(id)
    town.street.run_until_idle()

    assert server.got[0][1] == server.got[1][1]


def test_an_mdn_about_other_bytes_is_no_receipt(town: Town, server: As2Server) -> None:
    server.answer = "no-mdn"
    id = _order(town)
    opened = server.opened[0]
    changed = as2.write_mdn(
        _with_mic(opened, "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="), message_id="f@acme", now=town.clock.now
    )
    server.mdns[opened.message_id] = changed
    server.answer = "mdn"
    town.clock.pass_by(minutes=5)
    town.street.run_due()

    assert _shown(town, id) == ("parked", "unsent")
    assert town.street.message(id)["reason"] == "their MIC differs: they received other bytes than we sent"


def test_an_asynchronous_mdn_is_awaited_and_settles_its_message(waiting_town: Town, server: As2Server) -> None:
    town = waiting_town
    id = _order(town)
    assert _shown(town, id) == ("awaiting", "unsent")
    assert dict(server.got[0][0])["Receipt-Delivery-Option"] == "https://crossdock.example/as2"
    # What waits for its MDN stands in nobody's way.
    town.bring(interchange(("856", notice())))
    assert len(server.got) == 2

    town.clock.pass_by(minutes=3)
    mdn = server.mdn_of(server.opened[0])
    assert [_post_mdn(town, mdn).status for _ in range(2)] == [204, 204]

    assert _shown(town, id) == ("sent", "awaiting")
    message = town.street.message(id)
    assert (message["transport"]["mdn"]["mode"], message["sent"]) == ("async", "2026-11-23T14:03:00Z")
    assert message["documents"][0]["due_at"] == "2026-11-23T18:03:00+00:00"
    assert "mdn_due_at" not in message["transport"]


def test_an_mdn_that_does_not_come_brings_the_same_message_again_and_in_the_end_an_alert(
    waiting_town: Town, server: As2Server
) -> None:
    town = waiting_town
    id = _order(town)
    for _ in range(MDN_ATTEMPTS_MAX + 1):
        town.clock.pass_by(minutes=31)
        town.street.run_due()

    assert len(server.got) == MDN_ATTEMPTS_MAX
    assert len({body for _, body in server.got}) == 1
    assert _shown(town, id) == ("parked", "unsent")
    assert town.street.message(id)["reason"] == f"no MDN came, although it was sent {MDN_ATTEMPTS_MAX} times"
    assert town.alerts() == ["mdn_overdue"]

    assert _post_mdn(town, server.mdn_of(server.opened[0])).status == 204
    assert _shown(town, id) == ("sent", "awaiting")


def test_a_refusing_mdn_that_comes_later_parks_its_message(waiting_town: Town, server: As2Server) -> None:
    town = waiting_town
    id = _order(town)

    assert _post_mdn(town, server.mdn_of(server.opened[0], DECRYPTION_FAILED)).status == 204

    assert _shown(town, id) == ("parked", "unsent")
    assert town.alerts() == ["mdn_refuses"]


def test_what_contradicts_a_receipt_is_told_and_changes_nothing(waiting_town: Town, server: As2Server) -> None:
    town = waiting_town
    id = _order(town)
    _post_mdn(town, server.mdn_of(server.opened[0]))

    assert _post_mdn(town, server.mdn_of(server.opened[0], DECRYPTION_FAILED)).status == 204

    assert _shown(town, id) == ("sent", "awaiting")
    assert town.alerts() == ["mdn_contradicts"]


@pytest.mark.parametrize("answer", ["503", "403", "later"])
def test_an_mdn_that_overtakes_the_answer_to_its_message_counts(
    waiting_town: Town, server: As2Server, answer: str
) -> None:
    town = waiting_town
    server.answer = answer
    server.before_answer = lambda opened: _settled(_post_mdn(town, server.mdn_of(opened)))
    id = _order(town)
    assert _shown(town, id) == ("sent", "awaiting")

    server.before_answer = None
    town.clock.pass_by(hours=2)
    town.street.run_due()

    assert (_shown(town, id), len(server.got), town.alerts()) == (("sent", "awaiting"), 1, [])


def test_what_arrived_and_is_resent_is_awaited_again_and_settled_by_the_same_mdn(
    waiting_town: Town, server: As2Server
) -> None:
    town = waiting_town
    id = _order(town)
    mdn = server.mdn_of(server.opened[0])
    _post_mdn(town, mdn)
    town.street.resend(id)
    town.street.run_until_idle()
    assert _shown(town, id)[0] == "awaiting"
    # Nobody answers: it is sent once more, and waits in the open.
    town.clock.pass_by(minutes=31)
    town.street.run_due()
    assert len(server.got) == 3

    assert _post_mdn(town, mdn).status == 204

    assert _shown(town, id) == ("sent", "awaiting")
    assert "mdn_due_at" not in town.street.message(id)["transport"]


def test_an_mdn_about_nothing_of_ours_is_refused(town: Town, server: As2Server) -> None:
    built = As2Partner().build(b"never sent by us", "x@acme")
    theirs = post(town, built)

    with capture_logs() as logs:
        answer = _post_mdn(
            town,
            as2.Mdn(
                message_id="<y>", headers=theirs.headers, body=theirs.body, disposition=DECRYPTION_FAILED, signed=True
            ),
        )

    assert (answer.status, answer.body) == (400, b"no message of ours awaits this MDN\n")
    assert logs == [
        {"event": "as2.mdn_unread", "log_level": "warning", "original_message_id": "<x@acme>", "messages": []}
    ]


def test_an_mdn_of_a_partner_that_speaks_as2_no_longer_is_told_once(waiting_town: Town, server: As2Server) -> None:
    town = waiting_town
    id = _order(town)
    mdn = server.mdn_of(server.opened[0])
    town.edit("acme", "as2: [ACME]", "as2: [OTHER]")

    answers = [_post_mdn(town, mdn) for _ in range(2)]

    assert [one.status for one in answers] == [400, 400]
    with town.street.read() as connection:
        told = [(one.kind, one.partner, one.message) for _, one in list_alerts(connection)]
    assert told == [("mdn_unread", "acme", id)]
    assert town.street.message(id)["status"] == "awaiting"


def test_asynchronous_mdns_go_where_the_agreement_lists_and_again_when_asked(town: Town, server: As2Server) -> None:
    acme = As2Partner(mdn="async", mdn_return_url=f"{server.url}/receipts")
    server.answer = "200"
    built = acme.build(interchange(("856", notice())), "1@acme")

    answers = []
    for _ in range(2):
        answers.append(post(town, built))
        town.street.run_until_idle()

    assert [(one.status, one.body) for one in answers] == [(204, b""), (204, b"")]
    mdns = [(headers, body) for headers, body in server.got if _is_mdn(headers, body)]
    assert [_reads(acme, built, *one) for one in mdns] == ["delivered", "delivered"]
    assert mdns[0][1] == mdns[1][1]
    out = [(one["kind"], one["to"], one["status"]) for one in town.street.messages(direction="out", partner="acme")]
    assert out[0] == ("mdn", "acme", "sent")


def test_looking_at_an_mdn_that_is_still_to_be_posted_delivers_nothing(town: Town, server: As2Server) -> None:
    acme = As2Partner(mdn="async", mdn_return_url=f"{server.url}/receipts")
    answer = post(town, acme.build(interchange(("856", notice())), "1@acme"))
    id = f"{answer.message}:mdn"

    town.street.fetch(id, "acme")

    assert town.street.message(id)["status"] == "ready"
    server.answer = "200"
    town.street.run_until_idle()
    assert town.street.message(id)["status"] == "sent"


def test_a_place_for_the_mdn_that_nobody_agreed_to_is_never_written_to(town: Town, server: As2Server) -> None:
    acme = As2Partner(mdn="async", mdn_return_url="http://127.0.0.1:1/steal")
    built = acme.build(interchange(("856", notice())), "1@acme")

    answer = post(town, built)
    town.street.run_until_idle()

    assert str(acme.read(answer, built).disposition) == "processed/error: unexpected-processing-error"
    assert town.street.message(answer.message)["reason"] == (
        "the MDN is asked for at http://127.0.0.1:1/steal, which the agreement does not list (as2.mdn_urls)"
    )


def test_a_password_that_is_not_there_stops_its_partner_and_is_told(town: Town, server: As2Server) -> None:
    agree(town.home, url=f"{server.url}/as2", more="  user: us\n  password: env:CROSSDOCK_TEST_NOWHERE\n")
    town.street.configure()
    id = _order(town)

    assert (_shown(town, id), server.got) == (("ready", "unsent"), [])
    assert "CROSSDOCK_TEST_NOWHERE" in town.street.message(id)["reason"]
    assert town.alerts() == ["delivery_failed"]


def _settled(answer: As2Answer) -> None:
    assert answer.status == 204


def _is_mdn(headers: Any, body: bytes) -> bool:
    return as2.is_mdn(headers, body)


def _reads(acme: As2Partner, built: as2.Built, headers: Any, body: bytes) -> str:
    return acme.read(As2Answer(status=200, headers=headers, body=body), built).result


def _with_mic(opened: as2.Opened, mic: str) -> as2.Opened:
    return msgspec.structs.replace(opened, mic=mic)
