"""The OpenSSL command line as the other company: it signs, encrypts, verifies and decrypts, with no code of ours.

Skips loudly where no `openssl` is installed.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from gateway.transports.as2 import Key, certificate_pem

Pairs = tuple[tuple[str, str], ...]


class OpenSsl:
    """Runs `openssl cms` in one folder, with the keys of both companies in it."""

    def __init__(self, folder: Path, **keys: Key) -> None:
        self.folder = folder
        for name, key in keys.items():
            (folder / f"{name}.crt").write_bytes(certificate_pem(key))
            (folder / f"{name}.key").write_bytes(
                key.private.private_bytes(
                    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
                )
            )

    def cms(self, *arguments: str, data: bytes) -> bytes:
        """The output of `openssl cms` for that input; its complaint fails the test."""
        (self.folder / "in").write_bytes(data)
        # Files first: recipients stand last and without an option.
        command = ["openssl", "cms", "-in", "in", "-out", "out", *arguments]
        run = subprocess.run(command, cwd=self.folder, capture_output=True, check=False, timeout=60)
        assert run.returncode == 0, run.stderr.decode()
        return (self.folder / "out").read_bytes()

    def sign(self, data: bytes, signer: str, *options: str) -> bytes:
        return self.cms(
            "-sign", "-binary", "-signer", f"{signer}.crt", "-inkey", f"{signer}.key", *options, data=data
        )

    def verify(self, data: bytes, signer: str) -> bytes:
        """The content of a signed multipart, if a signature of that company holds.

        Without -binary, which takes the CR before a delimiter for content; lines of content must end in CRLF then.
        """
        return self.cms("-verify", "-CAfile", f"{signer}.crt", data=data)

    def verify_detached(self, signature: bytes, content: bytes, signer: str) -> bytes:
        """The content byte for byte, if a signature of that company over it holds."""
        (self.folder / "content").write_bytes(content)
        options = ("-verify", "-binary", "-inform", "DER", "-content", "content", "-CAfile", f"{signer}.crt")
        return self.cms(*options, data=signature)

    def encrypt(self, data: bytes, recipients: Sequence[str], *options: str) -> bytes:
        return self.cms("-encrypt", "-binary", "-outform", "DER", *options, *recipients, data=data)

    def decrypt(self, data: bytes, recipient: str, *options: str) -> bytes:
        arguments = ("-decrypt", "-binary", "-recip", f"{recipient}.crt", "-inkey", f"{recipient}.key")
        return self.cms(*arguments, *options, data=data)


def require_openssl() -> None:
    if shutil.which("openssl") is None:
        pytest.skip("no openssl command line here: nothing independent checks our CMS")


def entity_of(headers: Pairs, body: bytes) -> bytes:
    """What was posted as one MIME entity, as a mail file has it."""
    content = "".join(
        f"{name}: {value}\r\n" for name, value in headers if name.lower().startswith(("content-", "mime-"))
    )
    return content.encode() + b"\r\n" + body


def posted(entity: bytes) -> tuple[Pairs, bytes]:
    """A MIME entity parted into header fields and body, as HTTP would bring it."""
    head, body = re.split(rb"\r?\n\r?\n", entity, maxsplit=1)
    fields = [line.partition(":") for line in re.sub(rb"\r?\n[ \t]", b" ", head).decode().splitlines()]
    return tuple((name, value.strip()) for name, _, value in fields), body
