"""Every nesting of layers, opened as it was built; the MIC of each; the policy on what is really there."""

from __future__ import annotations

import base64
import hashlib
import itertools
from typing import Any

import msgspec
import pytest

from gateway.transports.as2 import cms, dispositions
from gateway.transports.as2.messages import Built, Layer
from gateway.transports.as2.writing import compressed_entity, encrypted_entity, signed_entity
from tests.unit.as2.world import NOW, PAYLOAD, crossdock, headers_with, key, opened, sent

ORDERS = list(
    itertools.product(
        ("none", "sha-256", "sha-384", "sha-512"),
        ("none", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc"),
        ("none", "before-sign", "after-sign"),
    )
)
ENTITY = (
    b"Content-Type: application/EDI-X12\r\nContent-Transfer-Encoding: binary\r\n"
    b'Content-Disposition: attachment; filename="asn.edi"\r\n\r\n' + PAYLOAD
)


def digest_of(content: bytes, algorithm: str = "sha256") -> str:
    return base64.b64encode(hashlib.new(algorithm, content).digest()).decode()


@pytest.mark.parametrize(("sign", "encrypt", "compress"), ORDERS)
def test_every_nesting_opens_to_what_was_sent(sign: Any, encrypt: Any, compress: Any) -> None:
    terms = {"sign": sign, "encrypt": encrypt, "compress": compress}
    built = sent(**terms)

    found = opened(built, **terms)

    assert (found.disposition, found.reason) == (dispositions.PROCESSED, "")
    assert (found.payload, found.filename, found.content_type) == (PAYLOAD, "asn.edi", "application/edi-x12")
    assert (found.mic, found.mic_algorithm) == (built.mic, built.mic_algorithm)
    assert (found.layers, found.cipher) == (built.layers, built.cipher)
    assert (found.signer, found.recipient) == (built.signer, built.recipient)


def test_layers_are_told_outermost_first() -> None:
    orders: dict[str, tuple[Layer, ...]] = {
        compress: opened(sent(compress=compress), compress=compress).layers
        for compress in ("none", "before-sign", "after-sign")
    }

    assert orders == {
        "none": ("encrypted", "signed"),
        "before-sign": ("encrypted", "signed", "compressed"),
        "after-sign": ("encrypted", "compressed", "signed"),
    }


class TestMic:
    """RFC 4130 section 7.3.1 and RFC 5402 section 4: what the digest covers, in all five cases."""

    def test_mic_of_a_signed_message_covers_the_signed_part(self) -> None:
        assert opened(sent()).mic == digest_of(ENTITY)

    def test_mic_of_an_encrypted_message_covers_the_decrypted_entity(self) -> None:
        terms = {"sign": "none"}

        assert opened(sent(**terms), **terms).mic == digest_of(ENTITY)

    def test_mic_of_a_plain_message_covers_the_body_without_headers(self) -> None:
        terms = {"sign": "none", "encrypt": "none"}

        assert opened(sent(**terms), **terms).mic == digest_of(PAYLOAD)

    def test_mic_of_compressed_then_signed_covers_the_compressed_part(self) -> None:
        terms = {"compress": "before-sign", "encrypt": "none"}
        compressed = compressed_entity(ENTITY).whole()

        assert opened(sent(**terms), **terms).mic == digest_of(compressed)

    def test_mic_of_signed_then_compressed_covers_the_signed_part(self) -> None:
        terms = {"compress": "after-sign", "encrypt": "none"}

        assert opened(sent(**terms), **terms).mic == digest_of(ENTITY)

    def test_mic_of_a_compressed_message_covers_the_inflated_entity(self) -> None:
        terms = {"compress": "before-sign", "sign": "none", "encrypt": "none"}

        assert opened(sent(**terms), **terms).mic == digest_of(ENTITY)

    def test_mic_of_encrypted_compressed_covers_the_inflated_entity(self) -> None:
        terms = {"compress": "before-sign", "sign": "none"}

        assert opened(sent(**terms), **terms).mic == digest_of(ENTITY)

    def test_mic_is_computed_as_the_sender_asks_whatever_signed(self) -> None:
        built = sent()
        options = "signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, sha512, sha-256"

        found = opened(built, headers=headers_with(built, disposition_notification_options=options))

        assert (found.mic_algorithm, found.mdn.spelling) == ("sha-512", "sha512")
        assert found.mic == digest_of(ENTITY, "sha512")


def built_of(content_type: str, body: bytes) -> Built:
    built = sent()
    return Built(
        message_id=built.message_id,
        headers=headers_with(built, content_type=content_type),
        body=body,
        layers=(),
        mic="",
        mic_algorithm="",
    )


class TestPolicy:
    """What the agreement asks for has to be there, whatever the headers call it."""

    @pytest.mark.parametrize("terms", [{"encrypt": "none"}, {"encrypt": "none", "compress": "after-sign"}])
    def test_clear_message_is_refused_where_encryption_is_required(self, terms: dict[str, Any]) -> None:
        found = opened(sent(**terms))

        assert found.disposition == dispositions.INSUFFICIENT_MESSAGE_SECURITY
        assert found.reason == "the message is not encrypted, which the agreement does not allow"
        assert (found.payload, found.layers) == (b"", ())

    @pytest.mark.parametrize("compress", ["none", "before-sign"])
    def test_unsigned_message_is_refused_where_a_signature_is_required(self, compress: str) -> None:
        found = opened(sent(sign="none", compress=compress))

        assert found.disposition == dispositions.INSUFFICIENT_MESSAGE_SECURITY
        assert found.reason == "the message is not signed, which the agreement does not allow"
        assert found.payload == b""

    def test_more_security_than_agreed_is_welcome(self) -> None:
        found = opened(sent(), sign="none", encrypt="none")

        assert (found.disposition, found.layers) == (dispositions.PROCESSED, ("encrypted", "signed"))

    def test_smime_type_does_not_decide_what_a_layer_is(self) -> None:
        built = sent()
        headers = headers_with(built, content_type="application/pkcs7-mime; smime-type=compressed-data")

        assert opened(built, headers=headers).layers == ("encrypted", "signed")

    def test_sha_1_signature_is_taken_of_legacy_partners_only(self) -> None:
        algorithm = cms.DIGESTS["sha-1"]
        entity = signed_entity(ENTITY, algorithm.of(ENTITY), algorithm, key("ACME"), "seed", NOW)
        built = built_of(entity.content_type, entity.body)

        assert opened(built, encrypt="none").disposition == dispositions.INSUFFICIENT_MESSAGE_SECURITY
        found = opened(built, encrypt="none", legacy=frozenset({"sha-1"}))
        assert (found.disposition, found.signature_digest) == (dispositions.PROCESSED, "sha-1")

    def test_twice_encrypted_message_is_no_format_of_as2(self) -> None:
        certificate, cipher = key("CROSSDOCK").certificate, cms.CIPHERS["aes-256-cbc"]
        inner = encrypted_entity(ENTITY, certificate, cipher)
        signed = signed_entity(inner.whole(), cms.DIGESTS["sha-256"].of(inner.whole()), cms.DIGESTS["sha-256"],
                               key("ACME"), "seed", NOW)  # fmt: skip

        found = opened(built_of(signed.content_type, signed.body), encrypt="none")

        assert found.disposition == dispositions.UNSUPPORTED_FORMAT
        assert found.reason == "encrypted inside signed is no order of layers that AS2 knows"


class TestRollOver:
    """Keys and certificates overlap: the old one works until its end, and for one day the end may differ."""

    def test_message_to_our_former_key_is_still_decrypted(self) -> None:
        built = sent()
        station = msgspec.structs.replace(crossdock(), our_keys=(key("NEW", -1), key("CROSSDOCK")))

        found = opened(built, station=station)

        assert (found.disposition, found.recipient) == (
            dispositions.PROCESSED, key("CROSSDOCK").certificate.fingerprint,
        )  # fmt: skip

    def test_either_listed_certificate_verifies_during_the_overlap(self) -> None:
        both = (key("ACME-2", -1).certificate, key("ACME").certificate)
        station = msgspec.structs.replace(crossdock(), their_signing=both)

        assert opened(sent(), station=station).signer == key("ACME").certificate.fingerprint

    def test_signature_by_a_lapsed_certificate_says_which_and_when(self) -> None:
        lapsed = msgspec.structs.replace(key("ACME").certificate, valid_to=NOW.replace(year=2026, month=11, day=22))
        station = msgspec.structs.replace(crossdock(), their_signing=(lapsed, key("ACME-2", -1).certificate))

        found = opened(sent(), station=station)

        assert found.disposition == dispositions.AUTHENTICATION_FAILED
        assert found.reason == "signed with CN=ACME, which is valid from 2026-11-13 to 2026-11-22"
