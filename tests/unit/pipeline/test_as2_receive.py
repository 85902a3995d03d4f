"""AS2 messages on the street: what is kept of each, repeats, replays, failures, asynchronous MDNs."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.errors import PartnerMistake, Unavailable
from gateway.pipeline.as2 import As2Request
from gateway.pipeline.as2.unproven import KEPT_AN_HOUR_MAX, UNPROVEN_BYTES_MAX
from gateway.store.alerts import list_alerts
from gateway.store.evidence import load_evidence
from gateway.store.transports import join_raw, mdn_of, request_of, split_raw
from gateway.transports import as2
from tests.unit.pipeline.as2_partner import (
    FROM,
    OURS,
    THEIRS,
    TO,
    As2Partner,
    agree,
    as2_town,
    key_of,
    post,
    request,
)
from tests.unit.pipeline.world import Town, interchange, notice, order, state

NOTICE = interchange(("856", notice()))


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    one = as2_town(tmp_path / "home", mdn_urls='"http://127.0.0.1:9"')
    one.bring(order(), "erp")
    yield one
    one.street.close()


@pytest.fixture
def acme() -> As2Partner:
    return As2Partner()


def _with_body(one: As2Request, body: bytes) -> As2Request:
    return msgspec.structs.replace(one, body=body)


def _evidence(town: Town, *ids: str) -> dict[str, bytes]:
    with town.street.read() as connection:
        return load_evidence(connection, ids)


def _mdns(town: Town) -> list[tuple[str, str, str]]:
    out = town.street.messages(direction="out", limit=1000)
    return [(one["to"], one["status"], one["message"]) for one in out if one["kind"] == "mdn"]


def test_a_message_is_kept_with_its_request_its_mdn_and_what_the_transport_knows(
    town: Town, acme: As2Partner
) -> None:
    built = acme.build(NOTICE, "1@acme", filename="n.edi")
    answer = post(town, built)
    town.street.run_until_idle()

    assert acme.read(answer, built).result == "delivered"
    message = town.street.message(answer.message)
    assert state(message) == ("done", [("recorded", "")])
    assert (message["channel"], message["partner"], message["name"]) == ("as2", "acme", "n.edi")
    raw = request(built)
    kept = _evidence(town, answer.message, request_of(answer.message), mdn_of(answer.message))
    assert kept == {
        answer.message: NOTICE,
        request_of(answer.message): join_raw(raw.headers, raw.body),
        mdn_of(answer.message): join_raw(answer.headers, answer.body),
    }
    known = message["transport"]
    assert known["timings_ms"].keys() == {"open", "mdn"}
    assert {name: known[name] for name in ("key", "mic", "layers", "signed_by", "encrypted_to", "disposition")} == {
        "key": "<1@acme>",
        "mic": f"{built.mic}, sha-256",
        "layers": ["encrypted", "signed"],
        "signed_by": key_of(THEIRS).certificate.fingerprint,
        "encrypted_to": key_of(OURS).certificate.fingerprint,
        "disposition": "processed",
    }
    assert [(one["kind"], one["status"], one["to"]) for one in message["answers"]] == [
        ("mdn", "sent", "acme"),
        ("997", "ready", "acme"),
    ]


def test_a_repeat_gets_the_stored_mdn_byte_for_byte_and_is_delivered_once(town: Town, acme: As2Partner) -> None:
    built = acme.build(NOTICE, "1@acme")
    first = post(town, built)
    town.clock.pass_by(minutes=5)

    again = post(town, built)
    # Encrypted anew, as many products do for each attempt: the same content, so the same message.
    anew = post(town, acme.build(NOTICE, "1@acme"))

    assert (again.headers, again.body, again.message) == (first.headers, first.body, first.message)
    assert (anew.headers, anew.body, anew.message) == (first.headers, first.body, first.message)
    assert [again.repeated, anew.repeated] == [True, True]
    assert _mdns(town) == [("acme", "sent", first.message)]
    town.street.run_until_idle()
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]


def test_an_mdn_that_left_with_the_answer_is_no_message_to_be_sent(town: Town, acme: As2Partner) -> None:
    message = post(town, acme.build(NOTICE, "1@acme")).message

    with pytest.raises(PartnerMistake) as refused:
        town.street.resend(mdn_of(message))

    assert (refused.value.code, _mdns(town)) == ("not_supported", [("acme", "sent", message)])


def test_a_failed_first_attempt_is_parked_and_does_not_block_its_retry(town: Town, acme: As2Partner) -> None:
    built = acme.build(NOTICE, "1@acme")
    broken = request(built)
    broken = _with_body(broken, built.body[:-40] + b"\0" * 40)

    failed = post(town, broken)
    again = post(town, broken)
    retried = post(town, built)
    town.street.run_until_idle()

    assert [str(acme.read(one, built).disposition) for one in (failed, again, retried)] == [
        "processed/error: decryption-failed",
        "processed/error: decryption-failed",
        "processed",
    ]
    assert [(one["status"], one["reason_code"]) for one in town.street.messages()[1:]] == [
        ("parked", "decryption_failed"),
        ("parked", "decryption_failed"),
        ("done", ""),
    ]
    shown = town.street.message(failed.message)
    assert shown["reason"]
    assert shown["transport"]["disposition"] == "processed/error: decryption-failed"
    assert _evidence(town, failed.message, request_of(failed.message)) == {
        request_of(failed.message): join_raw(broken.headers, broken.body)
    }
    assert town.alerts() == ["as2_refused", "as2_refused"]


def test_what_could_not_be_opened_cannot_be_replayed(town: Town, acme: As2Partner) -> None:
    failed = post(town, _with_body(request(acme.build(NOTICE, "1@acme")), b"nothing"))

    with pytest.raises(PartnerMistake, match="its sender must send it again"):
        town.street.replay(failed.message)


def test_a_repeat_is_known_even_when_it_can_no_longer_be_opened(town: Town, acme: As2Partner) -> None:
    built = acme.build(NOTICE, "1@acme")
    first = post(town, built)
    certificate = as2.certificate_pem(as2.create_key("OTHER", valid_from=FROM, valid_to=TO))
    (town.home / "partners" / "acme" / "certs" / "acme.pem").write_bytes(certificate)
    town.street.configure()

    again = post(town, built)

    assert (again.headers, again.body, again.repeated) == (first.headers, first.body, True)
    assert post(town, acme.build(NOTICE, "2@acme")).message != first.message
    assert town.street.messages()[-1]["reason_code"] == "authentication_failed"


def test_a_message_id_with_other_content_is_refused_and_kept(town: Town, acme: As2Partner) -> None:
    first = post(town, acme.build(NOTICE, "1@acme"))
    other = acme.build(interchange(("856", notice("S2")), control=2), "1@acme")

    answer = post(town, other)
    town.street.run_until_idle()

    assert str(acme.read(answer, other).disposition) == "processed/error: unexpected-processing-error"
    shown = town.street.message(answer.message)
    assert (shown["status"], shown["reason_code"], shown["reason"]) == (
        "parked",
        "message_id_reused",
        f"this Message-ID belongs to {first.message}, whose content is another",
    )
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]


def test_the_same_content_under_another_message_id_is_flagged_and_recorded_once(town: Town, acme: As2Partner) -> None:
    first = post(town, acme.build(NOTICE, "1@acme"))
    captured = acme.build(NOTICE, "2@acme")

    answer = post(town, captured)
    town.street.run_until_idle()

    assert acme.read(answer, captured).result == "delivered"
    shown = town.street.message(answer.message)
    assert shown["transport"]["same_content_as"] == first.message
    assert state(shown) == ("done", [("repeated", "same")])
    assert town.alerts() == ["as2_replay"]
    assert town.events() == ["OrderPlaced PO1", "ShipmentNotified S1"]


def test_where_agreed_the_same_content_under_another_message_id_is_parked(town: Town, acme: As2Partner) -> None:
    agree(town.home, more="  replay: park\n")
    town.street.configure()
    first = post(town, acme.build(NOTICE, "1@acme"))
    captured = acme.build(NOTICE, "2@acme")

    answer = post(town, captured)

    assert str(acme.read(answer, captured).disposition) == "processed/warning: duplicate-document"
    shown = town.street.message(answer.message)
    assert (shown["status"], shown["reason_code"], shown["reason"]) == (
        "parked",
        "replayed",
        f"the content of {first.message} came again under another Message-ID",
    )
    town.street.replay(answer.message)
    town.street.run_until_idle()
    assert state(town.street.message(answer.message)) == ("done", [("repeated", "same")])


def test_an_mdn_that_nobody_asked_for_is_not_written_and_can_be_asked_for_later(town: Town) -> None:
    quiet, asking = As2Partner(mdn="none"), As2Partner()

    first = post(town, quiet.build(NOTICE, "1@acme"))
    assert (first.status, first.body, _mdns(town)) == (204, b"", [])

    built = asking.build(NOTICE, "1@acme")
    second = post(town, built)
    assert asking.read(second, built).result == "delivered"
    assert _mdns(town) == [("acme", "sent", first.message)]
    assert post(town, built).body == second.body


def test_a_failure_that_nobody_asked_a_receipt_for_is_told_by_the_status(town: Town) -> None:
    quiet = As2Partner(mdn="none", encrypt="none")

    answer = post(town, quiet.build(NOTICE, "1@acme"))

    assert (answer.status, town.street.message(answer.message)["reason_code"]) == (
        400,
        "insufficient_message_security",
    )


def test_a_stranger_gets_an_unsigned_error_and_little_of_it_is_kept(town: Town, acme: As2Partner) -> None:
    built = acme.build(b"x" * 200_000, "1@nobody")

    answer = post(town, request(built, as2_from="NOBODY"))

    assert b"unknown-trading-relationship" in answer.body
    assert dict(answer.headers)["Content-Type"].startswith("multipart/report")
    shown = town.street.message(answer.message)
    assert (shown["status"], shown["partner"], shown["reason_code"]) == ("parked", "", "unknown_trading_relationship")
    kept = _evidence(town, request_of(answer.message))[request_of(answer.message)]
    assert (len(kept), shown["bytes"]) == (64 * 1024, len(built.body))


def test_of_what_proves_nothing_under_a_partners_names_a_part_is_kept(town: Town, acme: As2Partner) -> None:
    built = acme.build(NOTICE, "1@acme")

    answer = post(town, _with_body(request(built), b"x" * 2_000_000))

    shown = town.street.message(answer.message)
    kept = _evidence(town, request_of(answer.message))[request_of(answer.message)]
    assert (shown["partner"], shown["bytes"], len(kept)) == ("acme", 2_000_000, UNPROVEN_BYTES_MAX)


def test_of_what_decrypted_everything_is_kept_though_it_was_refused(town: Town, acme: As2Partner) -> None:
    unsigned = As2Partner(sign="none")

    answer = post(town, unsigned.build(b"x" * 2_000_000, "1@acme"))

    kept = _evidence(town, request_of(answer.message))[request_of(answer.message)]
    assert town.street.message(answer.message)["reason_code"] == "insufficient_message_security"
    assert len(kept) > 2_000_000


def test_past_the_hours_limit_strangers_are_answered_and_not_kept(town: Town, acme: As2Partner) -> None:
    stranger = request(acme.build(b"hello", "1@nobody"), as2_from="NOBODY")
    for _ in range(KEPT_AN_HOUR_MAX):
        post(town, stranger)

    further = [post(town, stranger) for _ in range(3)]

    assert {(one.status, one.message, b"unknown-trading-relationship" in one.body) for one in further} == {
        (200, "", True)
    }
    assert len(town.street.messages(limit=1000)[1:]) == KEPT_AN_HOUR_MAX
    assert town.alerts() == ["as2_refused"] * KEPT_AN_HOUR_MAX + ["as2_not_kept"]
    # What proves itself is taken all the same.
    built = acme.build(NOTICE, "1@acme")
    assert acme.read(post(town, built), built).result == "delivered"


def test_how_many_were_not_kept_is_told_once_an_hour(town: Town, acme: As2Partner) -> None:
    stranger = request(acme.build(b"hello", "1@nobody"), as2_from="NOBODY")
    for _ in range(KEPT_AN_HOUR_MAX + 5):
        post(town, stranger)

    town.street.run_due()
    town.clock.pass_by(hours=1)
    town.street.run_due()
    town.street.run_due()

    with town.street.read() as connection:
        told = [one.text for _, one in list_alerts(connection, limit=1000) if one.kind == "as2_not_kept"]
    assert [text.split(": ")[1].split(" ")[0] for text in told] == ["1", "4"]
    assert post(town, stranger).message


def test_our_own_broken_keys_refuse_nobody_for_good(town: Town, acme: As2Partner) -> None:
    (town.home / "keys" / "passphrase").write_text("another")
    town.street.configure()

    with pytest.raises(Unavailable, match="AS2 cannot work"):
        post(town, acme.build(NOTICE, "1@acme"))
    assert (town.alerts(), town.street.messages()[1:]) == (["as2_stopped"], [])

    (town.home / "keys" / "passphrase").write_text("correct horse")
    town.street.configure()
    assert post(town, acme.build(NOTICE, "1@acme")).status == 200


def test_without_keys_of_ours_what_is_encrypted_fails_and_says_so(tmp_path: Path, acme: As2Partner) -> None:
    town = as2_town(tmp_path / "home")
    shutil.rmtree(town.home / "keys")
    town.street.configure()

    answer = post(town, acme.build(NOTICE, "1@acme"))

    assert town.street.message(answer.message)["reason_code"] == "decryption_failed"
    town.street.close()


def test_raw_requests_keep_their_header_fields_in_order(town: Town, acme: As2Partner) -> None:
    built = acme.build(NOTICE, "1@acme")

    answer = post(town, built)

    headers, body = split_raw(_evidence(town, request_of(answer.message))[request_of(answer.message)])
    assert (headers, body) == ([(name.lower(), value) for name, value in built.headers], built.body)
