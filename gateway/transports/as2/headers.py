"""The HTTP header fields that AS2 adds: names, Message-ID, what receipt is asked for.

Reads and writes field values; opens no content. Source: RFC 4130 sections 6 and 7, and its revision where that is
stricter (names are case-sensitive, of 1 to 128 characters and not folded; the first supported MIC algorithm counts).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import NamedTuple

from gateway.transports.as2.cms.algorithms import DIGESTS
from gateway.transports.as2.dispositions import UNSUPPORTED_FORMAT, UNSUPPORTED_MIC_ALGORITHMS, Disposition
from gateway.transports.as2.messages import Headers, MdnRequest

NAME_MAX = 128
MESSAGE_ID_MAX = 998
URL_MAX = 2_048
SINGLE = ("as2-from", "as2-to", "message-id", "content-type", "disposition-notification-options")
"""Fields that may stand once only: of two, each reader on the way might take another."""

_PLAIN_NAME = re.compile(r"[!#-\[\]-~]+")
_QUOTED_NAME = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_MESSAGE_ID = re.compile(r"[!-~]+")
_URL = re.compile(r"[!-~]+")
_MICALG = re.compile(r"[A-Za-z0-9-]{1,32}")


class Addressed(NamedTuple):
    """Who writes to whom about what. Empty strings stand for what is absent or cannot be read."""

    as2_from: str
    as2_to: str
    message_id: str
    fields: dict[str, str]
    """Fields by lower-case name; of those that stand twice the first."""
    repeated: str
    """A field of `SINGLE` that stands twice; "" if none."""


def read_addressed(headers: Headers) -> Addressed:
    """Names, Message-ID and the fields of a request or response."""
    fields: dict[str, str] = {}
    repeated = ""
    for name, value in headers:
        name = name.lower()
        if name not in fields:
            fields[name] = value
        elif name in SINGLE:
            repeated = name
    return Addressed(
        read_name(fields.get("as2-from", "")),
        read_name(fields.get("as2-to", "")),
        read_message_id(fields.get("message-id", "")),
        fields,
        repeated,
    )


@lru_cache(maxsize=1024)
def read_name(value: str) -> str:
    """The name itself, without quotes and escapes; "" for none, or none that AS2 allows."""
    value = value.strip(" \t")
    if _PLAIN_NAME.fullmatch(value):
        name = value
    else:
        match = _QUOTED_NAME.fullmatch(value)
        name = match[1].replace('\\"', '"').replace("\\\\", "\\") if match else ""
    return name if len(name) <= NAME_MAX and name.strip() else ""


@lru_cache(maxsize=1024)
def write_name(name: str) -> str:
    """The name as a field value, quoted where it must be."""
    if _PLAIN_NAME.fullmatch(name):
        return name
    escaped = name.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def read_message_id(value: str) -> str:
    """The Message-ID byte for byte; "" for none, or one that cannot be written back (spaces, controls, too long)."""
    value = value.strip(" \t")
    return value if len(value) <= MESSAGE_ID_MAX and _MESSAGE_ID.fullmatch(value) else ""


def read_mdn_request(fields: dict[str, str], legacy: Collection[str]) -> tuple[MdnRequest, Disposition | None]:
    """What receipt is asked for, and the disposition that refuses the message if it cannot be given.

    SHA-1 is taken as MIC algorithm only of legacy partners. Names of algorithms are read in every spelling that
    occurs (`sha256`, `SHA-256`, `rsa-sha256`) and written back as they came. Source: RFC 4130 section 7.3.
    """
    if "disposition-notification-to" not in fields:
        return MdnRequest(), None
    url = fields.get("receipt-delivery-option", "").strip()
    if not _URL.fullmatch(url) or len(url) > URL_MAX:
        # Kept so that the address is refused, as it would be if it were merely wrong.
        url = "" if not url else "unreadable:"
    options = _options(fields.get("disposition-notification-options", ""))
    protocols, protocol_required = options.get("signed-receipt-protocol", ([], False))
    algorithms, algorithm_required = options.get("signed-receipt-micalg", ([], False))
    signed = any(protocol.lower() in ("pkcs7-signature", "x-pkcs7-signature") for protocol in protocols)
    # Some products ask for an algorithm only, and mean a signed receipt.
    signed = signed or (not protocols and bool(algorithms))
    supported = next((each for each in algorithms if read_micalg(each, legacy)), "")
    request = MdnRequest(
        wanted=True, signed=signed, algorithm=read_micalg(supported, legacy), spelling=supported, url=url
    )
    if protocols and not signed and protocol_required:
        return request, UNSUPPORTED_FORMAT
    if algorithms and not supported and algorithm_required:
        return request, UNSUPPORTED_MIC_ALGORITHMS
    return request, None


def read_micalg(value: str, legacy: Collection[str] = ("sha-1",)) -> str:
    """Our name of a digest (`sha-256`) for any spelling of it; "" if unknown, or SHA-1 and the partner not legacy."""
    if not _MICALG.fullmatch(value):
        return ""
    compact = value.lower().removeprefix("rsa-").replace("-", "")
    name = _MICALGS.get(compact, "")
    return "" if name == "sha-1" and "sha-1" not in legacy else name


def write_mdn_options(algorithm: str) -> str:
    """Disposition-Notification-Options that ask for a signed MDN with that MIC algorithm."""
    return f"signed-receipt-protocol=optional, pkcs7-signature; signed-receipt-micalg=optional, {algorithm}"


@lru_cache(maxsize=256)
def _options(value: str) -> Mapping[str, tuple[list[str], bool]]:
    """Values of each parameter in order, and whether it is `required`; parameters in any order, names in any case."""
    options: dict[str, tuple[list[str], bool]] = {}
    for parameter in value.split(";"):
        name, _, text = parameter.partition("=")
        values = [each.strip(' \t"') for each in text.split(",")]
        importance = values[0].lower()
        if importance in ("optional", "required"):
            values = values[1:]
        options.setdefault(name.strip().lower(), ([each for each in values if each], importance == "required"))
    return options


_MICALGS = {name.replace("-", ""): name for name in DIGESTS}
