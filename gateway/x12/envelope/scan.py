"""Bytes behind an ISA to raw segments, taken apart in pieces of bounded size.

Tolerates what a person can read: blanks and line breaks between and inside segments (80 columns). Bytes count as
Latin-1, so that one character is one byte everywhere. Nothing here knows what a segment means.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gateway.x12.envelope.header import Header
from gateway.x12.limits import Limits

_SPACE = " \t\r\n"
_LINE_BREAKS = re.compile(r"[\r\n]")


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


def scan(data: bytes, header: Header, limits: Limits, stop: int | None = None) -> Iterator[Piece]:
    """Segments behind an ISA up to the end of the message, or the offset `stop`, in pieces. The reader stops at IEA
    and starts anew."""
    stop = len(data) if stop is None else stop
    at, size = header.end, limits.first_chunk_bytes
    terminator = header.delimiters.segment
    separator = terminator + header.line_break
    while at < stop:
        text = data[at : min(at + size, stop)].decode("latin-1")
        cut = text.rfind(separator)
        whole = at + size >= stop
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
    if separator == terminator and separator not in _SPACE:
        clean = "\n" not in text and "\r" not in text
    else:
        count = text.count(separator)
        clean = (
            (terminator == separator or text.count(terminator) == count)
            and text.count("\n") == count * ("\n" in separator)
            and text.count("\r") == count * ("\r" in separator)
        )
    clean = (
        clean
        and separator + separator not in text
        and separator + " " not in text
        and text[0] not in _SPACE
        and not text.startswith(separator)
    )
    if clean:
        raws = text.split(separator)
        raws.pop()
        return Piece(raws, raws, len(separator), at)
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
            merged[-1] = (merged[-1][0], merged[-1][1] + terminator + carried.removesuffix(terminator))
        kept = merged
    raws = [raw for raw, _source in kept]
    originals = [source for _raw, source in kept]
    if originals and tail:
        originals[-1] += tail  # the line break behind the last terminator
    return Piece(raws, originals, len(terminator), at, empties=0 if terminator in "\r\n" else empties)


def _rest(text: str, end: int, at: int, terminator: str) -> Iterator[Piece]:
    """What stands behind the last regular separator of the message: segments without their line break, a segment cut
    short, or nothing but blanks."""
    cut = text.rfind(terminator, end)
    if cut >= 0:
        cut += len(terminator)
        yield _piece(text[end:cut], terminator, terminator, at + end)
        end = cut
    raw = _LINE_BREAKS.sub("", text[end:]).strip(_SPACE + "\0\x1a")
    if raw:
        yield Piece([raw], [text[end:]], 0, at + end, unterminated=True)
