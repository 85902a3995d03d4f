"""Where in the message a fault stands: the line and the byte offset of its segment, looked up only for faults.

Checking counts segments and no bytes, so that a clean document pays nothing; what is at fault is found again here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from gateway.document import Fault
from gateway.x12.envelope.header import Header, skip_blanks
from gateway.x12.envelope.scan import Offsets, scan
from gateway.x12.limits import Limits


class Ruler:
    """Lines of one message. Places are asked for roughly in order, so that each byte is counted about once."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._break = b""
        self._offset, self._line = 0, 1

    def line(self, offset: int) -> int:
        """The line that holds the byte at `offset`, from 1. Lines end in LF, or in CR where no LF is."""
        if not self._break:
            self._break = b"\r" if b"\r" in self._data and b"\n" not in self._data else b"\n"
        if offset >= self._offset:
            self._line += self._data.count(self._break, self._offset, offset)
        else:
            self._line -= self._data.count(self._break, offset, self._offset)
        self._offset = offset
        return self._line

    def place(self, fault: Fault, offset: int) -> Fault:
        """The fault with the place of the first byte at or behind `offset` that is no blank."""
        first_byte = skip_blanks(self._data, offset)
        if first_byte >= len(self._data):
            first_byte = offset
        return msgspec.structs.replace(fault, line=self.line(first_byte), first_byte=first_byte)

    def place_all(
        self,
        faults: Sequence[Fault],
        positions: Sequence[int],
        known: Mapping[int, int],
        header: Header,
        span: tuple[int, int],
        limits: Limits,
    ) -> tuple[Fault, ...]:
        """Faults of a document with their places.

        `positions` are those of their segments, ST is 1; `known` has where some of these stand, the others are
        looked for in `span`: the document's first byte and the offset behind it.
        """
        wanted = sorted({*positions} - known.keys() - {1})
        offsets = {1: span[0], **known}
        if wanted:
            offsets |= _segment_offsets(self._data, header, span, wanted, limits)
        placed = zip(faults, positions, strict=True)
        return tuple(self.place(fault, offsets.get(position, span[0])) for fault, position in placed)


def _segment_offsets(
    data: bytes, header: Header, span: tuple[int, int], positions: Sequence[int], limits: Limits
) -> dict[int, int]:
    """Offsets of the segments at these rising positions."""
    first_byte, behind = span
    found: dict[int, int] = {}
    before = 0
    waiting = iter(positions)
    position = next(waiting, 0)
    nearby = limits._replace(first_chunk_bytes=min(limits.first_chunk_bytes, max(behind - first_byte, 1)))
    for piece in scan(data, header._replace(end=first_byte), nearby):
        offsets = Offsets(piece)
        while position and position <= before + len(piece.raws):
            found[position] = offsets.of(position - before - 1)
            position = next(waiting, 0)
        before += len(piece.raws)
        if not position:
            break
    return found
