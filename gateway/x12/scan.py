"""Bytes to raw segments: find interchanges, read their delimiters, take them apart in pieces of bounded size.

Tolerates what a person can read: a byte order mark, blanks and line breaks around, between and inside segments (80
columns), any ISA12, an ISA that is not 106 characters long. `ISA` inside data is data. Bytes count as Latin-1, so
that one character is one byte everywhere. Nothing here knows what a segment means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gateway.document import Delimiters
from gateway.x12.limits import Limits

ISA_ELEMENTS = 16
_ISA_BYTES = 106
_BLANK = b" \t\r\n\0\x1a\xef\xbb\xbf"
_SPACE = " \t\r\n"
_LINE_BREAKS = re.compile(r"[\r\n]")
_START = re.compile(rb"ISA(?=[^A-Za-z0-9 \r\n\t])")


class Header(NamedTuple):
    """An ISA segment: its sixteen elements after the tag, blanks and line breaks at their ends cut away."""

    elements: tuple[str, ...]
    delimiters: Delimiters
    line_break: str
    """What follows each terminator as a rule: "", CR, LF or CRLF."""
    first_byte: int
    end: int
    """Offset behind the terminator and its line break."""


class Piece(NamedTuple):
    """Consecutive segments: `raws` clean, `sources` as they stood, each followed by `gap` bytes."""

    raws: list[str]
    sources: list[str]
    gap: int
    first_byte: int
    unterminated: bool = False
    """The last segment is the end of the message, without a terminator."""
    too_long: bool = False
    """No terminator within the limit: the piece is empty and nothing more can be read."""
    empties: int = 0
    """Empty segments that were skipped."""


class Offsets:
    """Byte offsets of a piece's segments, asked for in rising order."""

    __slots__ = ("_at", "_gap", "_offset", "_sources")

    def __init__(self, piece: Piece) -> None:
        self._sources, self._gap = piece.sources, piece.gap
        self._at, self._offset = 0, piece.first_byte

    def of(self, index: int) -> int:
        """Offset of the segment's first byte; of the piece's end for an index behind the last."""
        if index > self._at:
            between = self._sources[self._at : index]
            self._offset += sum(map(len, between)) + self._gap * len(between)
            self._at = index
        return self._offset


def find_header(data: bytes, start: int, limits: Limits) -> Header | None:
    """The first readable ISA from `start` on; None when there is none."""
    for match in _START.finditer(data, start):
        header = _read_header(data, match.start(), limits)
        if header is not None:
            return header
    return None


def skip_blanks(data: bytes, start: int) -> int:
    """Offset of the first byte that is neither blank, line break, byte order mark nor filler."""
    rest = data[start : start + 4096]
    while rest:
        kept = rest.lstrip(_BLANK)
        if kept:
            return start + len(rest) - len(kept)
        start += len(rest)
        rest = data[start : start + 4096]
    return len(data)


def _read_header(data: bytes, start: int, limits: Limits) -> Header | None:
    text = data[start : start + limits.header_bytes_max].decode("latin-1")
    element = text[3]
    fields = text.split(element, ISA_ELEMENTS)
    if len(fields) <= ISA_ELEMENTS:
        return None
    at = len(text) - len(fields[ISA_ELEMENTS])
    values = [field.strip() for field in fields[1:ISA_ELEMENTS]]
    if "\n" in text[:at] or "\r" in text[:at]:
        values = [_LINE_BREAKS.sub("", value).strip() for value in values]
    # ISA12 is the release; if it is not five digits, this is not an ISA that anybody could have meant.
    if len(values[11]) != 5 or not values[11].isdecimal() or len(text) < at + 2:
        return None
    component, segment = text[at], text[at + 1]
    if segment.isalnum():
        component, segment = _without_component(text, at, element)
        at -= 0 if component else 1
    if segment in ("", element, component):
        return None
    repetition = values[10] if values[11] >= "00402" and len(values[10]) == 1 and not values[10].isalnum() else ""
    line_break = _line_break(text, at + 2, segment)
    delimiters = Delimiters(element, component, segment, repetition)
    end = start + at + 2 + len(line_break)
    return Header((*values, component), delimiters, line_break, start, end)


def _without_component(text: str, at: int, element: str) -> tuple[str, str]:
    """ISA16 left out (`*P*~GS*`): the terminator stands in its place, as what ends the GS shows."""
    ends = re.match(
        rf"(.)GS(?:{re.escape(element)}[^{re.escape(element)}]*){{7}}{re.escape(element)}\w*(\W)", text[at:]
    )
    return ("", ends[1]) if ends and ends[1] == ends[2] else ("", "")


def _line_break(text: str, at: int, segment: str) -> str:
    for candidate in ("\r\n", "\n", "\r"):
        if segment not in candidate and text.startswith(candidate, at):
            return candidate
    return ""


def scan(data: bytes, header: Header, limits: Limits) -> Iterator[Piece]:
    """Segments behind an ISA up to the end of the message, in pieces. The reader stops at IEA and starts anew."""
    at, size = header.end, limits.first_chunk_bytes
    terminator = header.delimiters.segment
    separator = terminator + header.line_break
    while at < len(data):
        text = data[at : at + size].decode("latin-1")
        cut = text.rfind(separator)
        whole = at + size >= len(data)
        if cut < 0 and (cut := text.rfind(terminator)) >= 0:
            separator = terminator
        if cut < 0 and not whole:
            if size > limits.segment_bytes_max:
                yield Piece([], [], 0, at, too_long=True)
                return
            size *= 2
            continue
        end = cut + len(separator) if cut >= 0 else 0
        if end:
            yield _piece(text[:end], separator, terminator, at)
        separator = terminator + header.line_break
        if whole:
            yield from _rest(text, end, at, terminator)
            return
        at += end
        size = min(size * 4, limits.chunk_bytes)


def _piece(text: str, separator: str, terminator: str, at: int) -> Piece:
    """Split a text that ends in the separator; only if it is dirty is every segment looked at."""
    breaks = len(separator) - 1
    count = text.count(separator)
    clean = (
        (terminator == separator or text.count(terminator) == count)
        and text.count("\n") == count * ("\n" in separator)
        and text.count("\r") == count * ("\r" in separator)
        and separator + separator not in text
        and separator + " " not in text
        and text[0] not in _SPACE
        and not text.startswith(separator)
    )
    if clean:
        raws = text.split(separator)
        raws.pop()
        return Piece(raws, raws, 1 + breaks, at)
    sources = text.split(terminator)
    tail = sources.pop()
    cleaned = [_LINE_BREAKS.sub("", source).lstrip(_SPACE) for source in sources]
    kept = [(raw, source) for raw, source in zip(cleaned, sources, strict=True)]
    empties = sum(not raw for raw, _source in kept)
    if empties:
        # An empty segment's bytes are counted with the next one.
        merged: list[tuple[str, str]] = []
        carried = ""
        for raw, source in kept:
            if raw:
                merged.append((raw, carried + source))
                carried = ""
            else:
                carried += source + terminator
        if carried and merged:
            merged[-1] = (merged[-1][0], merged[-1][1] + terminator + carried[:-1])
        kept = merged
    raws = [raw for raw, _source in kept]
    originals = [source for _raw, source in kept]
    if originals and tail:
        originals[-1] += tail  # the line break behind the last terminator
    return Piece(raws, originals, 1, at, empties=0 if terminator in "\r\n" else empties)


def _rest(text: str, end: int, at: int, terminator: str) -> Iterator[Piece]:
    """What stands behind the last regular separator of the message: segments without their line break, a segment cut
    short, or nothing but blanks."""
    cut = text.rfind(terminator, end) + 1
    if cut > end:
        yield _piece(text[end:cut], terminator, terminator, at + end)
        end = cut
    raw = _LINE_BREAKS.sub("", text[end:]).strip(_SPACE + "\0\x1a")
    if raw:
        yield Piece([raw], [text[end:]], 0, at + end, unterminated=True)
