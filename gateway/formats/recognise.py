"""Tell by the first bytes which format a message speaks. A guess at the format only, never at the meaning."""

from __future__ import annotations

from typing import Literal

Format = Literal["x12", "edifact", "json", "xml", "csv", "binary", "empty"]

_MARKS = (b"\xef\xbb\xbf",)
_BINARY = (b"%PDF", b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0", b"\x89PNG", b"MZ", b"\x7fELF")


def recognise(data: bytes) -> Format:
    """`x12` when ISA stands first, `json` for { or [, `xml` for <; what is left is `csv` unless it is binary."""
    head = data[:4096]
    for mark in _MARKS:
        head = head.removeprefix(mark)
    head = head.lstrip(b" \t\r\n\x00")
    if not head:
        return "empty"
    if head[:3] == b"ISA":
        return "x12"
    if head[:3] in (b"UNA", b"UNB"):
        return "edifact"
    if head[:1] in (b"{", b"["):
        return "json"
    if head[:1] == b"<":
        return "xml"
    if head[:4] in (b"\xff\xfe<\x00", b"\xfe\xff\x00<"):
        return "xml"
    if head.startswith(_BINARY) or head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\x00" in head:
        return "binary"
    return "csv"
