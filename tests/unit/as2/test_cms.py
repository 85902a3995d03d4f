"""CMS on its own: what is written by hand is what a general ASN.1 library writes, and reading has bounds."""

from __future__ import annotations

import contextlib
import zlib
from datetime import UTC, datetime

import pytest
from asn1crypto import cms as asn1
from asn1crypto import core
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID

from gateway.transports.as2 import cms
from gateway.transports.as2.cms.ber import Reader
from gateway.transports.as2.cms.certificates import Key
from gateway.transports.as2.cms.der import integer, object_identifier, octet_string, sequence, tlv
from gateway.transports.as2.cms.enveloped import stand_in_key
from gateway.transports.as2.cms.mistakes import CmsMistake
from tests.unit.as2.world import NOW, key

CONTENT = b"Content-Type: application/EDI-X12\r\n\r\nISA~"
SHA_256 = cms.DIGESTS["sha-256"]
STRONG = ("sha-256", "sha-384", "sha-512")


def signature(signer: Key | None = None) -> bytes:
    return cms.sign(SHA_256.of(CONTENT), SHA_256, signer or key("ACME"), now=NOW)


def elliptic_key() -> Key:
    private = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "EC")])
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
        .serial_number(7).not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2027, 1, 1, tzinfo=UTC)).sign(private, hashes.SHA256())
    )  # fmt: skip
    return Key(cms.read_certificate(certificate.public_bytes(serialization.Encoding.DER)), private)


class TestDer:
    def test_signed_data_is_the_der_that_asn1crypto_would_write(self) -> None:
        written = signature()

        read = asn1.ContentInfo.load(written, strict=True)
        signer = read["content"]["signer_infos"][0]

        assert asn1.ContentInfo.load(written, strict=True).copy().dump(force=True) == written
        assert read["content_type"].native == "signed_data"
        assert [each["type"].native for each in signer["signed_attrs"]] == [
            "content_type", "signing_time", "message_digest",
        ]  # fmt: skip
        assert signer["signed_attrs"][1]["values"][0].native == NOW
        assert signer["sid"].chosen["serial_number"].native == key("ACME").certificate.serial_number

    def test_enveloped_data_is_the_der_that_asn1crypto_would_write(self) -> None:
        written = cms.encrypt(CONTENT * 100, key("ACME").certificate, cms.CIPHERS["aes-256-cbc"])

        read = asn1.ContentInfo.load(written, strict=True)

        assert read.copy().dump(force=True) == written
        assert read["content"]["encrypted_content_info"]["content_encryption_algorithm"].encryption_cipher == "aes"

    def test_compressed_data_is_the_der_that_asn1crypto_would_write(self) -> None:
        written = cms.compress(CONTENT * 100)

        read = asn1.ContentInfo.load(written, strict=True)

        assert read.copy().dump(force=True) == written
        assert read["content"].decompressed == CONTENT * 100

    @pytest.mark.parametrize("size", [0, 1, 127, 128, 255, 256, 65_535, 65_536])
    def test_lengths_are_the_shortest_that_der_allows(self, size: int) -> None:
        written = octet_string(bytes(size))

        assert core.OctetString.load(written, strict=True).native == bytes(size)
        assert core.OctetString(bytes(size)).dump() == written

    @pytest.mark.parametrize("value", [0, 1, 127, 128, 255, 256, 2**159, 2**160 - 1])
    def test_integers_have_their_sign_bit_clear(self, value: int) -> None:
        assert integer(value) == core.Integer(value).dump()

    @pytest.mark.parametrize("dotted", ["1.2.840.113549.1.7.2", "2.16.840.1.101.3.4.2.1", "1.3.14.3.2.26"])
    def test_object_identifiers_are_as_asn1crypto_writes_them(self, dotted: str) -> None:
        assert object_identifier(dotted) == core.ObjectIdentifier(dotted).dump()

    def test_cryptography_decrypts_what_we_encrypt(self) -> None:
        # A third implementation; it reads strict DER only.
        written = cms.encrypt(CONTENT, key("ACME").certificate, cms.CIPHERS["aes-128-cbc"])
        certificate = x509.load_der_x509_certificate(key("ACME").certificate.der)
        private = key("ACME").private
        assert isinstance(private, rsa.RSAPrivateKey)

        assert pkcs7.pkcs7_decrypt_der(written, certificate, private, []) == CONTENT


class TestVerify:
    def test_elliptic_keys_sign_and_verify(self) -> None:
        signer = elliptic_key()

        verified = cms.verify(cms.read_signed(signature(signer)), CONTENT, [signer.certificate], STRONG)

        assert verified == (signer.certificate, SHA_256, SHA_256.of(CONTENT))

    @pytest.mark.parametrize(
        ("content", "trusted", "allowed", "code"),
        [
            (CONTENT + b" ", "ACME", STRONG, "digest-differs"),
            (CONTENT, "OTHER", STRONG, "signature-invalid"),
            (CONTENT, "ACME", ("sha-512",), "not-allowed"),
        ],
    )
    def test_each_reason_not_to_believe_has_its_code(
        self, content: bytes, trusted: str, allowed: tuple[str, ...], code: str
    ) -> None:
        with pytest.raises(CmsMistake) as mistake:
            cms.verify(cms.read_signed(signature()), content, [key(trusted).certificate], allowed)

        assert mistake.value.code == code

    @pytest.mark.parametrize(
        ("change", "text"),
        [
            ("no-attributes", "a signer lacks a field, or its signed attributes"),
            ("twice", "a signed attribute stands twice"),
            ("no-digest", "the signed attributes lack the content type or the digest"),
            ("other-type", "what was signed is not of the type data"),
        ],
    )
    def test_signed_attributes_must_be_in_order(self, change: str, text: str) -> None:
        read = asn1.ContentInfo.load(signature())
        signer = read["content"]["signer_infos"][0]
        attributes = [attribute.copy() for attribute in signer["signed_attrs"]]
        if change == "no-attributes":
            signer["signed_attrs"] = None
        elif change == "twice":
            signer["signed_attrs"] = asn1.CMSAttributes([*attributes, attributes[0]])
        elif change == "no-digest":
            signer["signed_attrs"] = asn1.CMSAttributes(attributes[:2])
        else:
            attributes[0]["values"] = ["signed_data"]
            signer["signed_attrs"] = asn1.CMSAttributes(attributes)

        with pytest.raises(CmsMistake) as mistake:
            cms.read_signed(read.dump(force=True))

        assert (mistake.value.code, mistake.value.text) == ("malformed", text)


class TestDecrypt:
    def test_wrong_content_key_ends_like_wrong_padding(self) -> None:
        # One wrong key in 256 happens to leave right padding, and then there is nothing to tell: hence several.
        texts: list[tuple[str, str]] = []
        for _ in range(6):
            sealed = cms.encrypt(CONTENT, key("ACME").certificate, cms.CIPHERS["aes-256-cbc"])
            enveloped = cms.read_enveloped(sealed)
            recipient = enveloped.recipients[0]
            broken = enveloped._replace(recipients=(recipient._replace(wrapped_key=bytes(256)),))
            padded = enveloped._replace(encrypted=memoryview(bytes(48)))
            for each in (broken, padded):
                with contextlib.suppress(CmsMistake):
                    cms.decrypt(each, [key("ACME")])
                    continue
                with pytest.raises(CmsMistake) as mistake:
                    cms.decrypt(each, [key("ACME")])
                texts.append((mistake.value.code, mistake.value.text))

        assert len(texts) > 6
        assert set(texts) == {("decryption-failed", "nothing here decrypts it")}

    def test_key_that_cannot_be_unwrapped_is_replaced_and_not_told(self) -> None:
        # With a chosen stand-in the forged content opens: the proof that the rest runs as with a right key.
        wrapped_key, secret = b"\x00" * 17, b"secret"
        content_key = stand_in_key(wrapped_key, 32, secret)
        forged = cms.encrypt(
            CONTENT, key("OTHER").certificate, cms.CIPHERS["aes-256-cbc"], random=lambda size: content_key[:size]
        )
        enveloped = cms.read_enveloped(forged)
        ours = enveloped.recipients[0]._replace(recipient_id=key("ACME").certificate.issuer_and_serial)
        short = ours._replace(wrapped_key=wrapped_key)

        found = cms.decrypt(enveloped._replace(recipients=(short,)), [key("ACME")], secret=secret)

        assert found.content == CONTENT


class TestBounds:
    def test_nest_of_indefinite_lengths_is_refused(self) -> None:
        with pytest.raises(CmsMistake, match="nested too deep"):
            cms.read_content(b"\x30\x80" * 5_000)

    def test_swarm_of_tiny_elements_is_refused(self) -> None:
        swarm = sequence(b"\x05\x00" * 200_000)
        reader = Reader(swarm)

        with pytest.raises(CmsMistake, match="far too many elements"):
            reader.children(reader.element(0, len(swarm)))

    def test_pieces_within_pieces_are_joined_to_a_depth(self) -> None:
        piece = octet_string(b"ab")
        for _ in range(40):
            piece = tlv(0x24, piece)
        reader = Reader(piece)

        with pytest.raises(CmsMistake, match="nested too deep"):
            reader.octets(reader.element(0, len(piece)))

    def test_joined_pieces_keep_their_order(self) -> None:
        pieces = b"\x24\x80" + octet_string(b"ab") + tlv(0x24, octet_string(b"c"), octet_string(b"d")) + b"\x00\x00"
        reader = Reader(pieces)

        assert bytes(reader.octets(reader.element(0, len(pieces)))) == b"abcd"

    def test_what_follows_deflated_content_is_refused(self) -> None:
        honest = cms.compress(b"x")
        longer = honest.replace(zlib.compress(b"x"), zlib.compress(b"x")[:-1])

        with pytest.raises(CmsMistake):
            cms.decompress(longer, 100)
        with pytest.raises(CmsMistake, match="more than 3 bytes"):
            cms.decompress(cms.compress(b"four"), 3)
        assert cms.decompress(cms.compress(b"four"), 4) == b"four"
