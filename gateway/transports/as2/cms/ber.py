"""BER as others write it: a cursor over bytes, with indefinite lengths and bounds on depth and on elements.

Reads only what CMS uses (tags of one byte). Gives offsets, so that nothing is copied before somebody asks for it.
"""

from __future__ import annotations

from gateway.transports.as2.cms.mistakes import CmsMistake

DEPTH_MAX = 16
"""Indefinite lengths inside each other. A message needs six; the bound keeps a nest of them off the stack."""
ELEMENTS_MIN = 4_000
BYTES_PER_ELEMENT = 64
"""Elements allowed are a few thousand and one for so many bytes: a body of two-byte elements is an attack on our
time, while streaming writers cut content into pieces of a thousand bytes and more."""

INTEGER, OCTET_STRING, OID, SEQUENCE, SET = 0x02, 0x04, 0x06, 0x30, 0x31
CONSTRUCTED = 0x20
CONTEXT_0, CONTEXT_1, CONTEXT_2 = 0xA0, 0xA1, 0xA2
PRIMITIVE_0 = 0x80

Element = tuple[int, int, int, int, int]
"""Tag, where the element begins, where its content begins and ends, and where the next element begins."""


class Reader:
    """Reads elements of one buffer. Every method raises CmsMistake (`malformed`) for what is not BER."""

    __slots__ = ("_left", "data")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._left = ELEMENTS_MIN + len(data) // BYTES_PER_ELEMENT

    def element(self, at: int, end: int, depth: int = 0) -> Element:
        """The element at an offset, which must end by `end`."""
        data = self.data
        if at + 2 > end:
            raise CmsMistake("malformed", f"an element is cut off at byte {at}")
        self._left -= 1
        if self._left < 0:
            raise CmsMistake("malformed", "far too many elements for the size")
        tag, length, start = data[at], data[at + 1], at + 2
        if length == 0x80:
            return self._indefinite(tag, at, end, depth)
        if length > 0x80:
            start += length - 0x80
            if length > 0x88 or start > end:
                raise CmsMistake("malformed", f"a length at byte {at} is too long")
            length = int.from_bytes(data[at + 2 : start], "big")
        stop = start + length
        if stop > end or tag & 0x1F == 0x1F:
            raise CmsMistake("malformed", f"an element at byte {at} ends after its parent, or has a long tag")
        return tag, at, start, stop, stop

    def expect(self, tag: int, at: int, end: int) -> Element:
        """The element at an offset, which must have that tag."""
        element = self.element(at, end)
        if element[0] != tag:
            raise CmsMistake("malformed", f"tag {element[0]:#04x} at byte {at} where {tag:#04x} belongs")
        return element

    def children(self, element: Element) -> list[Element]:
        """Every element inside a constructed one, in order."""
        data = self.data
        _, _, at, stop, _ = element
        found: list[Element] = []
        while at < stop:
            start = at + 2
            # The common case is spelled out: a short length is most of what there is to read.
            if start <= stop and (length := data[at + 1]) < 0x80 and data[at] & 0x1F != 0x1F:
                after = start + length
                if after > stop:
                    raise CmsMistake("malformed", f"an element at byte {at} ends after its parent")
                found.append((data[at], at, start, after, after))
                self._left -= 1
                at = after
            else:
                child = self.element(at, stop)
                found.append(child)
                at = child[4]
        if self._left < 0:
            raise CmsMistake("malformed", "far too many elements for the size")
        return found

    def content(self, element: Element) -> bytes:
        return self.data[element[2] : element[3]]

    def whole(self, element: Element) -> bytes:
        """Tag, length and content as they stand in the buffer."""
        return self.data[element[1] : element[4]]

    def octets(self, element: Element, depth: int = 0) -> memoryview:
        """The octets of an OCTET STRING, also under an implicit tag; pieces of a constructed one are joined."""
        tag, _, start, stop, _ = element
        view = memoryview(self.data)
        if not tag & CONSTRUCTED:
            return view[start:stop]
        if depth >= DEPTH_MAX:
            raise CmsMistake("malformed", "an octet string is nested too deep")
        pieces = self.children(element)
        if any(piece[0] & ~CONSTRUCTED != OCTET_STRING for piece in pieces):
            raise CmsMistake("malformed", "an octet string is made of something else")
        return memoryview(b"".join([self.octets(piece, depth + 1) for piece in pieces]))

    def is_definite(self, element: Element) -> bool:
        """True if the element itself says its length; what DER demands of signed attributes at the least."""
        return self.data[element[1] + 1] != 0x80

    def _indefinite(self, tag: int, at: int, end: int, depth: int) -> Element:
        if not tag & CONSTRUCTED or tag & 0x1F == 0x1F or depth >= DEPTH_MAX:
            raise CmsMistake("malformed", f"an indefinite length at byte {at} is primitive or nested too deep")
        inner = start = at + 2
        data = self.data
        while data[inner : inner + 2] != b"\x00\x00":
            inner = self.element(inner, end, depth + 1)[4]
        if inner + 2 > end:
            raise CmsMistake("malformed", f"the element at byte {at} has no end")
        return tag, at, start, inner, inner + 2
