"""A checked document as loops: by the guide's places, and HL loops by their pointers. Never checks, never fails.

Built apart from checking, so that whoever asks only for a verdict does not pay for the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Protocol

from gateway.document import Delimiters, Loop, Segment
from gateway.x12.checking.automaton import Automaton, Node, Place
from gateway.x12.guides.registry import Guide


class Closable(Protocol):
    """What becomes a loop when all is known."""

    def close(self) -> Loop:
        """The loop, frozen."""


class Open:
    """A loop that is being filled."""

    __slots__ = ("id", "level", "loops", "number", "parent_number", "segments")

    def __init__(self, id: str) -> None:
        self.id = id
        self.level = self.number = self.parent_number = ""
        self.segments: list[Segment] = []
        self.loops: list[Closable] = []

    def close(self) -> Loop:
        """Frozen, with the loops inside it. Not recursive over HL pointers: those nest as deep as a partner likes."""
        return Loop(
            id=self.id,
            level=self.level,
            segments=tuple(self.segments),
            loops=tuple([loop.close() for loop in self.loops]) if self.loops else (),
        )


DEPTH_MAX = 100
"""HL levels that hang deeper than this stand beside their parent: no real document nests so."""


segment_of = partial(tuple.__new__, Segment)
"""A `Segment` of a position and its elements, without the detour over its keywords."""


def flat_tree(raws: Sequence[str], separator: str) -> Loop:
    """All segments in one loop, for a document without a guide."""
    return Loop(id="", segments=tuple(_segments(raws, separator)))


def _segments(raws: Sequence[str], separator: str) -> Iterator[Segment]:
    return map(segment_of, enumerate([tuple(raw.split(separator)) for raw in raws], 1))


def build_tree(guide: Guide, delimiters: Delimiters, raws: Sequence[str]) -> Loop:
    """The document's loops; `raws` are its segments, ST to SE. A segment without a place stays in the open loop."""
    root, levels = grow(guide.automaton(delimiters), raws, _segments(raws, delimiters.element))
    _hang(root, levels)
    return root.close()


def grow(automaton: Automaton, raws: Iterable[str], segments: Iterable[Segment]) -> tuple[Open, list[Open]]:
    """The outermost loop, and the HL levels in their order, which hang nowhere yet. `segments` are the `raws` split,
    each with its position in the document, ST first; HL levels may be left out whole."""
    root = Open("")
    stack: list[tuple[Place, Open]] = [(automaton.places[0], root)]
    levels: list[Open] = []
    row, _, _, node = automaton.start
    place, add = automaton.places[0], root.segments.append
    for raw, segment in zip(raws, segments, strict=True):
        elements = segment[1]
        step = row.get(raw[:3])
        note = step[2] if step is not None else None
        if note is not None and note.keyed is not None:
            at, steps, other = note.keyed
            step = steps.get(elements[at] if at < len(elements) else "", other)
        if step is None or step[3].rule.tag != elements[0]:
            # Met for the first time, ST, a stranger, or a longer tag that only begins like another.
            step = automaton.step(node, elements) if segment[0] > 1 else None
            if step is None:
                add(segment)
                continue
        row, _, _, node = step
        loop = node.loop
        opens = loop.rule.children[0] is node.rule and loop.depth > 0
        if opens or loop is not place:
            del stack[max(loop.depth if opens else loop.depth + 1, 1) :]
            if opens:
                opened = _open(elements, stack[-1][1], levels)
                stack.append((loop, opened))
            place, add = loop, stack[-1][1].segments.append
        add(segment)
    return root, levels


def _open(elements: tuple[str, ...], parent: Open, levels: list[Open]) -> Open:
    """The loop that a segment opens; HL levels are hung by their pointers when all are known."""
    opened = Open(elements[0])
    if opened.id == "HL":
        opened.number, opened.parent_number, opened.level = (*elements[1:4], "", "", "")[:3]
        levels.append(opened)
    else:
        parent.loops.append(opened)
    return opened


def nodes_of(automaton: Automaton, segments: Iterable[Sequence[str]]) -> Iterator[Node | None]:
    """The guide's place of each segment, ST first, in the order of the document; None where it has none."""
    node = automaton.start[3]
    for position, elements in enumerate(segments):
        step = automaton.step(node, elements)
        if position == 0:
            yield node
            continue
        if step is None:
            yield None
            continue
        node = step[3]
        yield node


def _hang(root: Open, levels: Sequence[Open]) -> None:
    """Hang each HL loop under the one it points to; one that points nowhere, in a ring or too deep: at the top."""
    if _hang_plainly(root, levels):
        return
    by_number: dict[str, Open] = {}
    for level in levels:
        by_number.setdefault(level.number, level)
    depths: dict[int, int] = {}
    for level in levels:
        trail: list[Open] = []
        at: Open | None = level
        while at is not None and id(at) not in depths and at not in trail:
            trail.append(at)
            at = by_number.get(at.parent_number) if at.parent_number else None
        depth = depths.get(id(at), 0) if at is not None and at not in trail else 0
        for step in reversed(trail):
            depth += 1
            depths[id(step)] = depth
    for level in levels:
        parent = by_number.get(level.parent_number) if level.parent_number else None
        hangs = parent is not None and depths[id(parent)] == depths[id(level)] - 1 and depths[id(level)] <= DEPTH_MAX
        (parent if parent is not None and hangs else root).loops.append(level)


def _hang_plainly(root: Open, levels: Sequence[Open]) -> bool:
    """Hang levels that are numbered once each and point back, as they should be; False, with nothing done, if not."""
    depths: dict[str, int] = {"": 0}
    parents: dict[str, Open] = {"": root}
    for level in levels:
        depth = depths.get(level.parent_number, DEPTH_MAX) + 1
        if depth > DEPTH_MAX or level.number in parents:
            return False
        depths[level.number], parents[level.number] = depth, level
    for level in levels:
        parents[level.parent_number].loops.append(level)
    return True
