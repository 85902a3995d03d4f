"""EnvelopedData and AuthEnvelopedData: encrypt to one certificate, decrypt with one of our keys.

Decryption fails in one way only. Whatever was wrong with the key, the padding or the tag, the caller learns
`decryption-failed` and nothing else, after the same work: what an attacker can tell apart, an attacker can use to
read the message. Source: RFC 5652 section 6, RFC 5083, RFC 3218 (and RFC 8017 section 7.2.2 on Bleichenbacher).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Sequence
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
from cryptography.hazmat.primitives import ciphers
from cryptography.hazmat.primitives import padding as block_padding
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import modes
from cryptography.hazmat.primitives.ciphers.algorithms import AES

from gateway.errors import OperatorMistake
from gateway.transports.as2.cms import algorithms
from gateway.transports.as2.cms.algorithms import Cipher
from gateway.transports.as2.cms.ber import (
    CONTEXT_0,
    CONTEXT_1,
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
from gateway.transports.as2.cms.der import object_identifier, octet_string, sequence, set_of, tlv
from gateway.transports.as2.cms.mistakes import CmsMistake

RECIPIENTS_MAX = 100
_SECRET = os.urandom(32)
PKCS1 = padding.PKCS1v15()


class Recipient(NamedTuple):
    """One wrapped content key."""

    recipient_id: bytes
    """IssuerAndSerialNumber whole, or the subject key identifier."""
    algorithm: bytes
    parameters: bytes
    wrapped_key: bytes


class Enveloped(NamedTuple):
    """A read EnvelopedData or AuthEnvelopedData, still closed."""

    recipients: tuple[Recipient, ...]
    cipher: Cipher
    iv: bytes
    encrypted: memoryview
    tag: bytes
    """GCM's; b"" of CBC."""
    authenticated: bytes
    """Attributes that GCM covers, as DER; b"" if there are none."""


class Decrypted(NamedTuple):
    content: bytes
    key: Key


def read_enveloped(data: bytes | Content) -> Enveloped:
    """Read what is encrypted and for whom. Raises CmsMistake (`malformed`, `unsupported`), from public bytes only."""
    content = data if isinstance(data, Content) else read_content(data)
    if content.kind not in ("enveloped", "auth-enveloped"):
        raise CmsMistake("malformed", f"{content.kind} content where an envelope belongs")
    reader, fields = content.reader, content.fields
    at = 2 if len(fields) > 1 and fields[1][0] == CONTEXT_0 else 1
    if len(fields) < at + 2 or fields[0][0] != INTEGER or fields[at][0] != SET or fields[at + 1][0] != SEQUENCE:
        raise CmsMistake("malformed", "the envelope lacks a field")
    parts = reader.children(fields[at + 1])
    if len(parts) != 3 or parts[2][0] & ~0x20 != PRIMITIVE_0:
        raise CmsMistake("malformed", "the envelope holds no encrypted content")
    if reader.content(parts[0]) != algorithms.DATA:
        raise CmsMistake("malformed", "what was encrypted is not of the type data")
    oid, parameters = algorithm(reader, parts[1])
    cipher = algorithms.CIPHER_OF_OID.get(oid)
    if cipher is None or (cipher.mode == "gcm") != (content.kind == "auth-enveloped"):
        raise CmsMistake("unsupported", "a content cipher that is not supported")
    tag, authenticated = b"", b""
    if content.kind == "auth-enveloped":
        tag, authenticated = _authentication(reader, fields[at + 2 :])
    recipients = _recipients(reader, fields[at])
    return Enveloped(recipients, cipher, _iv(cipher, parameters), reader.octets(parts[2]), tag, authenticated)


def decrypt(enveloped: Enveloped, keys: Sequence[Key], *, secret: bytes = _SECRET) -> Decrypted:
    """Decrypt with the key that the first fitting recipient names. Raises CmsMistake, always `decryption-failed`.

    A content key that cannot be unwrapped is replaced by one made of it and a secret of this process, so that the
    rest runs as ever and fails there: no answer and no time tells which it was.
    """
    recipient, key = _ours(enveloped.recipients, keys)
    cipher = enveloped.cipher
    content_key = _unwrapped(recipient, key)
    stand_in = stand_in_key(recipient.wrapped_key, cipher.key_bytes, secret)
    if len(content_key) != cipher.key_bytes:
        content_key = stand_in
    try:
        if cipher.mode == "gcm":
            content = _opened_gcm(enveloped, content_key)
        else:
            content = _opened_cbc(enveloped, content_key)
    except (ValueError, InvalidTag):
        raise _decryption_failed() from None
    return Decrypted(content, key)


def stand_in_key(wrapped_key: bytes, key_bytes: int, secret: bytes) -> bytes:
    """A content key for a wrapped one that cannot be unwrapped; the same for the same bytes and secret."""
    return hashlib.blake2b(wrapped_key, digest_size=key_bytes, key=secret).digest()


def encrypt(
    content: bytes, certificate: Certificate, cipher: Cipher, *, random: Callable[[int], bytes] = os.urandom
) -> bytes:
    """EnvelopedData as DER for one recipient, its key wrapped with RSA PKCS#1 v1.5.

    Raises OperatorMistake if the certificate's key is not RSA.
    """
    if not isinstance(certificate.public_key, rsa.RSAPublicKey):
        mend = "list an RSA certificate with use: [encrypt]"
        raise OperatorMistake(f"nothing can be encrypted to {certificate.subject}: no RSA key", mend=mend)
    key, iv = random(cipher.key_bytes), random(16)
    encryptor = ciphers.Cipher(AES(key), modes.CBC(iv)).encryptor()
    missing = 16 - len(content) % 16
    encrypted = encryptor.update(content) + encryptor.update(bytes((missing,)) * missing)
    wrapped = octet_string(certificate.public_key.encrypt(key, PKCS1))
    recipient = sequence(_VERSION_0, certificate.issuer_and_serial, _RSA_IDENTIFIER, wrapped)
    method = sequence(_CIPHER_OIDS[cipher.name], octet_string(iv))
    encrypted_content = sequence(_DATA, method, tlv(PRIMITIVE_0, encrypted))
    return write_content(algorithms.ENVELOPED_DATA, sequence(_VERSION_0, set_of(recipient), encrypted_content))


def _recipients(reader: Reader, element: Element) -> tuple[Recipient, ...]:
    """Recipients whose key is transported by RSA; other kinds are for others."""
    infos = reader.children(element)
    if len(infos) > RECIPIENTS_MAX:
        raise CmsMistake("malformed", f"more than {RECIPIENTS_MAX} recipients")
    found = []
    for info in infos:
        if info[0] != SEQUENCE:
            continue
        fields = reader.children(info)
        if len(fields) != 4 or fields[0][0] != INTEGER or fields[3][0] != OCTET_STRING:
            raise CmsMistake("malformed", "a recipient lacks a field")
        name = reader.whole(fields[1]) if fields[1][0] == SEQUENCE else bytes(reader.octets(fields[1]))
        found.append(Recipient(name, *algorithm(reader, fields[2]), reader.content(fields[3])))
    return tuple(found)


def _iv(cipher: Cipher, parameters: bytes) -> bytes:
    """CBC: an OCTET STRING. GCM: a sequence of the nonce and the tag's length, which the tag itself shows."""
    reader = Reader(parameters)
    outer = reader.element(0, len(parameters))
    element = outer
    if cipher.mode == "gcm" and outer[0] == SEQUENCE:
        element = reader.expect(OCTET_STRING, outer[2], outer[3])
    iv = reader.content(element)
    size = 8 if cipher.name == "3des" else 16
    if element[0] != OCTET_STRING or (len(iv) != size if cipher.mode == "cbc" else not 8 <= len(iv) <= 16):
        raise CmsMistake("malformed", "the cipher's parameters cannot be read")
    return iv


def _authentication(reader: Reader, fields: list[Element]) -> tuple[bytes, bytes]:
    """Tag and authenticated attributes. Source: RFC 5083 section 2.1, RFC 5084 section 3.2."""
    attributes = b""
    if fields and fields[0][0] == CONTEXT_1:
        attributes = b"\x31" + reader.whole(fields[0])[1:]
        fields = fields[1:]
    if not fields or fields[0][0] != OCTET_STRING or not 12 <= fields[0][3] - fields[0][2] <= 16:
        raise CmsMistake("malformed", "the envelope's tag is absent or too short")
    return reader.content(fields[0]), attributes


def _ours(recipients: Sequence[Recipient], keys: Sequence[Key]) -> tuple[Recipient, Key]:
    for recipient in recipients:
        for key in keys:
            certificate = key.certificate
            if recipient.recipient_id in (certificate.issuer_and_serial, certificate.key_identifier):
                return recipient, key
    raise _decryption_failed()


def _unwrapped(recipient: Recipient, key: Key) -> bytes:
    """The content key, or anything of another length if it cannot be had."""
    if not isinstance(key.private, rsa.RSAPrivateKey):
        return b""
    try:
        if recipient.algorithm == algorithms.RSA_ENCRYPTION:
            return key.private.decrypt(recipient.wrapped_key, PKCS1)
        if recipient.algorithm == algorithms.RSA_OAEP:
            oaep = algorithms.read_oaep_parameters(recipient.parameters)
            way = padding.OAEP(padding.MGF1(oaep.mask_digest.hash), oaep.digest.hash, None)
            return key.private.decrypt(recipient.wrapped_key, way)
    except (ValueError, CmsMistake):
        return b""
    return b""


def _opened_cbc(enveloped: Enveloped, key: bytes) -> bytes:
    algorithm_ = TripleDES(key) if enveloped.cipher.name == "3des" else AES(key)
    decryptor = ciphers.Cipher(algorithm_, modes.CBC(enveloped.iv)).decryptor()
    padded = decryptor.update(enveloped.encrypted)
    decryptor.finalize()
    size = len(enveloped.iv)
    # The library's unpadding runs in constant time; only the last block goes through it, to save a copy.
    unpadder = block_padding.PKCS7(size * 8).unpadder()
    last = unpadder.update(padded[-size:]) + unpadder.finalize()
    return padded[: len(padded) - size + len(last)]


def _opened_gcm(enveloped: Enveloped, key: bytes) -> bytes:
    mode = modes.GCM(enveloped.iv, enveloped.tag, min_tag_length=12)
    decryptor = ciphers.Cipher(AES(key), mode).decryptor()
    decryptor.authenticate_additional_data(enveloped.authenticated)
    content = decryptor.update(enveloped.encrypted)
    decryptor.finalize()
    return content


def _decryption_failed() -> CmsMistake:
    return CmsMistake("decryption-failed", "nothing here decrypts it")


_VERSION_0 = b"\x02\x01\x00"
_DATA = tlv(OID, algorithms.DATA)
_RSA_IDENTIFIER = sequence(tlv(OID, algorithms.RSA_ENCRYPTION), algorithms.NULL)
_CIPHER_OIDS = {name: object_identifier(each.dotted) for name, each in algorithms.CIPHERS.items()}
