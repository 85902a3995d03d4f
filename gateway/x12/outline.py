"""A checked document as its HL levels, whose segments stay raw: a thousand lines need no loop of each.

Of a level it tells the shape, by which whoever reads many remembers how. What is to be looked into is a scope, which
puts loops together, as `tree.py` does it, once somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from gateway.document import Delimiters, Loop, Segment
from gateway.x12.checking.automaton import Automaton, Node, Step
from gateway.x12.checking.levels import LevelTable
from gateway.x12.guides.registry import Guide
from gateway.x12.tree import DEPTH_MAX, grow, segment_of

SHAPES_MAX = 1_000
"""Orders of tags for which an automaton remembers whether a level of them is plain."""

Choices = Mapping[str, Sequence[int]]
"""By tag, those of its elements whose texts say what others mean: qualifiers. In ascending order."""


class Spot(NamedTuple):
    """A segment of a level, as far as levels are alike in it."""

    tag: str
    width: int
    """Its elements, the tag being one."""
    choices: tuple[str, ...]
    """The texts of those elements that choose, as many as it has."""


Shape = tuple[Spot, ...]
"""Of a level, HL first."""


class Leaves:
    """Lines that follow one another, all under one parent and none above another level, by their numbers from 0."""

    __slots__ = ("members",)

    def __init__(self, members: range) -> None:
        self.members = members


class Scope:
    """A level whose segments may stand in loops inside it, or the document itself, with the levels below it."""

    __slots__ = ("_loop", "_outline", "_reach", "_spans", "anchor", "level", "loops", "member")

    def __init__(self, outline: Outline, level: str, member: int, spans: Sequence[tuple[Node, int, int]]) -> None:
        self.level, self.member, self.anchor = level, member, spans[0][1] + 1
        self.loops: list[Scope | Leaves] = []
        self._outline, self._spans = outline, spans
        self._reach: list[Segment] | None = None
        self._loop: Loop | None = None

    @property
    def reach(self) -> list[Segment]:
        """Its own segments, and after them those that open a loop in it."""
        if self._reach is None:
            self._reach = self._outline.reach(self._spans)
        return self._reach

    @property
    def loop(self) -> Loop:
        """All segments of it in their loops, without the levels below it."""
        if self._loop is None:
            self._loop = self._outline.loop(self._spans)
        return self._loop


def build_outline(
    guide: Guide, delimiters: Delimiters, raws: Sequence[str], levels: LevelTable, line: str
) -> Outline | None:
    """See `Body.outline`. `raws` are clean: each has its place in the guide."""
    automaton = guide.automaton(delimiters)
    if not automaton.levels.keys() >= set(levels.kinds):
        return None
    outline = Outline(automaton, raws, levels)
    return outline if outline.hang(line) else None


class Outline:
    """The levels of one document. `root` is the document itself, with those at the top below it."""

    def __init__(self, automaton: Automaton, raws: Sequence[str], levels: LevelTable) -> None:
        self.raws = raws
        self.separator = automaton.delimiters.element
        self.starts = [position - 1 for position in levels.positions]
        """Index of each level's HL in `raws`, and that of what stands behind the last level."""
        self._automaton, self._levels = automaton, levels
        behind = self._end_of_last()
        spans = (automaton.start[3], 0, self.starts[0]), (behind, self.starts[-1], len(raws))
        self.root = Scope(self, "", -1, spans)

    def _end_of_last(self) -> Node:
        """The place of the last segment of the last level."""
        raws, starts, node = self.raws, self.starts, self._automaton.levels[self._levels.kinds[-1]]
        for at in range(starts[-1] + 1, len(raws)):
            step = _step(self._automaton, node, raws[at], raws[at].split(self.separator))
            if step is None:
                continue
            if step[3].loop.depth == 0:
                starts.append(at)
                return node
            node = step[3]
        starts.append(len(raws))
        return node

    def hang(self, line: str) -> bool:
        """Hang the levels, of which those of kind `line` are the lines; False where they hang too deep."""
        kinds, parents = self._levels.kinds, self._levels.parents
        above, root = set(parents), self.root
        loops, depths, behind = {-1: root}, {-1: 0}, 0
        inner = [n for n, kind in enumerate(kinds) if kind != line or n in above]
        for n in (*inner, len(kinds)):
            while behind < n:
                parent, first = parents[behind], behind
                behind = n if parents[first:n].count(parent) == n - first else behind + 1
                loops[parent].loops.append(Leaves(range(first, behind)))
            behind = n + 1
            if n == len(kinds):
                break
            parent = parents[n]
            loops[n] = opened = self.scope(n)
            depths[n] = depths[parent] + 1
            if depths[n] > DEPTH_MAX:
                return False
            loops[parent].loops.append(opened)
        return True

    def scope(self, n: int) -> Scope:
        """A level by its number, with nothing below it."""
        kind = self._levels.kinds[n]
        return Scope(self, kind, n, ((self._automaton.levels[kind], self.starts[n], self.starts[n + 1]),))

    def shape(self, n: int, choices: Choices) -> Shape:
        """What a level is like."""
        found = []
        for raw in self.raws[self.starts[n] : self.starts[n + 1]]:
            elements = raw.split(self.separator)
            tag, width = elements[0], len(elements)
            at = choices.get(tag, ())
            found.append(Spot(tag, width, tuple([elements[n] for n in at if n < width]) if at else ()))
        return tuple(found)

    def is_plain(self, n: int, shape: Shape) -> bool:
        """Every segment of a level of that shape stands in the level itself, and none may open a loop in it."""
        node = self._automaton.levels[self._levels.kinds[n]]
        return _is_plain(self._automaton, node, tuple([spot.tag for spot in shape]))

    def reach(self, spans: Sequence[tuple[Node, int, int]]) -> list[Segment]:
        """See `Scope.reach`. Each span has the place of its first segment, or for a later one, of what was before."""
        automaton, separator = self._automaton, self.separator
        own: list[Segment] = []
        inner: list[Segment] = []
        base = place = spans[0][0].loop
        for node, first, end in spans:
            for position, raw in enumerate(self.raws[first:end], first + 1):
                elements = tuple(raw.split(separator))
                step = _step(automaton, node, raw, elements) if own else None
                if step is not None:
                    node = step[3]
                    place = node.loop
                if place is base:
                    own.append(segment_of((position, elements)))
                elif step is not None and place.depth == base.depth + 1 and place.rule.children[0] is node.rule:
                    inner.append(segment_of((position, elements)))
        return own + inner if inner else own

    def loop(self, spans: Sequence[tuple[Node, int, int]]) -> Loop:
        """See `Scope.loop`."""
        raws = [raw for _, first, end in spans for raw in self.raws[first:end]]
        places = [place for _, first, end in spans for place in range(first + 1, end + 1)]
        split = [tuple(raw.split(self.separator)) for raw in raws]
        root, levels = grow(self._automaton, raws, map(segment_of, zip(places, split, strict=True)))
        return (levels[0] if levels else root).close()


def _step(automaton: Automaton, node: Node, raw: str, elements: Sequence[str]) -> Step | None:
    """As `Automaton.step`, first looking among the steps that are known."""
    step = automaton.row(node).get(raw[:3])
    if step is None or step[3].rule.tag != elements[0]:
        return automaton.step(node, elements)
    if step[2] is None or step[2].keyed is None:
        return step
    at, steps, other = step[2].keyed
    return steps.get(elements[at] if at < len(elements) else "", other)


def _is_plain(automaton: Automaton, level: Node, tags: tuple[str, ...]) -> bool:
    """Every segment of the tags stands in the level itself; False where one opens a loop inside it, or may do so."""
    known = automaton.plain.get((level.number, tags))
    if known is None:
        if len(automaton.plain) >= SHAPES_MAX:
            automaton.plain.clear()
        known = automaton.plain[level.number, tags] = _stand_inside(automaton, level, tags)
    return known


def _stand_inside(automaton: Automaton, level: Node, tags: tuple[str, ...]) -> bool:
    nodes = {level.number: level}
    for tag in tags[1:]:
        following: dict[int, Node] = {}
        for node in nodes.values():
            step = automaton.resolve(node, tag)
            if step is None:
                continue
            keyed = step[2].keyed if step[2] is not None else None
            for one in (step,) if keyed is None else (*keyed.steps.values(), keyed.other):
                if one[3].loop is not level.loop:
                    return False
                following[one[3].number] = one[3]
        nodes = following
    return bool(nodes)
