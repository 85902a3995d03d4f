"""The forms that values of a partner file take: identities, URLs, references to secrets, moments, PEM text.

Pure tests and conversions of text; no section and no key is known here.
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import re
from datetime import UTC, datetime
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from gateway.resources import Entry

_QUALIFIED = re.compile(r"[0-9A-Z]{0,3}:[^\s:](?:.*\S)?\Z")
_BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]+)-----\s*?\n(.*?)-----END \1-----", re.DOTALL)

CERTIFICATE_BYTES_MAX = 100_000


def is_qualified(text: str) -> bool:
    """`qualifier:id`, zeros kept."""
    return _QUALIFIED.match(text) is not None


def is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (KeyError, OSError, ValueError):
        return False
    return name != ""


def is_url(text: str) -> bool:
    """An http or https URL without a login in it: a password would be published with the file."""
    return re.match(r"https?://[^\s/@]+(/\S*)?\Z", text) is not None


def is_as2_name(text: str) -> bool:
    """1 to 128 printable ASCII characters, neither quote nor backslash: what every AS2 product can repeat exactly.

    Source: RFC 4130 section 6.2.
    """
    return re.match(r"[!#-\[\]-~](?:[ !#-\[\]-~]{0,126}[!#-\[\]-~])?\Z", text) is not None


def is_network(text: str) -> bool:
    """A network with its length, as `10.1.0.0/16`."""
    try:
        return "/" in text and "://" not in text and ipaddress.ip_network(text) is not None
    except ValueError:
        return False


def origin_of(url: str) -> str:
    """Scheme, host and port of a URL in one spelling, as `https://partner.example:4080`; "" if it is no such URL.

    Host in lower case, the scheme's own port written out, so that two of them compare as text.
    """
    if not is_url(url):
        return ""
    try:
        parts = urlsplit(url)
        port = parts.port or (443 if parts.scheme == "https" else 80)
    except ValueError:
        return ""
    host = (parts.hostname or "").lower()
    return f"{parts.scheme}://{f'[{host}]' if ':' in host else host}:{port}" if host else ""


def moment_of(text: str) -> datetime | None:
    """An aware UTC time: `2026-01-01` is its midnight in UTC, a time without an offset is UTC; None: not a time."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def read_reference(entry: Entry) -> str:
    """`env:NAME` or `file:PATH`; anything else is a mistake whose text never repeats what stands there."""
    text = entry.text()
    if re.match(r"(env:[A-Za-z_][A-Za-z0-9_]*|file:.+)\Z", text) is None:
        # What stands here may be the secret itself.
        entry.note(f"{entry.name} must be a reference, env:NAME or file:PATH, never the secret itself")
        return ""
    return text


def holds_private_key(data: bytes) -> bool:
    return b"PRIVATE KEY-----" in data


def certificate_in(data: bytes) -> tuple[bytes, str]:
    """The first certificate of a PEM file as PEM, and "" or what is wrong with the file.

    Only the text and the outermost length are looked at: what stands inside is read where certificates are used.
    """
    if len(data) > CERTIFICATE_BYTES_MAX:
        return b"", f"is larger than {CERTIFICATE_BYTES_MAX} bytes"
    if data[:1] == b"\x30":
        return b"", "is DER, and PEM is wanted here"
    blocks = [(label, body) for label, body in _BLOCK.findall(data) if label == b"CERTIFICATE"]
    if not blocks:
        return b"", "holds no certificate in PEM (-----BEGIN CERTIFICATE-----)"
    try:
        der = base64.b64decode(b"".join(blocks[0][1].split()), validate=True)
    except binascii.Error:
        return b"", "holds a certificate whose base64 is broken"
    if der[:1] != b"\x30" or _outer_length(der) != len(der):
        return b"", "holds a certificate that is cut or not DER inside"
    return certificate_pem(der), ""


def certificate_der(pem: bytes) -> bytes:
    """The bytes inside one certificate in PEM, as `certificate_in` gives it."""
    return base64.b64decode(b"".join(line for line in pem.splitlines() if not line.startswith(b"-----")))


def certificate_pem(der: bytes) -> bytes:
    """One certificate as PEM, in the one spelling that is kept."""
    text = base64.b64encode(der)
    lines = b"\n".join(text[at : at + 64] for at in range(0, len(text), 64))
    return b"-----BEGIN CERTIFICATE-----\n" + lines + b"\n-----END CERTIFICATE-----\n"


def _outer_length(der: bytes) -> int:
    """Bytes of the outermost DER element, tag and length included; -1 where the length is not DER."""
    first = der[1] if len(der) > 1 else 0x80
    if first < 0x80:
        return 2 + first
    count = first & 0x7F
    if not 1 <= count <= 4 or len(der) < 2 + count:
        return -1
    return 2 + count + int.from_bytes(der[2 : 2 + count], "big")
