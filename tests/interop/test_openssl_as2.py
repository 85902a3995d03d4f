"""AS2 against the OpenSSL command line, both directions: it reads what we write, and we read what it writes."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from gateway.transports.as2 import Opened, dispositions, open_message, signed_part, write_mdn
from tests.interop.openssl import OpenSsl, Pairs, entity_of, posted, require_openssl
from tests.unit.as2.world import NOW, PAYLOAD, crossdock, key, opened, read, sent

PART = b"Content-Type: application/EDI-X12\r\nContent-Transfer-Encoding: binary\r\n\r\n" + PAYLOAD
LINES = b"ISA*00*          *00*          *ZZ*ACME~\r\nST*856*0001~\r\nSE*1*0001~\r\n"
CIPHERS = ("aes-128-cbc", "aes-192-cbc", "aes-256-cbc")
ENVELOPE = "application/pkcs7-mime; smime-type=enveloped-data"


@pytest.fixture
def openssl(tmp_path: Path) -> OpenSsl:
    require_openssl()
    return OpenSsl(tmp_path, acme=key("ACME"), crossdock=key("CROSSDOCK"), other=key("OTHER"))


def received(content: Pairs, body: bytes, **terms: object) -> Opened:
    """What OpenSSL wrote, posted to us by ACME."""
    headers = (
        *content,
        ("AS2-From", "ACME"), ("AS2-To", "CROSSDOCK"), ("Message-ID", "<o-1@acme.example>"),
        ("Disposition-Notification-To", "ACME"),
        ("Disposition-Notification-Options", "signed-receipt-protocol=required, pkcs7-signature"),
    )  # fmt: skip
    return open_message(headers, body, lambda *_: crossdock(**terms), now=NOW)


def summary(found: Opened) -> tuple[object, ...]:
    return found.disposition, found.reason, found.layers, found.payload


class TestOpenSslReadsOurs:
    @pytest.mark.parametrize("sign", ["sha-256", "sha-384", "sha-512"])
    def test_openssl_verifies_our_message(self, openssl: OpenSsl, sign: str) -> None:
        built = sent(LINES, sign=sign, encrypt="none")

        content = openssl.verify(entity_of(built.headers, built.body), "acme")

        assert content.endswith(b"\r\n\r\n" + LINES)

    def test_openssl_verifies_our_message_whatever_its_line_ends(self, openssl: OpenSsl) -> None:
        built = sent(encrypt="none")
        covered, signature = signed_part(built.headers, built.body)

        content = openssl.verify_detached(signature, covered, "acme")

        assert content.endswith(b"\r\n\r\n" + PAYLOAD)

    @pytest.mark.parametrize("encrypt", CIPHERS)
    def test_openssl_decrypts_our_message_and_verifies_what_is_in_it(self, openssl: OpenSsl, encrypt: str) -> None:
        built = sent(LINES, encrypt=encrypt)

        inner = openssl.decrypt(built.body, "crossdock", "-inform", "DER")
        content = openssl.verify(inner, "acme")

        assert content.endswith(b"\r\n\r\n" + LINES)

    def test_openssl_verifies_a_part_that_we_compressed(self, openssl: OpenSsl) -> None:
        built = sent(compress="before-sign", encrypt="none")
        covered, signature = signed_part(built.headers, built.body)

        assert openssl.verify_detached(signature, covered, "acme") == covered

    @pytest.mark.parametrize("asked", ["sha-256", "sha-512"])
    def test_openssl_verifies_our_mdn(self, openssl: OpenSsl, asked: str) -> None:
        built = sent(sign=asked)
        mdn = write_mdn(opened(built), message_id="r@crossdock", now=NOW)

        report = openssl.verify(entity_of(mdn.headers, mdn.body), "crossdock")

        assert b"Disposition: automatic-action/MDN-sent-automatically; processed\r\n" in report
        assert f"Original-Message-ID: {built.message_id}\r\n".encode() in report
        assert f"Received-Content-MIC: {built.mic}, {asked}\r\n".encode() in report

    def test_openssl_verifies_our_mdn_that_reports_an_error(self, openssl: OpenSsl) -> None:
        mdn = write_mdn(opened(sent(), b"\x30\x80 damaged"), message_id="r@crossdock", now=NOW)

        report = openssl.verify(entity_of(mdn.headers, mdn.body), "crossdock")

        assert b"; processed/error: decryption-failed\r\n" in report


class TestWeReadOpenSsl:
    @pytest.mark.parametrize("digest", ["sha256", "sha384", "sha512"])
    @pytest.mark.parametrize("options", [(), ("-stream",), ("-keyid",), ("-nocerts",), ("-keyid", "-stream")])
    def test_we_verify_its_detached_signature(self, openssl: OpenSsl, digest: str, options: tuple[str, ...]) -> None:
        entity = openssl.sign(PART, "acme", "-md", digest, *options)

        found = received(*posted(entity), encrypt="none")

        assert summary(found) == (dispositions.PROCESSED, "", ("signed",), PAYLOAD)
        assert found.signature_digest == f"sha-{digest[3:]}"

    @pytest.mark.parametrize("options", [("-outform", "DER"), ("-outform", "DER", "-stream")])
    def test_we_verify_a_signature_around_its_content(self, openssl: OpenSsl, options: tuple[str, ...]) -> None:
        signed = openssl.sign(PART, "acme", "-nodetach", *options)

        found = received(
            (("Content-Type", "application/pkcs7-mime; smime-type=signed-data"),), signed, encrypt="none"
        )

        assert summary(found) == (dispositions.PROCESSED, "", ("signed",), PAYLOAD)

    def test_we_verify_rsa_pss(self, openssl: OpenSsl) -> None:
        options = ("-keyopt", "rsa_padding_mode:pss", "-keyopt", "rsa_pss_saltlen:32")

        found = received(*posted(openssl.sign(PART, "acme", *options)), encrypt="none")

        assert summary(found) == (dispositions.PROCESSED, "", ("signed",), PAYLOAD)

    def test_signature_without_signed_attributes_is_refused(self, openssl: OpenSsl) -> None:
        found = received(*posted(openssl.sign(PART, "acme", "-noattr")), encrypt="none")

        assert found.disposition == dispositions.UNEXPECTED_PROCESSING_ERROR
        assert found.reason == "a signer lacks a field, or its signed attributes"

    def test_signature_by_another_company_is_refused(self, openssl: OpenSsl) -> None:
        found = received(*posted(openssl.sign(PART, "other")), encrypt="none")

        assert found.disposition == dispositions.AUTHENTICATION_FAILED

    @pytest.mark.parametrize("options", [(), ("-stream",), ("-keyid",), ("-keyid", "-stream")])
    @pytest.mark.parametrize("cipher", CIPHERS)
    def test_we_decrypt_each_cipher_in_der_and_ber(
        self, openssl: OpenSsl, cipher: str, options: tuple[str, ...]
    ) -> None:
        signed = openssl.sign(PART, "acme")
        body = openssl.encrypt(signed, ["crossdock.crt"], f"-{cipher}", *options)

        found = received((("Content-Type", ENVELOPE),), body)

        assert summary(found) == (dispositions.PROCESSED, "", ("encrypted", "signed"), PAYLOAD)
        assert found.cipher == cipher
        # -stream writes indefinite lengths, which is what makes it BER.
        assert (body[1] == 0x80) == ("-stream" in options)

    def test_we_decrypt_content_of_many_pieces(self, openssl: OpenSsl) -> None:
        payload = PAYLOAD * 5_000
        part = PART.replace(PAYLOAD, payload)
        body = openssl.encrypt(openssl.sign(part, "acme", "-stream"), ["crossdock.crt"], "-aes256", "-stream")

        found = received((("Content-Type", ENVELOPE),), body)

        assert (found.disposition, found.payload) == (dispositions.PROCESSED, payload)

    def test_we_decrypt_in_base64_as_mail_has_it(self, openssl: OpenSsl) -> None:
        signed = openssl.sign(PART, "acme")
        entity = openssl.cms("-encrypt", "-binary", "-aes256", "crossdock.crt", data=signed)

        assert received(*posted(entity)).payload == PAYLOAD

    def test_we_find_ourselves_among_several_recipients(self, openssl: OpenSsl) -> None:
        signed = openssl.sign(PART, "acme")
        body = openssl.encrypt(signed, ["other.crt", "acme.crt", "crossdock.crt"], "-aes256")

        assert received((("Content-Type", ENVELOPE),), body).payload == PAYLOAD

    @pytest.mark.parametrize("digest", ["sha1", "sha256"])
    def test_we_decrypt_rsa_oaep(self, openssl: OpenSsl, digest: str) -> None:
        options = ("-recip", "crossdock.crt", "-keyopt", "rsa_padding_mode:oaep", "-keyopt", f"rsa_oaep_md:{digest}")
        body = openssl.encrypt(openssl.sign(PART, "acme"), [], "-aes256", *options)

        assert received((("Content-Type", ENVELOPE),), body).payload == PAYLOAD

    @pytest.mark.parametrize("cipher", ["aes-128-gcm", "aes-256-gcm"])
    def test_we_decrypt_authenticated_envelopes(self, openssl: OpenSsl, cipher: str) -> None:
        body = openssl.encrypt(openssl.sign(PART, "acme"), ["crossdock.crt"], f"-{cipher}")

        found = received((("Content-Type", ENVELOPE),), body)

        assert (found.disposition, found.cipher, found.payload) == (dispositions.PROCESSED, cipher, PAYLOAD)

    def test_tampered_authenticated_envelope_fails_like_any_other(self, openssl: OpenSsl) -> None:
        body = bytearray(openssl.encrypt(openssl.sign(PART, "acme"), ["crossdock.crt"], "-aes-256-gcm"))
        body[-1] ^= 1

        assert received((("Content-Type", ENVELOPE),), bytes(body)).disposition == dispositions.DECRYPTION_FAILED

    def test_3des_is_read_of_legacy_partners_only(self, openssl: OpenSsl) -> None:
        body = openssl.encrypt(openssl.sign(PART, "acme"), ["crossdock.crt"], "-des3")

        refused = received((("Content-Type", ENVELOPE),), body)
        taken = received((("Content-Type", ENVELOPE),), body, legacy=frozenset({"3des"}))

        assert (refused.disposition, refused.reason) == (
            dispositions.INSUFFICIENT_MESSAGE_SECURITY,
            "the message is encrypted with 3DES, which the agreement does not allow",
        )
        assert (taken.disposition, taken.cipher, taken.payload) == (dispositions.PROCESSED, "3des", PAYLOAD)

    def test_we_believe_an_mdn_that_openssl_signed(self, openssl: OpenSsl) -> None:
        built = sent()
        report = (
            b"Content-Type: multipart/report; report-type=disposition-notification; boundary=r\r\n\r\n"
            b"--r\r\nContent-Type: message/disposition-notification\r\n\r\n"
            b"Original-Message-ID: " + built.message_id.encode() + b"\r\n"
            b"Disposition: automatic-action/MDN-sent-automatically;processed\r\n"
            b"Received-Content-MIC: " + built.mic.encode() + b", SHA256\r\n\r\n--r--\r\n"
        )
        headers, body = posted(openssl.sign(report, "crossdock"))
        mdn = write_mdn(opened(built), message_id="r@crossdock", now=NOW)

        reading = read(replace(mdn, headers=headers, body=body), built)

        assert (reading.result, reading.signer) == ("delivered", key("CROSSDOCK").certificate.fingerprint)
