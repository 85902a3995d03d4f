"""Write the MDN that answers a message: what became of it, signed when asked.

Source: RFC 4130 section 7, RFC 3798.
"""

from __future__ import annotations

from datetime import datetime

from gateway.transports.as2 import dispositions
from gateway.transports.as2.cms.algorithms import DIGESTS, SHA_256
from gateway.transports.as2.cms.certificates import newest_valid_key
from gateway.transports.as2.dispositions import MODE, Disposition
from gateway.transports.as2.headers import write_name
from gateway.transports.as2.messages import Mdn, Opened
from gateway.transports.as2.writing import AS2_VERSION, PRODUCT, Written, date, signed_entity, unused_boundary


def write_mdn(opened: Opened, *, message_id: str, now: datetime, disposition: Disposition | None = None) -> Mdn:
    """The MDN for an opened message, sync or async alike: signed when a signed one was asked for, errors too.

    `message_id` is the MDN's own, without brackets. `disposition` stands in for the opened one where the caller
    knows more (a duplicate, a store that is full). A stranger's MDN is unsigned: no key is named for it; so is one
    that nobody can sign because no key of ours is valid.
    """
    disposition = disposition or opened.disposition
    report = _report(opened, disposition, message_id)
    key = None
    if opened.mdn.signed and opened.station is not None:
        key = newest_valid_key(opened.station.our_keys, now)
    entity = report
    if key is not None:
        algorithm = DIGESTS.get(opened.mdn.algorithm, SHA_256)
        # A legacy partner may count with SHA-1; we do not sign with it.
        algorithm = SHA_256 if algorithm.name == "sha-1" else algorithm
        covered = report.whole()
        digest = algorithm.of(covered)
        entity = signed_entity(covered, digest, algorithm, key, message_id, now)
    headers = [
        ("AS2-Version", AS2_VERSION),
        ("Message-ID", f"<{message_id}>"),
        ("Date", date(now)),
        ("MIME-Version", "1.0"),
        ("User-Agent", PRODUCT),
        ("Subject", "Message disposition notification"),
        ("Content-Type", entity.content_type),
    ]
    if opened.as2_from and opened.as2_to:
        headers[1:1] = [("AS2-From", write_name(opened.as2_to)), ("AS2-To", write_name(opened.as2_from))]
    return Mdn(
        message_id=f"<{message_id}>",
        headers=tuple(headers),
        body=entity.body,
        disposition=disposition,
        signed=key is not None,
        signer=key.certificate.fingerprint if key else "",
    )


def _report(opened: Opened, disposition: Disposition, seed: str) -> Written:
    """multipart/report: one part for people, one for machines. Source: RFC 3798 section 3."""
    fields = [f"Reporting-UA: {PRODUCT}"]
    if opened.as2_to:
        recipient = write_name(opened.as2_to)
        fields += [f"Original-Recipient: rfc822; {recipient}", f"Final-Recipient: rfc822; {recipient}"]
    if opened.message_id:
        fields.append(f"Original-Message-ID: {opened.message_id}")
    fields.append(f"Disposition: {MODE}; {disposition}")
    if opened.mic:
        fields.append(f"Received-Content-MIC: {opened.mic}, {opened.mdn.spelling or opened.mic_algorithm}")
    text = _TEXTS.get(disposition, "The message was not processed.")
    notification = "\r\n".join(fields).encode("ascii")
    boundary = unused_boundary(seed + " report", notification)
    body = (
        f"--{boundary}\r\n"
        "Content-Type: text/plain; charset=us-ascii\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
        f"{text}\r\n"
        f"--{boundary}\r\n"
        "Content-Type: message/disposition-notification\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    ).encode("ascii")
    body += notification + f"\r\n\r\n--{boundary}--\r\n".encode("ascii")
    return Written(f'multipart/report; report-type=disposition-notification; boundary="{boundary}"', (), body)


# Said to whoever asks, so no more than the disposition itself says, and never why a decryption failed.
_TEXTS = {
    dispositions.PROCESSED: "The message was received, checked and stored. Answers to its content follow separately.",
    dispositions.DUPLICATE: "The message had been received before. It was not processed again.",
    dispositions.DECRYPTION_FAILED: (
        "The message could not be decrypted, or what was inside could not be read. Check that it is\r\n"
        "encrypted to our current certificate, and send it again."
    ),
    dispositions.AUTHENTICATION_FAILED: (
        "The signature was not made by a certificate that is agreed and valid. Send us the certificate that signs."
    ),
    dispositions.INTEGRITY_CHECK_FAILED: "The content is not what was signed: it was changed on the way.",
    dispositions.DECOMPRESSION_FAILED: "The compressed content is damaged, or larger than is taken.",
    dispositions.INSUFFICIENT_MESSAGE_SECURITY: (
        "The agreement asks for a signature, encryption or algorithms that the message does not have."
    ),
    dispositions.UNKNOWN_TRADING_RELATIONSHIP: "No agreement is known for these values of AS2-From and AS2-To.",
    dispositions.INVALID_MESSAGE_ID: "The Message-ID is absent, or cannot be written back as it came.",
    dispositions.UNSUPPORTED_FORMAT: "The format, or the kind of receipt that is required, is not supported.",
    dispositions.UNSUPPORTED_MIC_ALGORITHMS: "None of the required MIC algorithms is supported. Ask for sha-256.",
    dispositions.UNEXPECTED_PROCESSING_ERROR: "The message could not be processed as it is.",
}
