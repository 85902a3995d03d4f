"""Layers of a received message: taken off one by one, as they are really there.

What an entity says about itself (smime-type, file names) decides nothing; what its CMS content is, does. Every digest
is taken over bytes as they came. What fails inside an envelope is answered as its failure, see `Unwrapped`.
"""

from __future__ import annotations

from datetime import datetime

from gateway.errors import PartnerMistake
from gateway.transports.as2 import cms, dispositions
from gateway.transports.as2.cms.algorithms import DIGESTS
from gateway.transports.as2.cms.certificates import valid_at
from gateway.transports.as2.cms.content import Content
from gateway.transports.as2.cms.mistakes import CmsMistake
from gateway.transports.as2.cms.signed import Signed, Verified
from gateway.transports.as2.dispositions import Disposition
from gateway.transports.as2.messages import Layer
from gateway.transports.as2.mime import Entity, decode_body, split_entity, split_parts, split_value
from gateway.transports.as2.terms import Limits, Station

SIGNATURES = ("application/pkcs7-signature", "application/x-pkcs7-signature")
ENVELOPES = ("application/pkcs7-mime", "application/x-pkcs7-mime")
PAYLOADS = frozenset(
    {
        "application/edi-x12", "application/edifact", "application/edi-consent", "application/xml", "text/xml",
        "application/json", "text/csv", "text/plain", "application/octet-stream",
    }
)  # fmt: skip
STRONG_DIGESTS = frozenset(DIGESTS) - {"sha-1"}
LEGACY_DIGESTS = frozenset(DIGESTS)


class Refused(PartnerMistake):
    """A message that is not processed. `disposition` is for the partner, `text` for our own people."""

    def __init__(self, disposition: Disposition, text: str) -> None:
        super().__init__(disposition.text, text)
        self.disposition = disposition


class Unwrapped:
    """What came to light so far: kept up to date while layers come off, so that a refusal knows them too.

    `guarded` is True between opening an envelope and verifying what was in it. In that time an answer that depends
    on the decrypted bytes would tell an attacker whether tampered bytes had sound padding, and with enough answers
    the message itself. So all failures are one, `decryption-failed`, except where the decrypted bytes are sound to
    their very end (a multipart with its closing boundary).
    """

    __slots__ = (
        "cipher", "entity", "guarded", "layers", "recipient", "signature_digest", "signed_bytes", "signed_digest",
        "signer", "whole",
    )  # fmt: skip

    def __init__(self, entity: Entity) -> None:
        self.entity = entity
        """The innermost entity so far."""
        self.whole = b""
        """That entity with its headers, b"" while it is the HTTP message itself."""
        self.layers: tuple[Layer, ...] = ()
        self.guarded = False
        self.signed_bytes: bytes | memoryview = b""
        self.signed_digest = b""
        self.signature_digest = ""
        self.signer = ""
        self.recipient = ""
        self.cipher = ""

    def mic(self, algorithm: str) -> bytes:
        """The digest of what was signed; of the innermost entity if nobody signed but something wrapped it; of the
        body alone if nothing did. Source: RFC 4130 section 7.3.1, RFC 5402 section 4."""
        if "signed" in self.layers:
            if algorithm == self.signature_digest:
                return self.signed_digest
            covered = self.signed_bytes
        else:
            covered = self.whole if self.layers else self.entity.body
        return DIGESTS[algorithm].of(covered)


def unwrap(unwrapped: Unwrapped, station: Station, limits: Limits, now: datetime) -> bytes:
    """Take every layer off, enforcing the policy on those that are there; the payload, decoded. Raises Refused."""
    try:
        while _take_one(unwrapped, station, limits, now):
            pass
        fields = unwrapped.entity.fields
        if station.policy.require_encrypted and not unwrapped.layers:
            raise _unmet("is not encrypted")
        if station.policy.require_signed and "signed" not in unwrapped.layers:
            # Tampering cannot make such a type of what was a signed multipart: a change in one block of text spoils
            # the one before. So this much may be said, and it is what a partner most often gets wrong at first.
            unwrapped.guarded &= split_value(fields.get("content-type", ""))[0] not in PAYLOADS
            raise _unmet("is not signed")
        return decode_body(unwrapped.entity.body, fields.get("content-transfer-encoding", ""))
    except CmsMistake as mistake:
        raise _refusal(unwrapped, _DISPOSITIONS[mistake.code], mistake.text) from mistake
    except Refused as refused:
        raise _refusal(unwrapped, refused.disposition, refused.text) from refused


def _take_one(unwrapped: Unwrapped, station: Station, limits: Limits, now: datetime) -> bool:
    """Take the outermost layer off; False if there is none and the entity is the payload."""
    entity = unwrapped.entity
    kind, parameters = split_value(entity.fields.get("content-type", ""))
    if kind == "multipart/signed":
        _expect(unwrapped, "signed", station)
        part, signed = read_multipart_signed(entity, parameters.get("boundary", ""), limits)
        # Sound up to its closing boundary, so nobody can have changed what follows: from here on the truth is told.
        unwrapped.guarded = False
        _verify(unwrapped, signed, part, station, now)
        _enter(unwrapped, part, limits)
        return True
    if kind not in ENVELOPES:
        return False
    content = _content(unwrapped, station)
    if content.kind == "signed":
        _expect(unwrapped, "signed", station)
        signed = cms.read_signed(content)
        if signed.content is None:
            raise CmsMistake("malformed", "a detached signature without what it signs")
        inner = bytes(signed.content)
        _verify(unwrapped, signed, inner, station, now)
        unwrapped.guarded = False
    elif content.kind == "compressed":
        _expect(unwrapped, "compressed", station)
        unwrapped.layers += ("compressed",)
        inner = cms.decompress(content, limits.inflated_bytes_max)
    else:
        _expect(unwrapped, "encrypted", station)
        inner = _decrypted(unwrapped, content, station)
    _enter(unwrapped, inner, limits)
    return True


def read_multipart_signed(entity: Entity, boundary: str, limits: Limits) -> tuple[bytes, Signed]:
    """The signed bytes, exactly as they came, and the signature. Raises CmsMistake (`malformed`, `unsupported`).

    Exactly two parts: a third would be something that looks signed and is not. Source: RFC 1847 section 2.1.
    """
    covered, signature = split_signed(entity, boundary, limits)
    return covered, cms.read_signed(signature)


def split_signed(entity: Entity, boundary: str, limits: Limits) -> tuple[bytes, bytes]:
    """The signed bytes and the signature, decoded and unread. Raises CmsMistake (`malformed`)."""
    parts = split_parts(entity.body, boundary, limits)
    if len(parts) != 2:
        raise CmsMistake("malformed", f"a signed multipart has 2 parts, not {len(parts)}")
    signature = split_entity(parts[1], limits)
    if split_value(signature.fields.get("content-type", ""))[0] not in SIGNATURES:
        raise CmsMistake("malformed", "the second part of a signed multipart is no signature")
    return parts[0], _cms_bytes(signature)


def verify_trusted(signed: Signed, covered: bytes | memoryview, station: Station, now: datetime) -> Verified:
    """Verify by the partner's certificates that are valid now, with digests that the agreement allows.

    Raises CmsMistake, and says it if a certificate that is listed but not valid would have verified.
    """
    allowed = LEGACY_DIGESTS if "sha-1" in station.policy.legacy else STRONG_DIGESTS
    try:
        return cms.verify(signed, covered, valid_at(station.their_signing, now), allowed)
    except CmsMistake as mistake:
        if mistake.code != "signature-invalid":
            raise
        lapsed = [each for each in station.their_signing if not each.is_valid_at(now)]
        if not lapsed:
            raise
        by = cms.verify(signed, covered, lapsed, allowed).certificate
        text = f"signed with {by.subject}, which is valid from {by.valid_from:%Y-%m-%d} to {by.valid_to:%Y-%m-%d}"
        raise CmsMistake("signature-invalid", text) from mistake


def _content(unwrapped: Unwrapped, station: Station) -> Content:
    """The CMS content of the innermost entity; what should be an envelope and is no CMS fails as envelopes do."""
    try:
        return cms.read_content(_cms_bytes(unwrapped.entity))
    except CmsMistake as mistake:
        if unwrapped.layers or not station.policy.require_encrypted:
            raise
        raise Refused(dispositions.DECRYPTION_FAILED, mistake.text) from mistake


def _verify(
    unwrapped: Unwrapped, signed: Signed, covered: bytes | memoryview, station: Station, now: datetime
) -> None:
    verified = verify_trusted(signed, covered, station, now)
    unwrapped.layers += ("signed",)
    unwrapped.signed_bytes, unwrapped.signed_digest = covered, verified.value
    unwrapped.signature_digest = verified.digest.name
    unwrapped.signer = verified.certificate.fingerprint


def _decrypted(unwrapped: Unwrapped, content: Content, station: Station) -> bytes:
    try:
        enveloped = cms.read_enveloped(content)
    except CmsMistake as mistake:
        raise Refused(dispositions.DECRYPTION_FAILED, mistake.text) from mistake
    unwrapped.cipher = enveloped.cipher.name
    if enveloped.cipher.name == "3des" and "3des" not in station.policy.legacy:
        raise _unmet("is encrypted with 3DES")
    decrypted = cms.decrypt(enveloped, station.our_keys)
    unwrapped.layers += ("encrypted",)
    unwrapped.recipient = decrypted.key.certificate.fingerprint
    unwrapped.guarded = True
    return decrypted.content


def _enter(unwrapped: Unwrapped, inner: bytes, limits: Limits) -> None:
    unwrapped.whole = inner
    unwrapped.entity = split_entity(inner, limits)


def _expect(unwrapped: Unwrapped, layer: Layer, station: Station) -> None:
    """Each layer once, and encryption outermost: no other nesting is AS2. Source: RFC 4130 section 4, RFC 5402.

    Asked before the layer is touched, so that nobody without our certificate makes us inflate or verify anything.
    """
    if not unwrapped.layers:
        if layer != "encrypted" and station.policy.require_encrypted:
            raise _unmet("is not encrypted")
    elif layer == "encrypted" or layer in unwrapped.layers:
        text = f"{layer} inside {', '.join(unwrapped.layers)} is no order of layers that AS2 knows"
        raise Refused(dispositions.UNSUPPORTED_FORMAT, text)


def _cms_bytes(entity: Entity) -> bytes:
    """CMS content of an entity: as it is where it is binary, whatever is said of its encoding; else decoded."""
    body = entity.body
    if len(body) > 1 and body[0] == 0x30 and body[1] >= 0x80:
        return body
    return decode_body(body, entity.fields.get("content-transfer-encoding", "") or "base64")


def _unmet(what: str) -> Refused:
    text = f"the message {what}, which the agreement does not allow"
    return Refused(dispositions.INSUFFICIENT_MESSAGE_SECURITY, text)


def _refusal(unwrapped: Unwrapped, disposition: Disposition, text: str) -> Refused:
    if unwrapped.guarded:
        return Refused(dispositions.DECRYPTION_FAILED, f"after decrypting: {text}")
    return Refused(disposition, text)


_DISPOSITIONS = {
    "malformed": dispositions.UNEXPECTED_PROCESSING_ERROR,
    "unsupported": dispositions.UNEXPECTED_PROCESSING_ERROR,
    "not-allowed": dispositions.INSUFFICIENT_MESSAGE_SECURITY,
    "decryption-failed": dispositions.DECRYPTION_FAILED,
    "decompression-failed": dispositions.DECOMPRESSION_FAILED,
    "digest-differs": dispositions.INTEGRITY_CHECK_FAILED,
    "signature-invalid": dispositions.AUTHENTICATION_FAILED,
}
