"""Flat files whose records differ by type: records become segments, nested as the map nests its loops."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gateway.document import Fault, Loop, Segment
from gateway.formats.shape import FileShape

Record = tuple[int, str, Sequence[str]]
"""Line, record type, cells in the order of its layout."""


def nest_records(records: Iterable[Record], shape: FileShape, faults: list[Fault]) -> Loop:
    """The records as loops.

    `shape.nesting` tells which types open a loop, and in which loop that stands; `shape.homes`, in which open loop a
    record of another type belongs. Where `each:` names a type, every record of it begins a loop of its own below the
    root, and what stands before the first is the root's.
    """
    root = _Open("")
    stack = [root]
    for line, kind, cells in records:
        segment = Segment(line, (kind, *cells))
        if kind == shape.each:
            stack = [root, root.inner(kind, segment)]
            continue
        if kind in shape.nesting:
            parent = shape.nesting[kind]
            at = _depth_of(stack, parent, shape)
            if at is None:
                text = f"line {line}: record {kind} stands outside a {parent}"
                faults.append(Fault(code="nesting", text=text, level="document", segment=line, line=line))
                continue
            stack = [*stack[:at], stack[at - 1].inner(kind, segment)]
            continue
        homes = shape.homes.get(kind, frozenset())
        home = next((one for one in reversed(stack) if one.kind in homes), None)
        (home or stack[1 if shape.each and len(stack) > 1 else 0]).segments.append(segment)
    return root.loop()


def _depth_of(stack: list[_Open], parent: str, shape: FileShape) -> int | None:
    """How many open loops stay open when a loop within `parent` opens; None where that is not open."""
    if not parent:
        return 2 if shape.each and len(stack) > 1 else 1
    for at in range(len(stack), 0, -1):
        if stack[at - 1].kind == parent:
            return at
    return None


class _Open:
    """A loop in the making."""

    __slots__ = ("kind", "loops", "segments")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.segments: list[Segment] = []
        self.loops: list[_Open] = []

    def inner(self, kind: str, segment: Segment) -> _Open:
        made = _Open(kind)
        made.segments.append(segment)
        self.loops.append(made)
        return made

    def loop(self) -> Loop:
        return Loop(id=self.kind, segments=tuple(self.segments), loops=tuple(one.loop() for one in self.loops))
