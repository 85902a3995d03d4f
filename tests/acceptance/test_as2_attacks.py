"""What attackers post to /as2, as seen of other AS2 products, and exactly what each is answered."""

from __future__ import annotations

import base64
import hashlib
import resource
import time
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from gateway.pipeline.as2 import As2Answer
from gateway.transports import as2
from gateway.transports.as2 import cms
from gateway.transports.as2.cms.der import integer, object_identifier, octet_string, sequence, set_of, tlv
from gateway.transports.as2.dispositions import DECRYPTION_FAILED
from tests.acceptance.as2_house import House, listening
from tests.unit.pipeline.as2_partner import OUR_URL, OURS, As2Partner, agree, key_of
from tests.unit.pipeline.as2_server import As2Server
from tests.unit.pipeline.world import START, interchange, notice, order

NOTICE = interchange(("856", notice(quantity="1")))
PLAIN = "  require: {signed: false, encrypted: false}\n"
SIGNED_DATA, DATA = "1.2.840.113549.1.7.2", "1.2.840.113549.1.7.1"
COMPRESSED_DATA, ZLIB = "1.2.840.113549.1.9.16.1.9", "1.2.840.113549.1.9.16.3.8"


@pytest.fixture(scope="module", params=[0, 1], ids=["itself", "opener"])
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Acme must sign and encrypt."""
    with listening(tmp_path_factory.mktemp("attacks") / "home", children=request.param) as one:
        yield one


@pytest.fixture
def acme() -> As2Partner:
    return As2Partner()


@pytest.fixture
def server() -> Iterator[As2Server]:
    one = As2Server()
    one.answer = "later"
    yield one
    one.close()


@pytest.fixture
def waiting(tmp_path: Path, server: As2Server) -> Iterator[tuple[House, str, as2.Opened]]:
    """An 850 left for acme, and its MDN is awaited: the house, the message's id, and what acme received."""
    with listening(tmp_path / "home", url=server.url, mdn="async") as house:
        house.town.edit("acme", "deliver: {to: mailbox}", "deliver: {to: as2}")
        house.town.bring(order("PO2"), "erp")
        (id,) = [one["id"] for one in house.town.street.messages(direction="out", status="awaiting")][-1:]
        yield house, str(id), server.opened[-1]


def _answered(answer: As2Answer, acme: As2Partner, built: as2.Built) -> tuple[int, str]:
    return answer.status, str(acme.read(answer, built).disposition)


def _last(house: House) -> tuple[str, str]:
    message = house.town.street.messages(limit=10_000)[-1]
    return message["status"], message["reason_code"]


def _post_mdn(house: House, headers: as2.Headers, body: bytes) -> tuple[int, bytes]:
    answer = house.post(
        as2.Built(message_id="", headers=tuple(headers), body=body, layers=(), mic="", mic_algorithm="")
    )
    return answer.status, answer.body


def _still_awaited(house: House, id: str) -> bool:
    message = house.town.street.message(id)
    return message["status"] == "awaiting" and [one["status"] for one in message["documents"]] == ["unsent"]


# --- MDNs ---


def test_an_mdn_with_a_signature_of_nobody_is_not_believed(
    waiting: tuple[House, str, as2.Opened], server: As2Server
) -> None:
    house, id, opened = waiting
    genuine = server.mdn_of(opened)
    nobody = sequence(
        object_identifier(SIGNED_DATA),
        tlv(0xA0, sequence(integer(1), set_of(), sequence(object_identifier(DATA)), set_of())),
    )

    answer = _post_mdn(house, genuine.headers, _with_signature(genuine.body, nobody))

    assert answer == (400, b"the MDN is not believed\n")
    assert _still_awaited(house, id)
    assert house.town.alerts() == ["mdn_untrusted"]


def test_a_report_slipped_in_beside_the_signed_one_says_nothing(
    waiting: tuple[House, str, as2.Opened], server: As2Server
) -> None:
    house, id, opened = waiting
    refusal = server.mdn_of(opened, DECRYPTION_FAILED)
    praise = as2.write_mdn(_unsigned(opened), message_id="f@acme", now=START)
    slipped = b"Content-Type: " + dict(praise.headers)["Content-Type"].encode() + b"\r\n\r\n" + praise.body
    boundary = refusal.body.partition(b"\r\n")[0]
    closing = refusal.body.rindex(boundary + b"--")

    for forged in (
        refusal.body[:closing] + boundary + b"\r\n" + slipped + b"\r\n" + refusal.body[closing:],
        boundary + b"\r\n" + slipped + b"\r\n" + refusal.body,
        refusal.body + slipped,
    ):
        status, _ = _post_mdn(house, refusal.headers, forged)
        message = house.town.street.message(id)
        # Beside two parts a third spoils all; behind the end it is not read, and the refusal inside stands.
        assert (status, message["status"]) in ((400, "awaiting"), (204, "parked"))
    assert house.town.street.message(id)["status"] != "sent"


def test_a_signed_mdn_without_a_mic_or_with_another_is_no_receipt(
    waiting: tuple[House, str, as2.Opened], server: As2Server
) -> None:
    house, id, opened = waiting
    without = server.mdn_of(msgspec.structs.replace(opened, mic=""))

    assert _post_mdn(house, without.headers, without.body) == (204, b"")

    message = house.town.street.message(id)
    assert (message["status"], message["transport"]["mdn"]["result"], message["reason"]) == (
        "parked",
        "mic-differs",
        "their MDN has no MIC, so it does not say what they received",
    )
    assert house.town.alerts() == ["mdn_refuses"]


def test_a_mic_of_another_algorithm_is_no_receipt(waiting: tuple[House, str, as2.Opened], server: As2Server) -> None:
    house, id, opened = waiting
    other = msgspec.structs.replace(
        opened, mic_algorithm="sha-512", mdn=msgspec.structs.replace(opened.mdn, spelling="sha-512")
    )
    mdn = server.mdn_of(other)

    assert _post_mdn(house, mdn.headers, mdn.body)[0] == 204

    message = house.town.street.message(id)
    assert (message["status"], message["reason"]) == (
        "parked",
        "their MIC is computed with sha-512, ours with sha-256",
    )


def _with_signature(body: bytes, signature: bytes) -> bytes:
    """The same signed multipart with another signature in its second part."""
    boundary = body.partition(b"\r\n")[0]
    start = body.index(b"\r\n\r\n", body.index(b"application/pkcs7-signature")) + 4
    return body[:start] + base64.encodebytes(signature) + b"\r\n" + boundary + b"--\r\n"


def _unsigned(opened: as2.Opened) -> as2.Opened:
    return msgspec.structs.replace(opened, mdn=msgspec.structs.replace(opened.mdn, signed=False))


# --- messages ---


@pytest.mark.parametrize(
    "policy",
    [
        {"encrypt": "none", "sign": "none", "compress": "before-sign"},
        {"encrypt": "none", "compress": "after-sign"},
        {"encrypt": "none", "compress": "before-sign"},
        {"encrypt": "none", "sign": "none"},
        {"sign": "none"},
    ],
    ids=["compressed", "signed then compressed", "compressed then signed", "plain", "encrypted only"],
)
def test_layers_that_are_not_there_are_missed_whatever_the_message_calls_itself(
    house: House, policy: dict[str, str]
) -> None:
    loose = As2Partner(**policy)
    built = loose.build(NOTICE, f"{'-'.join(policy.values())}@acme")
    headers = tuple(
        (name, value.replace("compressed-data", "enveloped-data") if name == "Content-Type" else value)
        for name, value in built.headers
    )

    answer = house.post(msgspec.structs.replace(built, headers=headers))

    assert _answered(answer, loose, built) == (200, "processed/error: insufficient-message-security")
    assert _last(house) == ("parked", "insufficient_message_security")


def test_tampered_ciphertexts_get_one_answer(house: House, acme: As2Partner) -> None:
    built = acme.build(NOTICE, "oracle@acme")
    answers: Counter[tuple[int, str, int]] = Counter()
    for n in range(60):
        body = bytearray(built.body)
        # The last two blocks, byte by byte: what a padding oracle is asked about; then anywhere in the ciphertext.
        at = len(body) - 1 - n if n < 32 else len(body) // 2 + 16 * (n - 32)
        body[at] ^= 1 + n
        answer = house.post(msgspec.structs.replace(built, body=bytes(body)), message_id=f"<t{n:02}@acme>")
        reading = acme.read(answer, msgspec.structs.replace(built, message_id=f"<t{n:02}@acme>"))
        answers[answer.status, str(reading.disposition), len(answer.body)] += 1

    # One disposition and one size, whatever went wrong behind it.
    assert [(status, disposition, count) for (status, disposition, _), count in answers.items()] == [
        (200, "processed/error: decryption-failed", 60)
    ]


def test_a_zip_bomb_costs_little_and_is_refused(house: House, acme: As2Partner) -> None:
    deflated = zlib.compress(b"\0" * (256 * 1024 * 1024), 9)
    bomb = sequence(
        object_identifier(COMPRESSED_DATA),
        tlv(
            0xA0,
            sequence(
                integer(0),
                sequence(object_identifier(ZLIB)),
                sequence(object_identifier(DATA), tlv(0xA0, octet_string(deflated))),
            ),
        ),
    )
    inner = b'Content-Type: application/pkcs7-mime; smime-type=compressed-data; name="smime.p7z"\r\n\r\n' + bomb
    sealed = cms.encrypt(inner, key_of(OURS).certificate, cms.CIPHERS["aes-256-cbc"])
    named = as2.Built(**{**msgspec.structs.asdict(acme.build(b"x", "bomb@acme")), "body": sealed})
    open_one = msgspec.structs.replace(named, body=bomb)
    memory_before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.thread_time()

    answers = [
        house.post(
            open_one, message_id="<bomb0@acme>", content_type="application/pkcs7-mime; smime-type=compressed-data"
        ),
        house.post(named),
    ]

    assert [b"insufficient-message-security" in answers[0].body, b"decryption-failed" in answers[1].body] == [
        True,
        True,
    ]
    assert [one.status for one in answers] == [200, 200]
    # 256 MB would have been inflated; what is allowed is the bound for one message and its copies.
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory_before) / 1024 < 250
    assert time.thread_time() - started < 5


@pytest.mark.parametrize("encrypt", ["none", "aes-128-cbc"])
def test_unsigned_messages_that_are_agreed_have_their_mic(tmp_path: Path, encrypt: str) -> None:
    plain = As2Partner(sign="none", encrypt=encrypt)
    built = plain.build(NOTICE, "1@acme")
    with listening(tmp_path / "home") as house:
        agree(house.town.home, more=PLAIN)
        house.town.street.configure()

        answer = house.post(built)

        reading = plain.read(answer, built)
        # Of the body alone where nothing wraps it, of the entity with its header where something does.
        entity = (
            b"Content-Type: application/edi-x12\r\nContent-Transfer-Encoding: binary\r\n"
            b'Content-Disposition: attachment; filename="notice.edi"\r\n\r\n'
        )
        covered = NOTICE if encrypt == "none" else entity + NOTICE
        assert (reading.result, reading.mic, reading.mic_algorithm) == (
            "delivered",
            base64.b64encode(hashlib.sha256(covered).digest()).decode(),
            "sha-256",
        )
        assert house.shown() == [("new", "", "acme")]


@pytest.mark.parametrize("message_id", ["", "<a b@acme>", "<" + "x" * 1000 + "@acme>"], ids=["none", "space", "long"])
def test_a_message_without_a_message_id_is_refused_and_none_is_made_up(
    house: House, acme: As2Partner, message_id: str
) -> None:
    built = acme.build(NOTICE, "x@acme")

    answer = house.post(built, message_id=message_id) if message_id else house.post(built, without="message-id")

    assert answer.status == 200
    assert (
        b"Disposition: automatic-action/MDN-sent-automatically; processed/error: invalid-message-id\r\n"
        in answer.body
    )
    assert b"Original-Message-ID" not in answer.body
    assert _last(house) == ("parked", "invalid_message_id")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("../../etc/cron.d/x", "x"), ("..\\..\\windows\\x.dll", "x.dll"), ("/etc/passwd", "passwd"), ("..", "")],
)
def test_a_filename_is_a_name_and_never_a_path(tmp_path: Path, sent: str, kept: str) -> None:
    plain = As2Partner(sign="none", encrypt="none")
    with listening(tmp_path / "home") as house:
        agree(house.town.home, more=PLAIN)
        house.town.street.configure()

        quoted = sent.replace("\\", "\\\\")
        answer = house.post(plain.build(NOTICE, "1@acme"), content_disposition=f'attachment; filename="{quoted}"')

        assert answer.status == 200
        assert [one["name"] for one in house.town.street.messages() if one["channel"] == "as2"] == [kept]


def test_a_captured_message_sent_again_elsewhere_moves_nothing_and_writes_to_nobody(
    house: House, acme: As2Partner
) -> None:
    captured = acme.build(interchange(("856", notice("S14", quantity="1")), control=14), "first@acme")
    assert _answered(house.post(captured), acme, captured) == (200, "processed")

    elsewhere = house.post(
        captured, message_id="<second@acme>", receipt_delivery_option="http://169.254.169.254/latest"
    )
    again = house.post(captured, message_id="<third@acme>")
    house.town.street.run_until_idle()

    renamed = [msgspec.structs.replace(captured, message_id=f"<{name}@acme>") for name in ("second", "third")]
    assert _answered(elsewhere, acme, renamed[0]) == (200, "processed/error: unexpected-processing-error")
    assert _answered(again, acme, renamed[1]) == (200, "processed")
    messages = [one for one in house.town.street.messages(limit=10_000) if one["channel"] == "as2"][-3:]
    assert [(one["status"], one["reason_code"]) for one in messages] == [
        ("done", ""),
        ("parked", "unexpected_processing_error"),
        ("done", ""),
    ]
    assert house.town.street.message(messages[2]["id"])["transport"]["same_content_as"] == messages[0]["id"]
    assert house.town.events().count("ShipmentNotified S14") == 1
    assert house.town.alerts()[-2:] == ["as2_refused", "as2_replay"]
    assert OUR_URL not in str(house.town.street.messages(direction="out", limit=10_000))
