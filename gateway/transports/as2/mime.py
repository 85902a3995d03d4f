"""MIME on raw bytes: headers, parts, transfer encodings. Finds where things lie and never writes them anew.

A signature covers the bytes of a part as they came, so nothing here normalises, folds or decodes what it passes on.
Line ends may be CRLF or LF. Source: RFC 2045, RFC 2046 section 5.1, RFC 5322 section 2.2.3, RFC 2231.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote

from gateway.transports.as2.cms.mistakes import CmsMistake
from gateway.transports.as2.terms import Limits

Fields = Mapping[str, str]
"""Header fields by lower-case name, unfolded; of a field that stands twice the first."""


class Entity(NamedTuple):
    """One MIME entity: its fields, and its body still in its transfer encoding."""

    fields: Fields
    body: bytes


REMEMBERED_BYTES_MAX = 512
"""Heads and values up to this size are remembered by their bytes; longer ones are not worth the room."""

_HEADER_END = re.compile(rb"\r?\n\r?\n|\A\r?\n")
_FOLD = re.compile(rb"\r?\n[ \t]+")
_NAME = re.compile(rb"[!-9;-~]+")
_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s"]*))', re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_WHITE = b" \t\r\n"


def split_entity(data: bytes, limits: Limits) -> Entity:
    """Headers and body of an entity. Raises CmsMistake (`malformed`) for headers that are none, or too many."""
    # The blank line is looked for within the allowed size only, whatever follows.
    found = _HEADER_END.search(data, 0, limits.header_bytes_max + 4)
    if found is None:
        raise CmsMistake("malformed", "a MIME part has no blank line after its headers, or too long ones")
    return Entity(read_fields(data[: found.start()], limits), data[found.end() :])


def split_parts(body: bytes, boundary: str, limits: Limits) -> list[bytes]:
    """The parts of a multipart body, each byte for byte as it came, without the line end before its delimiter.

    The closing delimiter must stand, and nothing but white space after it: a tail that nobody signed is how an
    encrypted message lets its padding be guessed. Raises CmsMistake (`malformed`).
    """
    if not 0 < len(boundary) <= 70:
        raise CmsMistake("malformed", "a multipart has no boundary, or too long a one")
    delimiter = b"--" + boundary.encode("latin-1", "replace")
    parts: list[bytes] = []
    begin = -1
    at = 0
    while True:
        at = body.find(delimiter, at)
        if at < 0:
            raise CmsMistake("malformed", "a multipart has no closing boundary")
        after = at + len(delimiter)
        is_at_line_start = at == 0 or body[at - 1] == 0x0A
        is_closing = body[after : after + 2] == b"--"
        line_end = body.find(b"\n", after, after + 80)
        rest = body[after + 2 if is_closing else after : line_end if line_end >= 0 else after + 80]
        if not is_at_line_start or rest.strip(_WHITE) or (line_end < 0 and not is_closing):
            at = after
            continue
        if begin >= 0:
            parts.append(body[begin : _before_line_end(body, at)])
        if is_closing:
            if body[after + 2 :].strip(_WHITE):
                raise CmsMistake("malformed", "something follows the closing boundary")
            return parts
        if len(parts) >= limits.parts_max:
            raise CmsMistake("malformed", f"more than {limits.parts_max} parts")
        begin = at = line_end + 1


def split_value(value: str) -> tuple[str, Mapping[str, str]]:
    """`Multipart/Signed; micalg="sha-256"` -> ("multipart/signed", {"micalg": "sha-256"}); names come lower case.

    Of a parameter that stands twice the first counts. Extended values (`filename*=UTF-8''...`) are decoded.
    """
    return _remembered_value(value) if len(value) <= REMEMBERED_BYTES_MAX else _split_value(value)


def _split_value(value: str) -> tuple[str, Mapping[str, str]]:
    kind, separator, _ = value.partition(";")
    parameters: dict[str, str] = {}
    if separator:
        for name, quoted, plain in _PARAMETER.findall(value, len(kind)):
            name, text = name.lower(), quoted or plain
            if "\\" in quoted:
                text = _ESCAPED.sub(r"\1", quoted)
            if name.endswith("*"):
                name, text = name[:-1], _extended(text)
            parameters.setdefault(name, text)
    return kind.strip().lower(), parameters


_remembered_value = lru_cache(maxsize=512)(_split_value)


def decode_body(body: bytes, encoding: str) -> bytes:
    """Undo a Content-Transfer-Encoding, named in any case. Raises CmsMistake (`malformed`) for noise."""
    encoding = encoding.strip().lower()
    if encoding in ("", "binary", "8bit", "7bit"):
        return body
    if encoding == "base64":
        try:
            return binascii.a2b_base64(body.translate(None, _WHITE), strict_mode=True)
        except binascii.Error as error:
            raise CmsMistake("malformed", "a body in base64 is damaged") from error
    if encoding == "quoted-printable":
        return binascii.a2b_qp(body)
    raise CmsMistake("malformed", "an unknown Content-Transfer-Encoding")


def read_fields(head: bytes, limits: Limits) -> Fields:
    """Header fields without a body. Raises CmsMistake (`malformed`) for a line that is none, or too many."""
    if len(head) > limits.header_bytes_max:
        raise CmsMistake("malformed", f"headers of more than {limits.header_bytes_max} bytes")
    if head.count(b"\n") >= limits.headers_max:
        raise CmsMistake("malformed", f"more than {limits.headers_max} header lines")
    return _remembered_fields(head) if len(head) <= REMEMBERED_BYTES_MAX else _fields(head)


def _fields(head: bytes) -> Fields:
    fields: dict[str, str] = {}
    if b"\n " in head or b"\n\t" in head:
        head = _FOLD.sub(b" ", head)
    for line in head.split(b"\n") if head else ():
        name, colon, value = line.partition(b":")
        name = name.rstrip(b" \t")
        if not colon or not _NAME.fullmatch(name):
            raise CmsMistake("malformed", "a line among the headers is no header field")
        fields.setdefault(name.decode("ascii").lower(), value.strip().decode("latin-1"))
    return fields


# A partner's products write the same few heads for ever.
_remembered_fields = lru_cache(maxsize=512)(_fields)


def _before_line_end(body: bytes, at: int) -> int:
    """The offset without the line end that ends there: it belongs to the delimiter (RFC 2046 section 5.1.1)."""
    if body[at - 1 : at] == b"\n":
        at -= 1
        if body[at - 1 : at] == b"\r":
            at -= 1
    return at


def _extended(text: str) -> str:
    charset, _, rest = text.partition("'")
    _, _, encoded = rest.partition("'")
    try:
        return unquote(encoded, encoding=charset or "utf-8", errors="replace")
    except LookupError:
        return unquote(encoded, encoding="utf-8", errors="replace")
