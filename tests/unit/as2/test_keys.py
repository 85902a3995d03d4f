"""Our keys at rest, and certificates chosen by their validity."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from cryptography.hazmat.primitives import serialization

from gateway.errors import OperatorMistake
from gateway.transports.as2 import (
    build_message,
    certificate_pem,
    create_key,
    load_key,
    private_key_pem,
    read_certificate,
)
from gateway.transports.as2.cms.certificates import newest_valid, newest_valid_key, valid_at
from tests.unit.as2.world import NOW, acme, key, sent

DAY = timedelta(days=1)
ENCRYPTED = b"-----BEGIN ENCRYPTED " + b"PRIVATE KEY-----"


def test_key_is_stored_encrypted_and_read_back() -> None:
    stored, certificate = private_key_pem(key("ACME"), b"passphrase"), certificate_pem(key("ACME"))

    found = load_key(stored, certificate, b"passphrase")

    assert stored.startswith(ENCRYPTED)
    assert found.certificate.fingerprint == key("ACME").certificate.fingerprint
    assert found.certificate.subject == "CN=ACME"
    assert found.certificate.valid_to == NOW + 300 * DAY


def test_key_is_never_stored_without_a_passphrase() -> None:
    with pytest.raises(OperatorMistake, match="never stored in clear"):
        private_key_pem(key("ACME"), b"")


@pytest.mark.parametrize(
    ("passphrase", "certificate", "text"),
    [
        (b"wrong", "ACME", "keys/own.key: the private key cannot be read"),
        (b"passphrase", "OTHER", "keys/own.key: key and certificate do not belong together"),
    ],
)
def test_stored_key_that_cannot_be_used_names_its_file(passphrase: bytes, certificate: str, text: str) -> None:
    stored = private_key_pem(key("ACME"), b"passphrase")

    with pytest.raises(OperatorMistake, match=text):
        load_key(stored, certificate_pem(key(certificate)), passphrase, file="keys/own.key")


def test_key_in_clear_is_refused() -> None:
    clear = key("ACME").private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )

    with pytest.raises(OperatorMistake, match="stored in clear"):
        load_key(clear, certificate_pem(key("ACME")), b"passphrase")


@pytest.mark.parametrize(
    ("name", "days", "bits", "text"),
    [
        ("A", 1, 1024, "too short"),
        ("", 1, 2048, "1 to 64"),
        ("x" * 65, 1, 2048, "1 to 64"),
        ("A", 0, 2048, "end before"),
    ],
)
def test_key_that_nobody_should_use_is_not_made(name: str, days: int, bits: int, text: str) -> None:
    with pytest.raises(OperatorMistake, match=text):
        create_key(name, valid_from=NOW, valid_to=NOW + days * DAY, bits=bits)


@pytest.mark.parametrize("data", [b"", b"noise", b"-----BEGIN CERTIFICATE-----\nnoise\n-----END CERTIFICATE-----"])
def test_noise_is_no_certificate_and_names_its_file(data: bytes) -> None:
    with pytest.raises(OperatorMistake, match=r"partners/acme/acme\.pem: no certificate that can be read"):
        read_certificate(data, file="partners/acme/acme.pem")


def test_dates_of_the_agreement_narrow_the_certificate_and_never_widen_it() -> None:
    pem = certificate_pem(key("ACME"))

    narrowed = read_certificate(pem, valid_from=NOW - DAY, valid_to=NOW + DAY)
    widened = read_certificate(pem, valid_from=NOW - 900 * DAY, valid_to=NOW + 900 * DAY)

    assert (narrowed.valid_from, narrowed.valid_to) == (NOW - DAY, NOW + DAY)
    assert (widened.valid_from, widened.valid_to) == (NOW - 10 * DAY, NOW + 300 * DAY)


class TestOverlap:
    OLD, NEW = key("OLD", -300, 5), key("NEW", -2, 300)

    def test_both_verify_during_the_overlap_and_one_before_and_after(self) -> None:
        both = (self.OLD.certificate, self.NEW.certificate)

        assert valid_at(both, NOW - 3 * DAY) == (self.OLD.certificate,)
        assert valid_at(both, NOW) == (self.NEW.certificate, self.OLD.certificate)
        assert valid_at(both, NOW + 6 * DAY) == (self.NEW.certificate,)
        assert valid_at(both, NOW + 301 * DAY) == ()

    def test_newest_valid_is_encrypted_to_and_signs(self) -> None:
        certificates, keys = (self.OLD.certificate, self.NEW.certificate), (self.OLD, self.NEW)

        assert newest_valid(certificates, NOW - 3 * DAY) is self.OLD.certificate
        assert newest_valid(certificates, NOW) is self.NEW.certificate
        assert newest_valid(certificates, NOW + 301 * DAY) is None
        assert newest_valid_key(keys, NOW - 3 * DAY) is self.OLD
        assert newest_valid_key(keys, NOW) is self.NEW
        assert newest_valid_key(keys, NOW + 301 * DAY) is None


def test_nothing_is_sent_with_a_key_or_to_a_certificate_that_is_not_valid() -> None:
    old = key("OLD", -300, -5)
    for changed, text in (
        ({"our_keys": (old,)}, "nothing can be signed for CROSSDOCK: none of our keys is valid now"),
        ({"their_encryption": (old.certificate,)}, "nothing can be encrypted to CROSSDOCK"),
    ):
        station = msgspec.structs.replace(acme(), **changed)
        with pytest.raises(OperatorMistake, match=text):
            build_message(b"x", station, message_id="m", filename="", content_type="text/plain", now=NOW)


def test_async_mdns_are_not_asked_for_without_a_place_to_send_them() -> None:
    with pytest.raises(OperatorMistake, match="nothing says where to"):
        sent(mdn="async")
