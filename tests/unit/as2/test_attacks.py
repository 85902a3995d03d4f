"""Ten attacks that worked on another AS2 library, each with the exact answer that it gets here.

What the store and the HTTP layer answer (a repeat, a replay) is told by the tests of the receiving door.
"""

from __future__ import annotations

import random
import time
import zlib
from functools import cache

import msgspec
import pytest

from gateway.transports.as2 import MdnRequest, cms, dispositions, open_message, write_mdn
from gateway.transports.as2.cms import algorithms
from gateway.transports.as2.cms.certificates import Key
from gateway.transports.as2.cms.content import write_content
from gateway.transports.as2.cms.der import octet_string, sequence, set_of, tlv
from gateway.transports.as2.messages import Built, Mdn
from gateway.transports.as2.terms import Limits
from gateway.transports.as2.writing import signed_entity
from tests.unit.as2.world import NOW, PAYLOAD, crossdock, headers_with, key, opened, read, sent

REPORT = (
    b"Content-Type: multipart/report; report-type=disposition-notification; boundary=r\r\n\r\n"
    b"--r\r\nContent-Type: text/plain\r\n\r\nfine\r\n"
    b"--r\r\nContent-Type: message/disposition-notification\r\n\r\n%b\r\n\r\n--r--\r\n"
)


def report(*lines: str) -> bytes:
    return REPORT % "\r\n".join(lines).encode()


def positive(built: Built) -> bytes:
    """The report that would make a sender believe in delivery, were it signed."""
    return report(
        f"Original-Message-ID: {built.message_id}",
        "Disposition: automatic-action/MDN-sent-automatically; processed",
        f"Received-Content-MIC: {built.mic}, {built.mic_algorithm}",
    )


def signed_by(signer: Key, covered: bytes) -> Mdn:
    algorithm = cms.DIGESTS["sha-256"]
    entity = signed_entity(covered, algorithm.of(covered), algorithm, signer, "seed", NOW)
    headers = (("Content-Type", entity.content_type),)
    return Mdn(message_id="<r>", headers=headers, body=entity.body, disposition=dispositions.PROCESSED, signed=True)


def replaced(mdn: Mdn, *changes: tuple[bytes, bytes]) -> Mdn:
    body = mdn.body
    for old, new in changes:
        assert old in body
        body = body.replace(old, new, 1)
    return msgspec.structs.replace(mdn, body=body)


def test_s1_mdn_with_nobody_among_its_signers_is_not_believed() -> None:
    built = sent()
    nobody = sequence(b"\x02\x01\x01", set_of(), sequence(tlv(6, algorithms.DATA)), set_of())
    signature = write_content(algorithms.SIGNED_DATA, nobody)
    body = (
        b"--s\r\n" + positive(built) + b"\r\n--s\r\nContent-Type: application/pkcs7-signature\r\n"
        b"Content-Transfer-Encoding: binary\r\n\r\n" + signature + b"\r\n--s--\r\n"
    )
    headers = (("Content-Type", 'multipart/signed; protocol="application/pkcs7-signature"; boundary=s'),)
    forged = Mdn(message_id="<f>", headers=headers, body=body, disposition=dispositions.PROCESSED, signed=True)

    reading = read(forged, built)

    assert (reading.result, reading.disposition) == ("untrusted", None)
    assert reading.reason == "malformed: nobody signed: the signed content has no signer"


class TestS2UnsignedReportBesideASignedOne:
    """Signature wrapping: their genuine, signed refusal, with an unsigned `processed` slipped in somewhere."""

    def refusal(self, built: Built) -> Mdn:
        refused = opened(built, b"\x30\x80 damaged")
        assert not refused.accepted
        return write_mdn(refused, message_id="r@crossdock", now=NOW)

    def boundary(self, mdn: Mdn) -> bytes:
        return mdn.headers[-1][1].partition('boundary="')[2].rstrip('"').encode()

    def test_report_inserted_as_a_further_part_makes_the_mdn_untrusted(self) -> None:
        built = sent()
        mdn = self.refusal(built)
        boundary = self.boundary(mdn)

        for at in (b"\r\n--" + boundary + b"\r\nContent-Type: application/pkcs7", b"\r\n--" + boundary + b"--"):
            forged = replaced(mdn, (at, b"\r\n--" + boundary + b"\r\n" + positive(built) + at))
            reading = read(forged, built)

            assert (reading.result, reading.disposition) == ("untrusted", None)
            assert reading.reason == "malformed: a signed multipart has 2 parts, not 3"

    def test_report_before_and_after_the_parts_is_not_looked_at(self) -> None:
        built = sent()
        mdn = self.refusal(built)

        before = read(msgspec.structs.replace(mdn, body=positive(built) + b"\r\n" + mdn.body), built)
        after = read(msgspec.structs.replace(mdn, body=mdn.body + positive(built)), built)

        assert (before.result, before.disposition) == ("refused", dispositions.DECRYPTION_FAILED)
        assert (after.result, after.reason) == ("untrusted", "malformed: something follows the closing boundary")

    def test_report_in_place_of_the_signed_one_is_untrusted(self) -> None:
        built = sent()
        mdn = self.refusal(built)
        boundary = self.boundary(mdn)
        first = mdn.body.split(b"--" + boundary + b"\r\n")[1]

        reading = read(replaced(mdn, (first, positive(built) + b"\r\n")), built)

        assert (reading.result, reading.reason) == ("untrusted", "digest-differs: the content is not what was signed")


class TestS3Mic:
    """Without the MIC, and without its algorithm, a signed `processed` does not say what was received."""

    @pytest.mark.parametrize(
        ("field", "reason"),
        [
            ("X-None: 1", "their MDN has no MIC, so it does not say what they received"),
            ("Received-Content-MIC: {mic}", "their MIC is computed with an unknown algorithm, ours with sha-256"),
            ("Received-Content-MIC: {mic}, sha-512", "their MIC is computed with sha-512, ours with sha-256"),
            ("Received-Content-MIC: AAAA, sha-256", "their MIC differs: they received other bytes than we sent"),
            ("Received-Content-MIC: ???, sha-256", "their MIC is no base64"),
        ],
    )
    def test_s3_mdn_without_our_mic_is_no_delivery(self, field: str, reason: str) -> None:
        built = sent()
        lines = (
            f"Original-Message-ID: {built.message_id}",
            "Disposition: automatic-action/MDN-sent-automatically; processed",
            field.format(mic=built.mic),
        )

        reading = read(signed_by(key("CROSSDOCK"), report(*lines)), built)

        assert (reading.result, reading.reason) == ("mic-differs", reason)
        assert reading.disposition == dispositions.PROCESSED


@pytest.mark.parametrize("compress", ["before-sign", "after-sign", "none"])
@pytest.mark.parametrize("sign", ["none", "sha-256"])
def test_s4_clear_message_in_the_guise_of_an_envelope_is_refused(compress: str, sign: str) -> None:
    built = sent(encrypt="none", compress=compress, sign=sign)

    found = opened(built)

    assert found.disposition == dispositions.INSUFFICIENT_MESSAGE_SECURITY
    assert (found.payload, found.layers) == (b"", ())


class TestS5DecryptionOracle:
    """Every tampered ciphertext gets one and the same answer, whatever it did to padding, MIME or signature."""

    # A message that nobody signed and nothing checks cannot be told from a tampered one, so it is not among them.
    @pytest.mark.parametrize(
        ("sign", "compress"),
        [("sha-256", "none"), ("sha-256", "before-sign"), ("sha-256", "after-sign"), ("none", "before-sign")],
    )
    def test_s5_tampering_with_the_last_blocks_has_one_answer(self, compress: str, sign: str) -> None:
        built = sent(compress=compress, sign=sign)
        chance = random.Random(5)
        answers = set()
        for _ in range(300):
            body = bytearray(built.body)
            body[-1 - chance.randrange(32)] ^= chance.randrange(1, 256)
            found = opened(built, bytes(body))
            mdn = write_mdn(found, message_id="r@crossdock", now=NOW)
            answers.add((found.disposition, found.payload, found.mic, mdn.body.partition(b"\r\n--")[0]))

        assert {answer[:3] for answer in answers} == {(dispositions.DECRYPTION_FAILED, b"", "")}
        assert len(answers) == 1

    def test_s5_blocks_appended_after_the_message_have_one_answer(self) -> None:
        # The classic: the whole message, a block of the attacker's, and the block to be guessed at.
        built = sent()
        outer = bytes(built.body)
        cipher_text = cipher_text_of(outer)
        target = cipher_text[64:80]
        chance = random.Random(6)
        answers = set()
        for _ in range(600):
            forged = cipher_text + chance.randbytes(16) + target
            answers.add(opened(built, enveloped_again(outer, forged)).disposition)

        assert answers == {dispositions.DECRYPTION_FAILED}

    def test_s5_wrong_content_key_is_not_told_from_wrong_padding(self) -> None:
        built = sent()
        at = built.body.index(b"\x04\x82\x01\x00") + 4
        chance = random.Random(7)
        answers = set()
        for _ in range(100):
            body = bytearray(built.body)
            body[at + chance.randrange(256)] ^= chance.randrange(1, 256)
            found = opened(built, bytes(body))
            answers.add((found.disposition, found.payload))

        assert answers == {(dispositions.DECRYPTION_FAILED, b"")}


def cipher_text_of(outer: bytes) -> bytes:
    content = cms.read_content(outer)
    return bytes(content.reader.octets(content.reader.children(content.fields[2])[2]))


def enveloped_again(outer: bytes, forged: bytes) -> bytes:
    """The same envelope around other encrypted bytes, its lengths written anew."""
    content = cms.read_content(outer)
    reader, fields = content.reader, content.fields
    parts = reader.children(fields[2])
    inner = sequence(reader.whole(parts[0]), reader.whole(parts[1]), tlv(0x80, forged))
    return write_content(algorithms.ENVELOPED_DATA, sequence(reader.whole(fields[0]), reader.whole(fields[1]), inner))


class TestS6Bomb:
    """Deflated zeros: a quarter of a megabyte that would be a quarter of a gigabyte."""

    @staticmethod
    @cache
    def bomb() -> bytes:
        deflater = zlib.compressobj(9)
        zeros = bytes(1024 * 1024)
        deflated = b"".join([*(deflater.compress(zeros) for _ in range(256)), deflater.flush()])
        inner = sequence(tlv(6, algorithms.DATA), tlv(0xA0, octet_string(deflated)))
        return write_content(
            algorithms.COMPRESSED_DATA, sequence(b"\x02\x01\x00", sequence(tlv(6, algorithms.ZLIB)), inner)
        )

    def test_s6_bomb_is_refused_at_the_bound_and_costs_little(self) -> None:
        body = self.bomb()
        built = sent(encrypt="none", sign="none", compress="before-sign")
        limits = Limits(inflated_bytes_max=1024 * 1024)
        ours = crossdock(encrypt="none", sign="none")
        began = time.thread_time()
        found = open_message(built.headers, body, lambda *_: ours, now=NOW, limits=limits)
        spent_s = time.thread_time() - began

        assert len(body) < 300_000
        assert found.disposition == dispositions.DECOMPRESSION_FAILED
        assert found.reason == "the content inflates to more than 1048576 bytes"
        assert spent_s < 0.5

    def test_s6_stranger_to_our_certificate_makes_us_inflate_nothing(self) -> None:
        built = sent(encrypt="none", sign="none", compress="before-sign")

        found = opened(built, self.bomb())

        assert (found.disposition, found.layers) == (dispositions.INSUFFICIENT_MESSAGE_SECURITY, ())


@pytest.mark.parametrize(("encrypt", "sign"), [("none", "none"), ("aes-128-cbc", "none"), ("none", "sha-256")])
def test_s10_every_signed_receipt_has_a_mic(encrypt: str, sign: str) -> None:
    built = sent(encrypt=encrypt, sign=sign)

    mdn = write_mdn(opened(built, encrypt=encrypt, sign=sign), message_id="r@crossdock", now=NOW)

    assert f"Received-Content-MIC: {built.mic}, sha-256\r\n".encode() in mdn.body
    assert read(mdn, built).result == "delivered"


@pytest.mark.parametrize("message_id", [None, "", "<with space@acme>", "<" + "x" * 998 + ">", "<caf\xe9@acme>"])
def test_s11_message_without_a_usable_message_id_is_refused(message_id: str | None) -> None:
    built = sent()

    found = opened(built, headers=headers_with(built, message_id=message_id))
    mdn = write_mdn(found, message_id="r@crossdock", now=NOW)

    assert (found.disposition, found.message_id, found.payload) == (dispositions.INVALID_MESSAGE_ID, "", b"")
    assert b"Original-Message-ID" not in mdn.body
    assert b"Disposition: automatic-action/MDN-sent-automatically; processed/error: invalid-message-id" in mdn.body
    assert mdn.signed


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/cron.d/x", "x"),
        ("..\\\\..\\\\boot.ini", "boot.ini"),
        ("/etc/passwd", "passwd"),
        ("..", ""),
        (".bashrc", "bashrc"),
        ("a\tb\x00c.edi", "abc.edi"),
    ],
)
def test_s13_file_name_is_kept_as_a_name_and_never_as_a_path(given: str, kept: str) -> None:
    terms = {"sign": "none", "encrypt": "none"}
    built = sent(**terms)

    found = opened(built, headers=headers_with(built, content_disposition=f'attachment; filename="{given}"'), **terms)

    assert (found.filename, found.payload) == (kept, PAYLOAD)


class TestS14Replay:
    """HTTP headers are not signed, so a captured message comes again under a new Message-ID, with another return."""

    METADATA = "http://169.254.169.254/latest/meta-data"

    def test_s14_replayed_message_has_the_same_mic_to_know_it_by(self) -> None:
        built = sent()

        first = opened(built)
        again = opened(built, headers=headers_with(built, message_id="<other@acme.example>"))

        assert (again.as2_from, again.mic, again.mic_algorithm) == (first.as2_from, first.mic, first.mic_algorithm)
        assert again.message_id != first.message_id

    def test_s14_mdn_is_never_promised_to_an_address_that_is_not_agreed(self) -> None:
        built = sent()

        found = opened(built, headers=headers_with(built, receipt_delivery_option=self.METADATA))
        mdn = write_mdn(found, message_id="r@crossdock", now=NOW)

        assert found.disposition == dispositions.UNEXPECTED_PROCESSING_ERROR
        assert found.reason == (
            f"the MDN is asked for at {self.METADATA}, which the agreement does not list (as2.mdn_urls)"
        )
        assert (found.payload, found.layers) == (b"", ())
        assert found.mdn == MdnRequest(wanted=True, signed=True, algorithm="sha-256", spelling="sha-256", url="")
        assert mdn.signed

    def test_s14_agreed_address_is_taken_with_any_path(self) -> None:
        built = sent()
        url = "https://acme.example:4080/mdn?x=1"

        found = opened(
            built,
            headers=headers_with(built, receipt_delivery_option=url),
            mdn_urls=("https://acme.example:4080",),
        )

        assert (found.disposition, found.mdn.url) == (dispositions.PROCESSED, url)
