"""Names for bytes that are no X12 interchange, so that a message says what came instead."""

from __future__ import annotations

import re

_SIGNS: tuple[tuple[bytes, str], ...] = (
    (rb"UN[AB]", "EDIFACT"),
    (rb"STX=", "TRADACOMS"),
    (rb"(511|711|821|551)\d\d", "VDA"),
    (rb"%PDF", "PDF"),
    (rb"PK\x03\x04", "a ZIP archive or spreadsheet"),
    (rb"\x1f\x8b", "a gzip file"),
    (rb"\xff\xfe|\xfe\xff", "UTF-16 text; send the X12 as single bytes"),
    (rb"<\?xml|<[A-Za-z]", "XML"),
    (rb"[\[{]\s*[\"\[{}\]]", "JSON"),
    (rb"-----BEGIN ", "PEM"),
    (rb"Content-Type:|MIME-Version:", "a MIME message; take the part out of its envelope"),
    (rb"GS[^A-Za-z0-9\s]", "X12 without an ISA"),
    (rb"ST[^A-Za-z0-9\s]\d{3}", "an X12 document without ISA and GS"),
    (rb"ISA", "an ISA that cannot be read: it needs sixteen elements and a release of five digits in ISA12"),
    (rb"[^\n]*,[^\n]*,[^\n]*\n", "perhaps CSV"),
)


def describe(stranger: bytes, at: int, *, alone: bool) -> str:
    """What these bytes look like, and where they stand. `alone`: nothing in the message could be read as X12."""
    head = stranger[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    name = next((name for sign, name in _SIGNS if re.match(sign, head)), "")
    where = "" if alone else f" at byte {at}"
    looks = f"they look like {name}" if name else f'they begin "{begin(head)}"'
    return f"no X12 interchange in these {len(stranger)} bytes{where}: {looks}"


def begin(data: bytes) -> str:
    """The first characters of some bytes, fit to be shown: one line, and a dot for what cannot be printed."""
    first = next(iter(data[:512].lstrip().splitlines()), b"")[:40].decode("latin-1")
    return "".join(letter if letter.isascii() and letter.isprintable() else "." for letter in first)
