"""Private keys from bytes: OpenSSH or PEM, ed25519, ECDSA or RSA, with a passphrase or without.

The file's contents come in as bytes: where keys lie is the caller's business.
"""

from __future__ import annotations

import io

import paramiko
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from gateway.transports.sftp.trouble import Stopped, Trouble, trouble

RSA_BITS_MIN = 2048


def read_private_key(content: bytes, passphrase: str = "") -> paramiko.PKey:
    """The key. Raises Stopped with `key_unreadable`; its text never repeats the content."""
    secret = passphrase.encode() or None
    try:
        loaded = _load(content, secret)
    except TypeError:
        what = "is not encrypted but a passphrase is given" if secret else "is encrypted and no passphrase is given"
        raise Stopped(trouble("key_unreadable", f"the private key {what}")) from None
    except (ValueError, UnsupportedAlgorithm):
        text = "the private key is no OpenSSH or PEM key, or its passphrase is wrong"
        raise Stopped(trouble("key_unreadable", text)) from None
    if isinstance(loaded, rsa.RSAPrivateKey) and loaded.key_size < RSA_BITS_MIN:
        raise Stopped(trouble("key_unreadable", f"the RSA key has {loaded.key_size} bits, {RSA_BITS_MIN} are needed"))
    kind: type[paramiko.PKey]
    if isinstance(loaded, ed25519.Ed25519PrivateKey):
        kind = paramiko.Ed25519Key
    elif isinstance(loaded, ec.EllipticCurvePrivateKey):
        kind = paramiko.ECDSAKey
    elif isinstance(loaded, rsa.RSAPrivateKey):
        kind = paramiko.RSAKey
    else:
        raise Stopped(trouble("key_unreadable", "the private key is of a kind that is not used for SFTP"))
    # Written again in the one form that paramiko reads for every kind of key.
    plain = loaded.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, serialization.NoEncryption()
    )
    return kind.from_private_key(io.StringIO(plain.decode("ascii")))


def check_private_key(content: bytes, passphrase: str = "") -> Trouble | None:
    """None if the key can be used."""
    try:
        read_private_key(content, passphrase)
    except Stopped as stopped:
        return stopped.trouble
    return None


def _load(content: bytes, secret: bytes | None) -> object:
    if b"BEGIN OPENSSH PRIVATE" in content:
        return serialization.load_ssh_private_key(content, secret)
    return serialization.load_pem_private_key(content, secret)
