"""A checked document as loops: by the guide's places, and HL loops by their pointers. Never checks, never fails.

Built apart from checking, so that whoever asks only for a verdict does not pay for the tree.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from gateway.document import Delimiters, Loop, Segment
from gateway.x12.checking.automaton import Automaton, Node, Place
from gateway.x12.guides.registry import Guide


class _Open:
    """A loop that is being filled."""

    __slots__ = ("id", "level", "loops", "number", "parent_number", "segments")

    def __init__(self, id: str) -> None:
        self.id = id
        self.level = self.number = self.parent_number = ""
        self.segments: list[Segment] = []
        self.loops: list[_Open] = []

    def close(self) -> Loop:
        """Frozen, with the loops inside it. Not recursive over HL pointers: those nest as deep as a partner likes."""
        return Loop(
            id=self.id,
            level=self.level,
            segments=tuple(self.segments),
            loops=tuple(loop.close() for loop in self.loops) if self.loops else (),
        )


_DEPTH_MAX = 100
"""HL levels that hang deeper than this stand beside their parent: no real document nests so."""


def flat_tree(raws: Sequence[str], separator: str) -> Loop:
    """All segments in one loop, for a document without a guide."""
    return Loop(id="", segments=tuple(Segment(n, tuple(raw.split(separator))) for n, raw in enumerate(raws, 1)))


def build_tree(guide: Guide, delimiters: Delimiters, raws: Sequence[str]) -> Loop:
    """The document's loops; `raws` are its segments, ST to SE. A segment without a place stays in the open loop."""
    automaton = guide.automaton(delimiters)
    separator = delimiters.element
    root = _Open("")
    stack: list[tuple[Place, _Open]] = [(automaton.places[0], root)]
    levels: list[_Open] = []
    split = [tuple(raw.split(separator)) for raw in raws]
    for position, (elements, node) in enumerate(zip(split, nodes_of(automaton, split), strict=True), 1):
        if position == 1 or node is None:
            stack[-1][1].segments.append(Segment(position, elements))
            continue
        loop = node.loop
        opens = loop.depth > 0 and loop.rule.first is node.rule
        depth = loop.depth if opens else loop.depth + 1
        del stack[max(depth, 1) :]
        if opens:
            opened = _Open(loop.rule.tag)
            if opened.id == "HL":
                opened.number, opened.parent_number, opened.level = (
                    elements[n] if n < len(elements) else "" for n in (1, 2, 3)
                )
                levels.append(opened)
            else:
                stack[-1][1].loops.append(opened)
            stack.append((loop, opened))
        stack[-1][1].segments.append(Segment(position, elements))
    _hang(root, levels)
    return root.close()


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


def _hang(root: _Open, levels: Sequence[_Open]) -> None:
    """Hang each HL loop under the one it points to; one that points nowhere, in a ring or too deep: at the top."""
    by_number: dict[str, _Open] = {}
    for level in levels:
        by_number.setdefault(level.number, level)
    depths: dict[int, int] = {}
    for level in levels:
        trail: list[_Open] = []
        at: _Open | None = level
        while at is not None and id(at) not in depths and at not in trail:
            trail.append(at)
            at = by_number.get(at.parent_number) if at.parent_number else None
        depth = depths.get(id(at), 0) if at is not None and at not in trail else 0
        for step in reversed(trail):
            depth += 1
            depths[id(step)] = depth
    for level in levels:
        parent = by_number.get(level.parent_number) if level.parent_number else None
        hangs = parent is not None and depths[id(parent)] == depths[id(level)] - 1 and depths[id(level)] <= _DEPTH_MAX
        (parent if parent is not None and hangs else root).loops.append(level)
