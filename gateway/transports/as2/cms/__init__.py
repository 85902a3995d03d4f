"""Cryptographic Message Syntax for S/MIME: sign and verify, encrypt and decrypt, compress and decompress.

Usable on its own: bytes in, bytes out, certificates and keys as values; it knows nothing of MIME, AS2 or HTTP.
Reads BER and DER, writes DER. Source: RFC 5652, RFC 5083, RFC 3274, RFC 8551.
"""

from gateway.transports.as2.cms.algorithms import CIPHERS, DIGESTS
from gateway.transports.as2.cms.certificates import Certificate, Key, read_certificate
from gateway.transports.as2.cms.compressed import compress, decompress
from gateway.transports.as2.cms.content import read_content
from gateway.transports.as2.cms.enveloped import decrypt, encrypt, read_enveloped
from gateway.transports.as2.cms.mistakes import CmsMistake
from gateway.transports.as2.cms.signed import read_signed, sign, verify

__all__ = [
    "CIPHERS",
    "DIGESTS",
    "Certificate",
    "CmsMistake",
    "Key",
    "compress",
    "decompress",
    "decrypt",
    "encrypt",
    "read_certificate",
    "read_content",
    "read_enveloped",
    "read_signed",
    "sign",
    "verify",
]
