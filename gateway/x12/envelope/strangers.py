"""Names for bytes that are no X12 interchange, so that a message says what came instead and what to do about it.

A guess by the first bytes, never an opinion on what they hold. Nothing is unpacked but the beginning of a gzip file.
"""

from __future__ import annotations

import re
import zlib
from functools import cache
from typing import NamedTuple

_HEAD_BYTES = 4096


class Stranger(NamedTuple):
    """What bytes look like, with its article where it needs one, and what whoever sent them can do."""

    name: str
    mend: str


_AS_X12 = "send X12, or have it translated first"
_ALONE = "send it as a message of its own"
_UNPACK = "unpack it, and send the files that it holds"
_DATA = "ask for the data behind it"
_DECRYPT = "take it out of its envelope first, or send it over AS2"
_SINGLE_BYTES = "send the X12 as single bytes"
_TEXT = "send it as it was written, byte for byte"

_SIGNS: tuple[tuple[bytes, Stranger], ...] = (
    (rb"UN[AB][^A-Za-z0-9]", Stranger("UN/EDIFACT", _AS_X12)),
    (rb"UNH[^A-Za-z0-9]", Stranger("a UN/EDIFACT message without its UNB", _AS_X12)),
    (rb"STX=", Stranger("TRADACOMS", _AS_X12)),
    (rb"511\d\d", Stranger("VDA 4905, a call-off", _AS_X12)),
    (rb"551\d\d", Stranger("VDA 4915, a detailed call-off", _AS_X12)),
    (rb"711\d\d", Stranger("VDA 4913, a delivery note", _AS_X12)),
    (rb"821\d\d", Stranger("VDA 4906, an invoice", _AS_X12)),
    (rb"EDI_DC", Stranger("an SAP IDoc", _AS_X12)),
    (rb"MSH\|", Stranger("HL7", _AS_X12)),
    (rb"%PDF", Stranger("a PDF", _DATA)),
    (rb"\x89PNG|\xff\xd8\xff|GIF8|II\x2a\0|MM\0\x2a", Stranger("a picture", _DATA)),
    (rb"PK\x03\x04.{26}(?:\[Content_Types\]|_rels/|xl/|word/|mimetype)", Stranger("an Office document", _DATA)),
    (rb"\xd0\xcf\x11\xe0", Stranger("an old Office document", _DATA)),
    (rb"PK\x03\x04|PK\x05\x06", Stranger("a ZIP archive", _UNPACK)),
    (rb"\x1f\x8b", Stranger("a gzip file", _UNPACK)),
    (rb"BZh|7z\xbc\xaf|Rar!|\xfd7zXZ|\x28\xb5\x2f\xfd|\x1f\x9d", Stranger("an archive", _UNPACK)),
    (rb"\xff\xfe\0\0|\0\0\xfe\xff|(?:\0\0\0[ -~]){2}|(?:[ -~]\0\0\0){2}", Stranger("UTF-32 text", _SINGLE_BYTES)),
    (rb"\xff\xfe|\xfe\xff|(?:[ -~]\0){4}|(?:\0[ -~]){4}", Stranger("UTF-16 text", _SINGLE_BYTES)),
    (rb"\xc9\xe2\xc1|\xe4\xd5[\xc1\xc2]", Stranger("EBCDIC text", "send it in ASCII")),
    (rb"-----BEGIN PGP|\x85[\x01-\x04]|\x84\x8c", Stranger("a PGP message", _DECRYPT)),
    (rb"-----BEGIN ", Stranger("PEM", _DECRYPT)),
    (rb"\x30[\x80-\x84].{0,4}\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07", Stranger("an S/MIME envelope", _DECRYPT)),
    (
        rb"(?i:Content-|MIME-|From|To|Received|Return-Path|Subject|Date|Message-ID)[A-Za-z-]*: ?[^\r\n]*\r?\n"
        rb"(?:[A-Za-z-]+: |[ \t]|\r?\n)",
        Stranger("a MIME message", "take the part out of its envelope"),
    ),
    (rb"(?i:Content-[A-Za-z-]+|MIME-Version): ?", Stranger("a MIME message", "take the part out of its envelope")),
    (
        rb"(?i:<!doctype html|<html|<head|<body)",
        Stranger("HTML", "it is perhaps the page of an error or of a login: fetch the file itself"),
    ),
    (rb"<\?xml|<[A-Za-z]|<!--|<!DOCTYPE", Stranger("XML", _AS_X12)),
    (rb"[\[{]\s*[\"\[{}\]]", Stranger("JSON", _ALONE)),
    (rb"GS[^A-Za-z0-9\s]", Stranger("X12 without an ISA", "send the whole interchange, ISA to IEA")),
    (
        rb"ST[^A-Za-z0-9\s]\d{3}",
        Stranger("an X12 document without ISA and GS", "send the whole interchange, ISA to IEA"),
    ),
    (rb"ICS[^A-Za-z0-9\s]|BG[^A-Za-z0-9\s]", Stranger("an interchange older than the ISA", "send X12 in an ISA")),
    (
        rb"ISA[^A-Za-z0-9\s]",
        Stranger("an ISA that cannot be read", "it needs sixteen elements and a release of five digits in ISA12"),
    ),
    (rb"(?i:isa)[^A-Za-z0-9\s]", Stranger("X12 in small letters", _TEXT)),
    (rb"[\"'`>|]+\s*ISA[^A-Za-z0-9\s]", Stranger("X12 in quotation marks", _TEXT)),
    (rb"(?:SVNB|VU5[BC])[A-Za-z0-9+/]{8}", Stranger("Base64", "decode it, and send what it holds")),
    (rb"(?:49|55|69)(?:[0-9A-Fa-f]{2} ?){12}", Stranger("hexadecimal text", _TEXT)),
    (
        rb"(?i://|\$\$|\*\*\*)[^\r\n]*(?:JOB|ADD|BATCH|MAILBOX|ID=)",
        Stranger("cards of a mailbox or job", "leave them out"),
    ),
    (rb"[^\n,]*,[^\n,]*,[^\n]*\n", Stranger("perhaps CSV", _ALONE)),
    (rb"[^\n;]*;[^\n;]*;[^\n]*\n", Stranger("perhaps CSV with semicolons", _ALONE)),
    (rb"[^\n\t]*\t[^\n\t]*\t[^\n]*\n", Stranger("perhaps CSV with tabs", _ALONE)),
)
_EDIFACT_TYPE = re.compile(rb"UNH[^A-Za-z0-9]\w{1,14}[^A-Za-z0-9]([A-Z]{6})[^A-Za-z]")
_XML_ROOT = re.compile(rb"<(?:[A-Za-z_][\w.-]*:)?([A-Za-z_][\w.-]{0,40})[\s/>]")
_TRADACOMS_TYPE = re.compile(rb"MHD=\d+\+([A-Z]{6})")


@cache
def _signs() -> tuple[tuple[re.Pattern[bytes], Stranger], ...]:
    return tuple((re.compile(sign, re.DOTALL), stranger) for sign, stranger in _SIGNS)


def recognise_stranger(data: bytes) -> Stranger | None:
    """What some bytes look like, by their beginning; None when they look like nothing known."""
    head = data[:_HEAD_BYTES].lstrip(b"\xef\xbb\xbf \t\r\n")
    found = next((stranger for sign, stranger in _signs() if sign.match(head)), None)
    if found is None:
        return None
    detail = _detail(found.name, head)
    return found._replace(name=f"{found.name} ({detail})") if detail else found


def _detail(name: str, head: bytes) -> str:
    """What more can be said of some formats: the type of message, the element that holds all, what is packed."""
    patterns = {"UN/EDIFACT": _EDIFACT_TYPE, "TRADACOMS": _TRADACOMS_TYPE, "XML": _XML_ROOT}
    if name in patterns:
        types = dict.fromkeys(kind.decode("ascii", "replace") for kind in patterns[name].findall(head))
        return next(iter(types), "")
    if name == "a gzip file":
        try:
            inside = zlib.decompressobj(wbits=31).decompress(head, 64)
        except zlib.error:
            return ""
        packed = "X12" if inside.lstrip(b"\xef\xbb\xbf \t\r\n")[:3] == b"ISA" else ""
        return packed or getattr(recognise_stranger(inside), "name", "")
    return ""


def describe(data: bytes, start: int, stop: int, line: int, *, alone: bool) -> str:
    """What the bytes of a message from `start` to `stop` look like, and where they stand.

    `alone`: nothing in the message could be read as X12.
    """
    head = data[start : min(stop, start + _HEAD_BYTES)]
    found = recognise_stranger(head)
    where = "" if alone else f" at byte {start}, line {line}"
    looks = f"they look like {found.name}: {found.mend}" if found else f'they begin "{begin(head)}"'
    return f"no X12 interchange in these {stop - start} bytes{where}: {looks}"


def begin(data: bytes) -> str:
    """The first characters of some bytes, fit to be shown: one line, and a dot for what cannot be printed."""
    head = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip()
    first = next(iter(head.splitlines()), b"")[:40].decode("latin-1")
    return "".join(letter if letter.isascii() and letter.isprintable() else "." for letter in first)
