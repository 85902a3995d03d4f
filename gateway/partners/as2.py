"""How AS2 is spoken with a partner: section `as2` of partner.yaml as a frozen value, read and checked.

Certificates are carried as PEM bytes, so that they are published, hashed and replayed with the configuration; what
stands inside them is read by `gateway.transports.as2`. Our own keys are never here (see HOME/keys).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any, Literal, cast

import msgspec

from gateway.partners.forms import (
    certificate_in,
    holds_private_key,
    is_as2_name,
    is_network,
    is_url,
    moment_of,
    origin_of,
    read_reference,
)
from gateway.resources import CERTIFICATE_SUFFIXES, Entry, did_you_mean

Use = Literal["sign", "encrypt"]
Sign = Literal["none", "sha-256", "sha-384", "sha-512"]
Encrypt = Literal["none", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc"]
Compress = Literal["none", "before-sign", "after-sign"]
Receipt = Literal["sync", "async", "none"]
Legacy = Literal["sha-1", "3des"]
Replay = Literal["flag", "park"]

USES = ("sign", "encrypt")
SIGN = ("none", "sha-256", "sha-384", "sha-512")
ENCRYPT = ("none", "aes-128-cbc", "aes-192-cbc", "aes-256-cbc")
COMPRESS = ("none", "before-sign", "after-sign")
RECEIPT = ("sync", "async", "none")
LEGACY = ("sha-1", "3des")
REPLAY = ("flag", "park")

ReadFile = Callable[[str], bytes | None]
"""Bytes of a file of the partner's folder by its path inside it (`certs/acme.pem`); None: it is not there."""


class Certificate(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A certificate of theirs, and when and for what we use it.

    Several may be in force at once: while they roll over, a signature by any of them is good, and we encrypt to the
    newest. `valid_from` counts, `valid_to` no longer does; None is the certificate's own date.
    """

    file: str
    """Path inside the partner's folder."""
    pem: bytes
    """Exactly one certificate, in PEM."""
    use: tuple[Use, ...] = ("sign", "encrypt")
    """`sign`: verifies what they sign. `encrypt`: we encrypt to it."""
    valid_from: datetime | None = None
    valid_to: datetime | None = None

    def is_listed_at(self, now: datetime) -> bool:
        """True if the dates of the partner file let it be used now; its own dates are not looked at."""
        return (self.valid_from is None or self.valid_from <= now) and (self.valid_to is None or now < self.valid_to)


class Required(msgspec.Struct, frozen=True, kw_only=True):
    """What every message of theirs must be, judged by the layers really present."""

    signed: bool = True
    encrypted: bool = True


class As2Terms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How AS2 is spoken with a partner. Their own names are `identities.as2`, the first being the one we send to."""

    url: str = ""
    """Where we send; "" when they only send to us."""
    our_name: str = ""
    """Our AS2 name towards them; "" is the installation's (setting `as2_name`)."""
    sign: Sign = "sha-256"
    encrypt: Encrypt = "aes-256-cbc"
    compress: Compress = "none"
    mdn: Receipt = "sync"
    """How their MDN comes back to us; a signed one is always asked for. `none` asks for no MDN."""
    require: Required = Required()
    legacy: tuple[Legacy, ...] = ()
    """Weak algorithms that are taken from them; never used towards them."""
    certificates: tuple[Certificate, ...] = ()
    mdn_urls: tuple[str, ...] = ()
    """Origins (`https://host:port`, in one spelling) to which an asynchronous MDN may be sent; and networks
    (`10.1.0.0/16`) whose private addresses may stand behind such a host name."""
    replay: Replay = "flag"
    """What becomes of content that came before under another Message-ID: taken with an alert, or parked."""
    mdn_timeout_minutes: int = 60
    """After it a message without its MDN counts as not arrived."""
    user: str = ""
    password: str = ""
    """Reference; with `user`, HTTP Basic towards their server."""
    chunked: bool = False

    def certificates_for(self, use: Use) -> tuple[Certificate, ...]:
        return tuple(certificate for certificate in self.certificates if use in certificate.use)


def read_as2(entry: Entry, read_file: ReadFile) -> As2Terms | None:
    """Section `as2`, None when the file has none; mistakes are noted with their lines."""
    keys = entry.mapping(As2Terms.__struct_fields__)
    if not keys:
        return None
    found: dict[str, Any] = {}
    for key, value in keys.items():
        if key == "url":
            found[key] = value.such(is_url, "must begin with https:// or http:// and hold no login")
        elif key == "our_name":
            found[key] = value.such(is_as2_name, "must be 1 to 128 printable ASCII characters without quotes")
        elif key in _CHOICES:
            found[key] = value.choice(_CHOICES[key], str(getattr(As2Terms(), key)))
        elif key == "require":
            flags = value.mapping(Required.__struct_fields__)
            found[key] = Required(**{name: flag.flag(True) for name, flag in flags.items()})
        elif key == "legacy":
            found[key] = tuple(item.choice(LEGACY, "sha-1", "legacy algorithm") for item in value.items())
        elif key == "certificates":
            found[key] = _read_certificates(value, read_file)
        elif key == "mdn_urls":
            found[key] = tuple(_read_origin(item) for item in value.items())
        elif key == "mdn_timeout_minutes":
            found[key] = value.whole(60, 1, 10_080)
        elif key == "password":
            found[key] = read_reference(value)
        elif key == "chunked":
            found[key] = value.flag()
        else:
            found[key] = value.text()
    if ("user" in found) != ("password" in found):
        entry.note("as2.user and as2.password belong together")
    return As2Terms(**found)


_CHOICES: dict[str, tuple[str, ...]] = {
    "sign": SIGN,
    "encrypt": ENCRYPT,
    "compress": COMPRESS,
    "mdn": RECEIPT,
    "replay": REPLAY,
}


def _read_origin(entry: Entry) -> str:
    text = entry.text()
    if is_network(text):
        return text
    origin = origin_of(text)
    if not origin or text.rstrip("/").count("/") != 2:
        entry.note(
            f'{entry.name} "{text}" must be scheme, host and port',
            "write https://host:port, or a network as 10.1.0.0/16",
        )
        return ""
    return origin


def _read_certificates(entry: Entry, read_file: ReadFile) -> tuple[Certificate, ...]:
    found: list[Certificate] = []
    for item in entry.items():
        certificate = _read_certificate(item, read_file)
        if certificate is None:
            continue
        if any(certificate.pem == other.pem and set(certificate.use) & set(other.use) for other in found):
            item.note(f"{certificate.file} is the same certificate as one above")
        found.append(certificate)
    return tuple(found)


def _read_certificate(entry: Entry, read_file: ReadFile) -> Certificate | None:
    keys = entry.mapping(("file", "use", "from", "to"))
    if "file" not in keys:
        entry.note("a certificate needs its file", "file: certs/NAME.pem")
        return None
    file = keys["file"].text()
    pem = _read_pem(keys["file"], file, read_file)
    use = keys["use"].texts() if "use" in keys else USES
    for item in keys["use"].items() if "use" in keys else ():
        if item.value not in USES:
            item.note(f'unknown use "{item.value}"', did_you_mean(str(item.value), USES))
    if not use:
        keys["use"].note("a certificate without a use is never used", "use: [sign, encrypt]")
    valid_from, valid_to = (_read_moment(keys[key]) if key in keys else None for key in ("from", "to"))
    if valid_from is not None and valid_to is not None and valid_from >= valid_to:
        keys["to"].note(f"{file} ends before it begins")
    if not pem:
        return None
    return Certificate(
        file=file, pem=pem, use=cast(tuple[Use, ...], tuple(use)), valid_from=valid_from, valid_to=valid_to
    )


def _read_pem(entry: Entry, file: str, read_file: ReadFile) -> bytes:
    parts = file.split("/")
    if len(parts) != 2 or parts[0] != "certs" or not parts[1].endswith(CERTIFICATE_SUFFIXES):
        entry.note(f'certificate file "{file}" must lie in certs/ and end in .pem', "file: certs/NAME.pem")
        return b""
    data = read_file(file)
    if data is None:
        entry.note(f'certificate file "{file}" is not there', "crossdock partner keys add PARTNER FILE puts it there")
        return b""
    if holds_private_key(data):
        entry.note(f'"{file}" holds a private key', "keep theirs out of here, and tell them that you have seen it")
        return b""
    pem, wrong = certificate_in(data)
    if wrong:
        entry.note(f'certificate file "{file}" {wrong}', "crossdock partner keys add PARTNER FILE takes any form")
    return pem


def _read_moment(entry: Entry) -> datetime | None:
    text = entry.text()
    moment = moment_of(text)
    if moment is None:
        entry.note(f'{entry.name} "{text}" is no date', "write 2026-01-31, or a time as 2026-01-31T12:00:00Z")
    return moment
