"""Our own keys: made, stored encrypted, read back. Works on bytes; the caller owns files and passphrases."""

from __future__ import annotations

from datetime import datetime

from gateway.transports.as2.cms.certificates import Key


def create_key(name: str, *, valid_from: datetime, valid_to: datetime, bits: int = 2048) -> Key:
    """A new RSA key with a self-signed certificate for `CN=<name>`. Raises OperatorMistake for fewer than 2048 bits."""
    raise NotImplementedError


def private_key_pem(key: Key, passphrase: bytes) -> bytes:
    """The private key as encrypted PKCS#8 PEM. Raises OperatorMistake if the passphrase is empty."""
    raise NotImplementedError


def certificate_pem(key: Key) -> bytes:
    """The certificate as PEM, to give to partners."""
    raise NotImplementedError


def load_key(
    private_pem: bytes,
    certificate: bytes,
    passphrase: bytes,
    *,
    valid_from: datetime | None = None,
    valid_to: datetime | None = None,
    file: str = "",
) -> Key:
    """Read a stored key and its certificate. Raises OperatorMistake for a wrong passphrase, a key in clear, or a
    certificate of another key."""
    raise NotImplementedError
