"""Certificates and keys as they are used: parsed once, with the bytes that CMS asks for, and chosen by validity.

Reads PEM and DER; reads and writes no files, and asks no authority: a certificate is trusted because it is listed.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import NamedTuple

import msgspec
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gateway.errors import OperatorMistake
from gateway.transports.as2.cms.der import integer, sequence

PublicKey = rsa.RSAPublicKey | ec.EllipticCurvePublicKey
PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

RSA_BITS_MIN = 2048
"""Source: NIST SP 800-131A; the revision of RFC 4130 asks for the same."""


class Certificate(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One certificate with its key object. Compare by `fingerprint`."""

    der: bytes
    fingerprint: str
    """SHA-256 of the DER bytes, lower-case hexadecimal."""
    subject: str
    """The distinguished name as RFC 4514 text, for people."""
    serial_number: int
    issuer_and_serial: bytes
    """IssuerAndSerialNumber as DER. Source: RFC 5652 section 10.2.4."""
    key_identifier: bytes
    """The extension's value, else SHA-1 of the key bits. Source: RFC 5280 section 4.2.1.2."""
    public_key: PublicKey
    valid_from: datetime
    """Aware. The later of the certificate's own date and the agreement's."""
    valid_to: datetime
    """Aware, inclusive. The earlier of the certificate's own date and the agreement's."""

    def is_valid_at(self, now: datetime) -> bool:
        return self.valid_from <= now <= self.valid_to


class Key(NamedTuple):
    """One of our keys: what signs and decrypts, and the certificate that partners hold."""

    certificate: Certificate
    private: PrivateKey


def read_certificate(
    data: bytes, *, valid_from: datetime | None = None, valid_to: datetime | None = None, file: str = ""
) -> Certificate:
    """Read one X.509 certificate, PEM or DER. The agreement's dates narrow the certificate's own, never widen them.

    Raises OperatorMistake for bytes that are no certificate, and for RSA keys under 2048 bits.
    """
    certificate = _parsed(data, file)
    start = max(certificate.valid_from, valid_from) if valid_from else certificate.valid_from
    end = min(certificate.valid_to, valid_to) if valid_to else certificate.valid_to
    if (start, end) == (certificate.valid_from, certificate.valid_to):
        return certificate
    return msgspec.structs.replace(certificate, valid_from=start, valid_to=end)


def valid_at(certificates: Sequence[Certificate], now: datetime) -> tuple[Certificate, ...]:
    """The certificates that are valid, newest start first: during an overlap every one of them may verify."""
    valid = [certificate for certificate in certificates if certificate.is_valid_at(now)]
    if len(valid) > 1:
        valid.sort(key=lambda each: each.valid_from, reverse=True)
    return tuple(valid)


def newest_valid(certificates: Sequence[Certificate], now: datetime) -> Certificate | None:
    """The certificate to encrypt to: of those valid, the one that became valid last; None if none is."""
    return next(iter(valid_at(certificates, now)), None)


def newest_valid_key(keys: Sequence[Key], now: datetime) -> Key | None:
    """Our key to sign with: of those whose certificate is valid, the one that became valid last; None if none is."""
    valid = [key for key in keys if key.certificate.is_valid_at(now)]
    return max(valid, key=lambda key: key.certificate.valid_from, default=None)


@lru_cache(maxsize=1024)
def _parsed(data: bytes, file: str) -> Certificate:
    try:
        is_pem = data.lstrip()[:10] == b"-----BEGIN"
        parsed = x509.load_pem_x509_certificate(data) if is_pem else x509.load_der_x509_certificate(data)
        public_key = parsed.public_key()
        identifier = _key_identifier(parsed)
    except (ValueError, UnsupportedAlgorithm) as error:
        mend = "give one X.509 certificate as PEM (-----BEGIN CERTIFICATE-----) or DER"
        raise OperatorMistake("no certificate that can be read", file=file, mend=mend) from error
    if isinstance(public_key, rsa.RSAPublicKey):
        if public_key.key_size < RSA_BITS_MIN:
            text = f"the certificate's RSA key has {public_key.key_size} bits"
            raise OperatorMistake(text, file=file, mend=f"ask for a key of {RSA_BITS_MIN} bits or more")
    elif not isinstance(public_key, ec.EllipticCurvePublicKey):
        raise OperatorMistake("the certificate's key is neither RSA nor ECDSA", file=file, mend="ask for an RSA key")
    der = parsed.public_bytes(serialization.Encoding.DER)
    return Certificate(
        der=der,
        fingerprint=parsed.fingerprint(hashes.SHA256()).hex(),
        subject=parsed.subject.rfc4514_string(),
        serial_number=parsed.serial_number,
        issuer_and_serial=sequence(parsed.issuer.public_bytes(), integer(parsed.serial_number)),
        key_identifier=identifier,
        public_key=public_key,
        valid_from=parsed.not_valid_before_utc.astimezone(UTC),
        valid_to=parsed.not_valid_after_utc.astimezone(UTC),
    )


def _key_identifier(parsed: x509.Certificate) -> bytes:
    try:
        return parsed.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    except x509.ExtensionNotFound:
        return x509.SubjectKeyIdentifier.from_public_key(parsed.public_key()).digest
