"""SignedData: sign a digest, read signatures, verify them over bytes that the caller holds.

A signature is believed if a certificate of the caller's own list made it; certificates inside a message prove
nothing and are not even looked at. Source: RFC 5652 section 5, RFC 8551.
"""

from __future__ import annotations

import hmac
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from gateway.transports.as2.cms import algorithms
from gateway.transports.as2.cms.algorithms import DigestAlgorithm, SignatureAlgorithm
from gateway.transports.as2.cms.ber import (
    CONTEXT_0,
    INTEGER,
    OCTET_STRING,
    OID,
    PRIMITIVE_0,
    SEQUENCE,
    SET,
    Element,
    Reader,
)
from gateway.transports.as2.cms.certificates import Certificate, Key
from gateway.transports.as2.cms.content import Content, algorithm, read_content, write_content
from gateway.transports.as2.cms.der import octet_string, sequence, set_of, tlv
from gateway.transports.as2.cms.mistakes import CmsMistake

SIGNERS_MAX = 8
PKCS1 = padding.PKCS1v15()


class SignerInfo(NamedTuple):
    """One signature: who says to have made it, over which digest, and the bytes that it really covers."""

    signer_id: bytes
    """IssuerAndSerialNumber whole, or the subject key identifier."""
    digest: DigestAlgorithm
    attributes: bytes
    """The signed attributes as DER of a SET: what the signature is computed over."""
    message_digest: bytes
    algorithm: SignatureAlgorithm
    parameters: bytes
    signature: bytes


class Signed(NamedTuple):
    """A read SignedData. `content` is None if the signature is detached."""

    content: memoryview | None
    signers: tuple[SignerInfo, ...]


class Verified(NamedTuple):
    certificate: Certificate
    digest: DigestAlgorithm
    value: bytes
    """The digest of the content."""


def read_signed(data: bytes | Content) -> Signed:
    """Read SignedData with at least one signature whose attributes are in order.

    Raises CmsMistake: `malformed` also where nobody signed, or where attributes are absent, repeated or of another
    content type; `unsupported` for algorithms that nobody here reads.
    """
    content = data if isinstance(data, Content) else read_content(data)
    if content.kind != "signed":
        raise CmsMistake("malformed", f"{content.kind} content where a signature belongs")
    reader, fields = content.reader, content.fields
    if len(fields) < 4 or fields[0][0] != INTEGER or fields[1][0] != SET or fields[2][0] != SEQUENCE:
        raise CmsMistake("malformed", "the signed content lacks a field")
    if fields[-1][0] != SET:
        raise CmsMistake("malformed", "the signed content does not end in its signers")
    signers = reader.children(fields[-1])
    if not signers:
        raise CmsMistake("malformed", "nobody signed: the signed content has no signer")
    if len(signers) > SIGNERS_MAX:
        raise CmsMistake("malformed", f"more than {SIGNERS_MAX} signers")
    return Signed(_encapsulated(reader, fields[2]), tuple(_signer(reader, signer) for signer in signers))


def verify(
    signed: Signed, content: bytes | memoryview, trusted: Sequence[Certificate], allowed: Collection[str]
) -> Verified:
    """Verify over the bytes themselves: one signature by one trusted certificate is enough.

    `allowed` names digests (`sha-256`). Raises CmsMistake: `not-allowed`, `digest-differs` or `signature-invalid`,
    whichever the last signature earned.
    """
    mistake: CmsMistake | None = None
    for signer in signed.signers:
        try:
            return _verified(signer, content, trusted, allowed)
        except CmsMistake as found:
            mistake = found
    raise mistake or CmsMistake("malformed", "nobody signed")


def sign(digest: bytes, digest_algorithm: DigestAlgorithm, key: Key, *, now: datetime) -> bytes:
    """A detached signature as DER over content with that digest; the certificate travels along.

    RSA keys sign PKCS#1 v1.5, elliptic keys ECDSA.
    """
    identifier = _DIGEST_IDENTIFIERS[digest_algorithm.name]
    # In DER's order for a SET: the shorter attributes first, as their lengths come first in the bytes.
    attributes = _CONTENT_TYPE_IS_DATA + _signing_time(now)
    attributes += sequence(_MESSAGE_DIGEST, set_of(octet_string(digest)))
    to_sign = set_of(attributes)
    if isinstance(key.private, rsa.RSAPrivateKey):
        signature = key.private.sign(to_sign, PKCS1, digest_algorithm.hash)
        method = _RSA_IDENTIFIER
    else:
        signature = key.private.sign(to_sign, ec.ECDSA(digest_algorithm.hash))
        method = _ECDSA_IDENTIFIERS[digest_algorithm.name]
    tail = b"\xa0" + to_sign[1:] + method + octet_string(signature)
    return _head(key.certificate, identifier, len(tail)) + tail


@lru_cache(maxsize=256)
def _head(certificate: Certificate, identifier: bytes, tail_bytes: int) -> bytes:
    """SignedData up to the signed attributes: the same for every signature of one key with a tail of one length."""
    tail = bytes(tail_bytes)
    signer = sequence(_VERSION_1, certificate.issuer_and_serial, identifier, tail)
    certificates = tlv(CONTEXT_0, certificate.der)
    content = sequence(_VERSION_1, set_of(identifier), _DETACHED_DATA, certificates, set_of(signer))
    return write_content(algorithms.SIGNED_DATA, content)[:-tail_bytes]


def _encapsulated(reader: Reader, element: Element) -> memoryview | None:
    fields = reader.children(element)
    if not fields or fields[0][0] != OID or reader.content(fields[0]) != algorithms.DATA:
        raise CmsMistake("malformed", "the signed content is not of the type data")
    if len(fields) == 1:
        return None
    if fields[1][0] != CONTEXT_0:
        raise CmsMistake("malformed", "the signed content has a field of unknown meaning")
    inner = reader.element(fields[1][2], fields[1][3])
    if inner[0] & 0x1F != OCTET_STRING:
        raise CmsMistake("malformed", "the signed content is no octet string")
    return reader.octets(inner)


def _signer(reader: Reader, element: Element) -> SignerInfo:
    fields = reader.children(element)
    tags = [field[0] for field in fields]
    if len(fields) < 5 or tags[0] != INTEGER or tags[3] != CONTEXT_0 or tags[5:6] != [OCTET_STRING]:
        raise CmsMistake("malformed", "a signer lacks a field, or its signed attributes")
    if tags[1] == SEQUENCE:
        signer_id = reader.whole(fields[1])
    elif tags[1] & ~0x20 == PRIMITIVE_0:
        signer_id = bytes(reader.octets(fields[1]))
    else:
        raise CmsMistake("malformed", "a signer is named in an unknown way")
    digest = algorithms.DIGEST_OF_OID.get(algorithm(reader, fields[2])[0])
    oid, parameters = algorithm(reader, fields[4])
    method = algorithms.SIGNATURE_OF_OID.get(oid)
    if digest is None or method is None:
        raise CmsMistake("unsupported", "a digest or signature algorithm that is not supported")
    return SignerInfo(
        signer_id,
        digest,
        b"\x31" + reader.whole(fields[3])[1:],
        _message_digest(reader, fields[3]),
        method,
        parameters,
        reader.content(fields[5]),
    )


def _message_digest(reader: Reader, attributes: Element) -> bytes:
    """The digest that the attributes name, after checking that they are what they must be.

    Each attribute once, one value each, the content type `data`. Source: RFC 5652 sections 5.3, 11.1 and 11.2.
    """
    if not reader.is_definite(attributes):
        raise CmsMistake("malformed", "the signed attributes are not DER")
    values: dict[bytes, Element] = {}
    for attribute in reader.children(attributes):
        parts = reader.children(attribute)
        if attribute[0] != SEQUENCE or len(parts) != 2 or parts[0][0] != OID or parts[1][0] != SET:
            raise CmsMistake("malformed", "a signed attribute cannot be read")
        name = reader.content(parts[0])
        if name in values:
            raise CmsMistake("malformed", "a signed attribute stands twice")
        values[name] = parts[1]
    found = []
    for name, tag in ((algorithms.CONTENT_TYPE, OID), (algorithms.MESSAGE_DIGEST, OCTET_STRING)):
        if name not in values:
            raise CmsMistake("malformed", "the signed attributes lack the content type or the digest")
        members = reader.children(values[name])
        if len(members) != 1 or members[0][0] != tag:
            raise CmsMistake("malformed", "a signed attribute has not exactly one value")
        found.append(reader.content(members[0]))
    if found[0] != algorithms.DATA:
        raise CmsMistake("malformed", "what was signed is not of the type data")
    return found[1]


def _verified(
    signer: SignerInfo, content: bytes | memoryview, trusted: Sequence[Certificate], allowed: Collection[str]
) -> Verified:
    for digest in (signer.digest, signer.algorithm.digest or signer.digest):
        if digest.name not in allowed:
            raise CmsMistake("not-allowed", f"signed with {digest.name}")
    value = signer.digest.of(content)
    if not hmac.compare_digest(value, signer.message_digest):
        raise CmsMistake("digest-differs", "the content is not what was signed")
    # Whoever is named is tried first; a renewed certificate keeps its key and has another name, so all are tried.
    for certificate in sorted(trusted, key=lambda each: not _is_named(each, signer)):
        if _is_signed_by(certificate, signer):
            return Verified(certificate, signer.digest, value)
    raise CmsMistake("signature-invalid", "no signature by a certificate that is listed and valid")


def _is_named(certificate: Certificate, signer: SignerInfo) -> bool:
    return signer.signer_id in (certificate.issuer_and_serial, certificate.key_identifier)


def _is_signed_by(certificate: Certificate, signer: SignerInfo) -> bool:
    """True if the certificate's key made the signature over the signed attributes."""
    key, scheme, digest = certificate.public_key, signer.algorithm.scheme, signer.algorithm.digest or signer.digest
    try:
        if isinstance(key, rsa.RSAPublicKey):
            if scheme == algorithms.RSA:
                key.verify(signer.signature, signer.attributes, PKCS1, digest.hash)
                return True
            if scheme == algorithms.RSA_PSS:
                pss = algorithms.read_pss_parameters(signer.parameters)
                # A weaker digest must not slip in by way of the parameters.
                if pss.digest is not signer.digest or pss.mask_digest is not signer.digest:
                    return False
                way = padding.PSS(padding.MGF1(pss.mask_digest.hash), pss.salt_bytes)
                key.verify(signer.signature, signer.attributes, way, pss.digest.hash)
                return True
        elif scheme == algorithms.ECDSA:
            key.verify(signer.signature, signer.attributes, ec.ECDSA(digest.hash))
            return True
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return False


def _signing_time(now: datetime) -> bytes:
    """The attribute; UTCTime until 2049, as RFC 5652 section 11.3 asks."""
    return _signing_second(int(now.timestamp()))


@lru_cache(maxsize=16)
def _signing_second(second: int) -> bytes:
    at = datetime.fromtimestamp(second, UTC)
    if at.year < 2050:
        value = tlv(0x17, at.strftime("%y%m%d%H%M%SZ").encode())
    else:
        value = tlv(0x18, at.strftime("%Y%m%d%H%M%SZ").encode())
    return sequence(_SIGNING_TIME, set_of(value))


_VERSION_1 = b"\x02\x01\x01"
_DETACHED_DATA = sequence(tlv(OID, algorithms.DATA))
_CONTENT_TYPE_IS_DATA = sequence(tlv(OID, algorithms.CONTENT_TYPE), set_of(tlv(OID, algorithms.DATA)))
_MESSAGE_DIGEST = tlv(OID, algorithms.MESSAGE_DIGEST)
_SIGNING_TIME = tlv(OID, algorithms.SIGNING_TIME)
_DIGEST_IDENTIFIERS = {
    each.name: algorithms.algorithm_identifier(each.dotted) for each in algorithms.DIGESTS.values()
}
# rsaEncryption rather than sha256WithRSAEncryption: what most products write, and every one reads.
_RSA_IDENTIFIER = sequence(tlv(OID, algorithms.RSA_ENCRYPTION), algorithms.NULL)
_ECDSA_IDENTIFIERS = {
    method.digest.name: sequence(tlv(OID, oid))
    for oid, method in algorithms.SIGNATURE_OF_OID.items()
    if method.scheme == algorithms.ECDSA and method.digest is not None
}
