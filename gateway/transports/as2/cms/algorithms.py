"""Names, object identifiers and primitives of every algorithm that is read, and of those that are written.

Parameters that only RSA-PSS and RSA-OAEP have are read with asn1crypto; nothing common needs it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from functools import partial
from typing import NamedTuple

from asn1crypto import algos
from cryptography.hazmat.primitives import hashes

from gateway.transports.as2.cms.der import object_identifier, sequence
from gateway.transports.as2.cms.mistakes import CmsMistake

NULL = b"\x05\x00"


def _content(dotted: str) -> bytes:
    return object_identifier(dotted)[2:]


DATA = _content("1.2.840.113549.1.7.1")
SIGNED_DATA = _content("1.2.840.113549.1.7.2")
ENVELOPED_DATA = _content("1.2.840.113549.1.7.3")
COMPRESSED_DATA = _content("1.2.840.113549.1.9.16.1.9")
AUTH_ENVELOPED_DATA = _content("1.2.840.113549.1.9.16.1.23")
ZLIB = _content("1.2.840.113549.1.9.16.3.8")

CONTENT_TYPE = _content("1.2.840.113549.1.9.3")
MESSAGE_DIGEST = _content("1.2.840.113549.1.9.4")
SIGNING_TIME = _content("1.2.840.113549.1.9.5")


class DigestAlgorithm(NamedTuple):
    """`name` is ours and of MIME's micalg (RFC 8551); `hashlib_name` is Python's."""

    name: str
    hashlib_name: str
    dotted: str
    hash: hashes.HashAlgorithm
    start: Callable[[bytes | memoryview], hashlib._Hash]

    def of(self, content: bytes | memoryview) -> bytes:
        """The digest of the content."""
        return self.start(content).digest()


# Read of legacy partners only.
_sha1 = partial(hashlib.sha1, usedforsecurity=False)
SHA_1 = DigestAlgorithm("sha-1", "sha1", "1.3.14.3.2.26", hashes.SHA1(), _sha1)  # noqa: S303
SHA_256 = DigestAlgorithm("sha-256", "sha256", "2.16.840.1.101.3.4.2.1", hashes.SHA256(), hashlib.sha256)
SHA_384 = DigestAlgorithm("sha-384", "sha384", "2.16.840.1.101.3.4.2.2", hashes.SHA384(), hashlib.sha384)
SHA_512 = DigestAlgorithm("sha-512", "sha512", "2.16.840.1.101.3.4.2.3", hashes.SHA512(), hashlib.sha512)
DIGESTS = {each.name: each for each in (SHA_1, SHA_256, SHA_384, SHA_512)}
DIGEST_OF_OID = {_content(each.dotted): each for each in DIGESTS.values()}
DIGEST_OF_HASHLIB_NAME = {each.hashlib_name: each for each in DIGESTS.values()}


class SignatureAlgorithm(NamedTuple):
    """`digest` is None where the algorithm leaves it to the signer's digest algorithm or to its parameters."""

    scheme: str
    digest: DigestAlgorithm | None


RSA, RSA_PSS, ECDSA = "rsa", "rsa-pss", "ecdsa"
RSA_ENCRYPTION = _content("1.2.840.113549.1.1.1")
RSA_OAEP = _content("1.2.840.113549.1.1.7")
SIGNATURE_OF_OID = {
    RSA_ENCRYPTION: SignatureAlgorithm(RSA, None),
    _content("1.2.840.113549.1.1.5"): SignatureAlgorithm(RSA, SHA_1),
    _content("1.2.840.113549.1.1.11"): SignatureAlgorithm(RSA, SHA_256),
    _content("1.2.840.113549.1.1.12"): SignatureAlgorithm(RSA, SHA_384),
    _content("1.2.840.113549.1.1.13"): SignatureAlgorithm(RSA, SHA_512),
    _content("1.2.840.113549.1.1.10"): SignatureAlgorithm(RSA_PSS, None),
    _content("1.2.840.10045.4.1"): SignatureAlgorithm(ECDSA, SHA_1),
    _content("1.2.840.10045.4.3.2"): SignatureAlgorithm(ECDSA, SHA_256),
    _content("1.2.840.10045.4.3.3"): SignatureAlgorithm(ECDSA, SHA_384),
    _content("1.2.840.10045.4.3.4"): SignatureAlgorithm(ECDSA, SHA_512),
}


class Cipher(NamedTuple):
    """A content cipher: key length in bytes, and how it is used."""

    name: str
    mode: str
    key_bytes: int
    dotted: str


CIPHERS = {
    each.name: each
    for each in (
        Cipher("aes-128-cbc", "cbc", 16, "2.16.840.1.101.3.4.1.2"),
        Cipher("aes-192-cbc", "cbc", 24, "2.16.840.1.101.3.4.1.22"),
        Cipher("aes-256-cbc", "cbc", 32, "2.16.840.1.101.3.4.1.42"),
        Cipher("aes-128-gcm", "gcm", 16, "2.16.840.1.101.3.4.1.6"),
        Cipher("aes-192-gcm", "gcm", 24, "2.16.840.1.101.3.4.1.26"),
        Cipher("aes-256-gcm", "gcm", 32, "2.16.840.1.101.3.4.1.46"),
        Cipher("3des", "cbc", 24, "1.2.840.113549.3.7"),
    )
}
CIPHER_OF_OID = {_content(each.dotted): each for each in CIPHERS.values()}


class PssParameters(NamedTuple):
    digest: DigestAlgorithm
    mask_digest: DigestAlgorithm
    salt_bytes: int


class OaepParameters(NamedTuple):
    digest: DigestAlgorithm
    mask_digest: DigestAlgorithm


def read_pss_parameters(der: bytes) -> PssParameters:
    """RSASSA-PSS-params; SHA-1 and a salt of 20 bytes where it leaves them out. Source: RFC 4055 section 3.1."""
    try:
        parameters = algos.RSASSAPSSParams.load(der, strict=True)
        digest = parameters["hash_algorithm"]["algorithm"].native
        mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
        return PssParameters(_digest(digest), _digest(mask), int(parameters["salt_length"].native))
    except (ValueError, TypeError, KeyError) as error:
        raise CmsMistake("malformed", "the parameters of RSA-PSS cannot be read") from error


def read_oaep_parameters(der: bytes) -> OaepParameters:
    """RSAES-OAEP-params; SHA-1 where it leaves them out. A label is not supported. Source: RFC 4055 section 4.1."""
    try:
        parameters = algos.RSAESOAEPParams.load(der, strict=True)
        digest = parameters["hash_algorithm"]["algorithm"].native
        mask = parameters["mask_gen_algorithm"]["parameters"]["algorithm"].native
        label = parameters["p_source_algorithm"]["parameters"].native
    except (ValueError, TypeError, KeyError) as error:
        raise CmsMistake("malformed", "the parameters of RSA-OAEP cannot be read") from error
    if label:
        raise CmsMistake("unsupported", "RSA-OAEP with a label")
    return OaepParameters(_digest(digest), _digest(mask))


def algorithm_identifier(dotted: str, parameters: bytes = b"") -> bytes:
    """AlgorithmIdentifier as DER."""
    return sequence(object_identifier(dotted), parameters)


def _digest(hashlib_name: str) -> DigestAlgorithm:
    found = DIGEST_OF_HASHLIB_NAME.get(hashlib_name)
    if found is None:
        raise CmsMistake("unsupported", f"the digest algorithm {hashlib_name}")
    return found
