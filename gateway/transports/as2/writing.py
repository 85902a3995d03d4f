"""MIME and S/MIME as we write them: entities, boundaries, the three layers. Bytes are made once and never changed."""

from __future__ import annotations

import binascii
import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime
from functools import lru_cache
from typing import NamedTuple

from gateway.transports.as2 import cms
from gateway.transports.as2.cms.algorithms import Cipher, DigestAlgorithm
from gateway.transports.as2.cms.certificates import Certificate, Key

AS2_VERSION = "1.2"
PRODUCT = "crossdock"


class Written(NamedTuple):
    """One entity: the value of its Content-Type, its further fields, and its body in their transfer encoding."""

    content_type: str
    fields: tuple[tuple[str, str], ...]
    body: bytes

    def whole(self) -> bytes:
        """The entity with its headers, as it lies inside another."""
        lines = [f"Content-Type: {self.content_type}\r\n", *(f"{name}: {value}\r\n" for name, value in self.fields)]
        return "".join([*lines, "\r\n"]).encode("ascii") + self.body


def unused_boundary(seed: str, *bodies: bytes) -> str:
    """A boundary that occurs in none of the bodies, the same for the same seed."""
    boundary = "=_" + hashlib.sha256(seed.encode()).hexdigest()[:32]
    while any(boundary.encode("ascii") in body for body in bodies):
        boundary = "=_" + hashlib.sha256(boundary.encode()).hexdigest()[:32]
    return boundary


def signed_entity(
    covered: bytes, digest: bytes, algorithm: DigestAlgorithm, key: Key, seed: str, now: datetime
) -> Written:
    """multipart/signed around an entity whose digest is known. Source: RFC 1847, RFC 8551 section 3.5.3."""
    boundary = unused_boundary(seed, covered)
    signature = cms.sign(digest, algorithm, key, now=now)
    content_type = (
        f'multipart/signed; protocol="application/pkcs7-signature"; micalg={algorithm.name}; boundary="{boundary}"'
    )
    delimiter = f"--{boundary}".encode("ascii")
    encoded = binascii.b2a_base64(signature, newline=False)
    encoded = b"".join([encoded[at : at + 76] + b"\r\n" for at in range(0, len(encoded), 76)])
    body = b"%b\r\n%b\r\n%b\r\n%b%b%b--\r\n" % (delimiter, covered, delimiter, _SIGNATURE_HEAD, encoded, delimiter)
    return Written(content_type, (), body)


def compressed_entity(content: bytes) -> Written:
    """application/pkcs7-mime around a deflated entity. Source: RFC 5402 section 3."""
    return Written(_COMPRESSED_TYPE, _binary("smime.p7z"), cms.compress(content))


def encrypted_entity(content: bytes, certificate: Certificate, cipher: Cipher) -> Written:
    """application/pkcs7-mime around an encrypted entity. Source: RFC 8551 section 3.3."""
    return Written(_ENVELOPED_TYPE, _binary("smime.p7m"), cms.encrypt(content, certificate, cipher))


def date(now: datetime) -> str:
    """The value of a Date field. Source: RFC 5322 section 3.3."""
    return _date(int(now.timestamp()))


@lru_cache(maxsize=16)
def _date(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC), usegmt=True)


def one_line(text: str) -> str:
    """Text as it may stand in a header field: printable ASCII, nothing that could begin another field."""
    return "".join(each if " " <= each <= "~" else "?" for each in text)


def _binary(filename: str) -> tuple[tuple[str, str], ...]:
    return (
        ("Content-Transfer-Encoding", "binary"),
        ("Content-Disposition", f'attachment; filename="{filename}"'),
    )


_COMPRESSED_TYPE = 'application/pkcs7-mime; smime-type=compressed-data; name="smime.p7z"'
_ENVELOPED_TYPE = 'application/pkcs7-mime; smime-type=enveloped-data; name="smime.p7m"'
_SIGNATURE_HEAD = (
    b'Content-Type: application/pkcs7-signature; name="smime.p7s"\r\n'
    b"Content-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="smime.p7s"\r\n\r\n'
)
