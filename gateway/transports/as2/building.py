"""Build a message to send: payload in, headers and body to post out, with the MIC that its MDN must bring."""

from __future__ import annotations

import base64
from datetime import datetime

from gateway.errors import OperatorMistake
from gateway.transports.as2.cms.algorithms import CIPHERS, DIGESTS, SHA_256
from gateway.transports.as2.cms.certificates import Certificate, Key, newest_valid, newest_valid_key
from gateway.transports.as2.filenames import write_content_disposition
from gateway.transports.as2.headers import write_mdn_options, write_name
from gateway.transports.as2.messages import Built, Layer
from gateway.transports.as2.terms import Station
from gateway.transports.as2.writing import (
    AS2_VERSION,
    PRODUCT,
    Written,
    compressed_entity,
    date,
    encrypted_entity,
    one_line,
    signed_entity,
)


def build_message(
    payload: bytes,
    station: Station,
    *,
    message_id: str,
    filename: str,
    content_type: str,
    now: datetime,
    subject: str = "",
) -> Built:
    """Sign, compress and encrypt a payload as the policy says, with the headers to post.

    `message_id` without brackets; a retry posts the same `Built` again, with the same Message-ID. Raises
    OperatorMistake if no key of ours, or no certificate of theirs, is valid for what the policy asks.
    """
    policy = station.policy
    digest = DIGESTS[policy.sign] if policy.sign != "none" else SHA_256
    fields: tuple[tuple[str, str], ...] = (("Content-Transfer-Encoding", "binary"),)
    if filename:
        fields += (("Content-Disposition", write_content_disposition(filename)),)
    entity = Written(one_line(content_type), fields, payload)
    layers: tuple[Layer, ...] = ()
    covered = entity.whole()
    mic = b""
    key: Key | None = None
    certificate: Certificate | None = None
    if policy.compress == "before-sign":
        entity, layers = compressed_entity(covered), ("compressed",)
    if policy.sign != "none":
        key = _signing_key(station, now)
        signed = entity.whole()
        mic = digest.of(signed)
        entity, layers = signed_entity(signed, mic, digest, key, message_id, now), ("signed", *layers)
    if policy.compress == "after-sign":
        entity, layers = compressed_entity(entity.whole()), ("compressed", *layers)
    if policy.encrypt != "none":
        certificate = _encryption_certificate(station, now)
        entity = encrypted_entity(entity.whole(), certificate, CIPHERS[policy.encrypt])
        layers = ("encrypted", *layers)
    if not mic:
        # RFC 4130 section 7.3.1, RFC 5402 section 4: the payload with its headers, unless it travels plain.
        mic = digest.of(covered if layers else payload)
    headers = _headers(station, entity, message_id, digest.name, subject, now)
    return Built(
        message_id=f"<{message_id}>",
        headers=headers,
        body=entity.body,
        layers=layers,
        mic=base64.b64encode(mic).decode("ascii"),
        mic_algorithm=digest.name,
        signer=key.certificate.fingerprint if key else "",
        recipient=certificate.fingerprint if certificate else "",
        cipher=policy.encrypt if certificate else "",
    )


def _headers(
    station: Station, entity: Written, message_id: str, micalg: str, subject: str, now: datetime
) -> tuple[tuple[str, str], ...]:
    """Everything to post but Content-Length. Source: RFC 4130 section 6."""
    policy = station.policy
    headers = [
        ("AS2-Version", AS2_VERSION),
        ("AS2-From", write_name(station.our_name)),
        ("AS2-To", write_name(station.their_name)),
        ("Message-ID", f"<{message_id}>"),
        ("Date", date(now)),
        ("Subject", one_line(subject or "EDI message")),
        ("MIME-Version", "1.0"),
        ("User-Agent", PRODUCT),
        ("Content-Type", entity.content_type),
        *entity.fields,
    ]
    if policy.mdn != "none":
        headers.append(("Disposition-Notification-To", write_name(station.our_name)))
        headers.append(("Disposition-Notification-Options", write_mdn_options(micalg)))
    if policy.mdn == "async":
        if not policy.mdn_return_url:
            raise OperatorMistake(
                f"asynchronous MDNs are asked of {station.their_name}, and nothing says where to",
                mend="set the public address of this gateway",
            )
        headers.append(("Receipt-Delivery-Option", policy.mdn_return_url))
    return tuple(headers)


def _signing_key(station: Station, now: datetime) -> Key:
    key = newest_valid_key(station.our_keys, now)
    if key is None:
        raise OperatorMistake(
            f"nothing can be signed for {station.their_name}: none of our keys is valid now",
            mend="make a new key, and give its certificate to the partner",
        )
    return key


def _encryption_certificate(station: Station, now: datetime) -> Certificate:
    certificate = newest_valid(station.their_encryption, now)
    if certificate is None:
        raise OperatorMistake(
            f"nothing can be encrypted to {station.their_name}: none of its certificates for that is valid now",
            mend="ask the partner for the new certificate and list it under as2.certificates",
        )
    return certificate
