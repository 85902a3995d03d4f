"""MDNs: written for every outcome, read only as far as they are signed."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from gateway.transports.as2 import (
    Disposition,
    Mdn,
    cms,
    dispositions,
    is_mdn,
    peek_original_message_id,
    read_mdn,
    write_mdn,
)
from gateway.transports.as2.messages import MdnReading
from gateway.transports.as2.writing import signed_entity
from tests.unit.as2.world import NOW, acme, crossdock, expected, headers_with, key, opened, read, sent

EVERY = [value for value in vars(dispositions).values() if isinstance(value, Disposition)]


def test_sync_mdn_has_the_shape_that_partners_read() -> None:
    built = sent()

    mdn = write_mdn(opened(built), message_id="r-1@crossdock.example", now=NOW)

    fields = dict(mdn.headers)
    content_type = fields.pop("Content-Type")
    assert content_type.startswith(
        'multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary='
    )
    assert fields == {
        "AS2-Version": "1.2",
        "AS2-From": "CROSSDOCK",
        "AS2-To": "ACME",
        "Message-ID": "<r-1@crossdock.example>",
        "Date": "Mon, 23 Nov 2026 12:00:00 GMT",
        "MIME-Version": "1.0",
        "User-Agent": "crossdock",
        "Subject": "Message disposition notification",
    }
    assert (
        b"Reporting-UA: crossdock\r\n"
        b"Original-Recipient: rfc822; CROSSDOCK\r\n"
        b"Final-Recipient: rfc822; CROSSDOCK\r\n"
        b"Original-Message-ID: <m-1@acme.example>\r\n"
        b"Disposition: automatic-action/MDN-sent-automatically; processed\r\n"
        b"Received-Content-MIC: " + built.mic.encode() + b", sha-256\r\n\r\n"
    ) in mdn.body


def test_unsigned_mdn_is_written_where_no_signed_one_is_asked() -> None:
    built = sent()

    mdn = write_mdn(
        opened(built, headers=headers_with(built, disposition_notification_options=None)), message_id="r@c", now=NOW
    )

    assert not mdn.signed
    assert dict(mdn.headers)["Content-Type"].startswith("multipart/report; report-type=disposition-notification;")
    assert read(mdn, built) == MdnReading(result="untrusted", reason="the MDN is not signed")


@pytest.mark.parametrize("disposition", EVERY, ids=str)
def test_every_disposition_is_signed_and_reads_back(disposition: Disposition) -> None:
    built = sent()

    mdn = write_mdn(opened(built), message_id="r@c", now=NOW, disposition=disposition)
    reading = read(mdn, built)

    assert mdn.signed
    assert reading.disposition == disposition
    assert reading.result == ("delivered" if disposition.delivered else "refused")
    assert reading.text


def test_message_id_comes_back_byte_for_byte_without_brackets_too() -> None:
    built = sent()
    bare = 'a+b_{c}"d@acme'
    found = opened(built, headers=headers_with(built, message_id=bare))

    mdn = write_mdn(found, message_id="r@c", now=NOW)

    assert peek_original_message_id(mdn.headers, mdn.body) == bare
    wanted = msgspec.structs.replace(expected(built), message_id=bare)
    assert read_mdn(mdn.headers, mdn.body, wanted, acme(), now=NOW).result == "delivered"


def test_mdn_about_another_message_is_not_believed() -> None:
    built = sent()
    mdn = write_mdn(opened(built, headers=headers_with(built, message_id="<other@acme>")), message_id="r@c", now=NOW)

    assert read(mdn, built) == MdnReading(
        result="untrusted", reason="the MDN is about another message, or does not say about which"
    )


def test_mdn_by_another_key_is_not_believed() -> None:
    built = sent()
    station = msgspec.structs.replace(crossdock(), our_keys=(key("OTHER"), key("CROSSDOCK")))
    found = opened(built, station=msgspec.structs.replace(station, our_keys=(key("CROSSDOCK"), key("OTHER", -1))))

    mdn = write_mdn(found, message_id="r@c", now=NOW)

    assert mdn.signer == key("OTHER", -1).certificate.fingerprint
    assert read(mdn, built).reason == ("signature-invalid: no signature by a certificate that is listed and valid")


def test_mdn_is_believed_after_their_certificate_ended_only_if_another_signs() -> None:
    built = sent()
    mdn = write_mdn(opened(built), message_id="r@c", now=NOW)
    later = NOW + timedelta(days=400)

    reading = read_mdn(mdn.headers, mdn.body, expected(built), acme(), now=later)

    assert reading.result == "untrusted"
    assert "signed with CN=CROSSDOCK, which is valid from 2026-11-13 to 2027-09-19" in reading.reason


def test_mdn_is_unsigned_when_no_key_of_ours_is_valid() -> None:
    mdn = write_mdn(opened(sent()), message_id="r@c", now=NOW + timedelta(days=400))

    assert (mdn.signed, mdn.signer) == (False, "")


def signed_report(report: bytes) -> Mdn:
    algorithm = cms.DIGESTS["sha-256"]
    entity = signed_entity(report, algorithm.of(report), algorithm, key("CROSSDOCK"), "seed", NOW)
    headers = (("content-type", entity.content_type),)
    return Mdn(message_id="<r>", headers=headers, body=entity.body, disposition=dispositions.PROCESSED, signed=True)


def test_lf_only_report_with_folded_fields_is_read_as_signed() -> None:
    built = sent()
    mdn = signed_report(
        b"Content-Type: multipart/report;\n report-type=disposition-notification;\n\tboundary=r\n\nignored\n"
        b"--r\nContent-Type: text/plain\n\nall is well\n"
        b"--r\nContent-Type: message/disposition-notification\nContent-Transfer-Encoding: 7BIT\n\n"
        b"Original-Message-ID:\n " + built.message_id.encode() + b"\n"
        b"disposition: Automatic-Action/MDN-Sent-Automatically;processed\n"
        b"RECEIVED-CONTENT-MIC: " + built.mic.encode() + b" ,SHA256\n--r--\n"
    )

    reading = read(mdn, built)

    assert (reading.result, reading.text, reading.mic) == ("delivered", "all is well", built.mic)


@pytest.mark.parametrize(
    ("report", "reason"),
    [
        (b"Content-Type: text/plain\r\n\r\nprocessed", "what is signed is no report"),
        (
            b"Content-Type: multipart/report; boundary=r\r\n\r\n--r\r\n\r\nx\r\n--r--",
            "malformed: a report holds 0 notifications, not one",
        ),
        (
            b"Content-Type: multipart/report; boundary=r\r\n\r\n"
            + b"--r\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: x\r\n" * 2
            + b"--r--",
            "malformed: a report holds 2 notifications, not one",
        ),
    ],
)
def test_signed_content_that_is_no_single_report_says_nothing(report: bytes, reason: str) -> None:
    assert read(signed_report(report), sent()) == MdnReading(result="untrusted", reason=reason)


def test_message_is_not_taken_for_an_mdn() -> None:
    for terms in ({}, {"encrypt": "none"}, {"encrypt": "none", "sign": "none"}):
        built = sent(**terms)
        assert not is_mdn(built.headers, built.body)
    mdn = write_mdn(opened(sent()), message_id="r@c", now=NOW)
    assert is_mdn(mdn.headers, mdn.body)
