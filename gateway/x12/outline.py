"""A checked document in which HL levels that are alike stay in rows: a thousand lines need no loop of each.

A level stays in a row where no level hangs below it and every segment stands in the level itself. Whether one does is
asked of the guide once for each order of tags. The rest is put together as `tree.py` does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

from gateway.document import Delimiters, Loop
from gateway.x12.checking.automaton import Automaton, Node
from gateway.x12.checking.levels import LevelTable
from gateway.x12.guides.registry import Guide
from gateway.x12.tree import DEPTH_MAX, Closable, Open, grow, segment_of

CARRIERS_MIN = 8
"""Fewer levels of a kind than this are sooner put together than sorted into rows."""
SHAPES_MAX = 1_000
"""Orders of tags for which an automaton remembers whether a level of them is plain."""


class Leaves(Loop, frozen=True, kw_only=True):
    """Levels that follow one another, all under one parent, by their rows in the sheet."""

    rows: range


class Carrier(Loop, frozen=True, kw_only=True):
    """A level whose own segments are a row of the sheet of its kind; `loops` are the levels below it."""

    row: int


class Sheet(NamedTuple):
    """Segments of levels by their tags, not taken apart; a row for each level, in order of the document."""

    positions: Sequence[int]
    """Of the HL segments, ST being 1."""
    first: Mapping[str, Sequence[str]]
    """The first segment of a tag in each row; "" where it has none."""
    more: Mapping[str, Sequence[tuple[int, str]]]
    """Those that come after it, with their row; of one row in order."""
    separator: str

    def in_order(self, ranges: Sequence[range]) -> Sheet:
        """The same with its rows in another order."""
        at = 0
        for rows in ranges:
            if rows.start != at:
                break
            at = rows.stop
        else:
            return self
        order = [row for rows in ranges for row in rows]
        place_of = {row: n for n, row in enumerate(order)}
        return Sheet(
            [self.positions[row] for row in order],
            {tag: [raws[row] for row in order] for tag, raws in self.first.items()},
            {tag: [(place_of[row], raw) for row, raw in found] for tag, found in self.more.items()},
            self.separator,
        )


class Outline(NamedTuple):
    """`root` is the document's, with `Leaves` in place of the levels that are rows of the sheet, and `Carrier`s."""

    root: Loop
    sheet: Sheet
    carried: Mapping[str, Sheet]
    """Sheets of the carriers, by kind."""


class Wanted(NamedTuple):
    """What somebody wants in rows: the lines, and the levels above them that are carried to the lines; of each kind
    (HL03) the tags that are looked for. A carrier holds no loop but levels."""

    kind: str
    tags: frozenset[str]
    carried: Mapping[str, frozenset[str]]


class _Shape(NamedTuple):
    """Levels with the same tags in the same order, and their segments by place in the level."""

    tags: tuple[str, ...]
    members: list[int]
    columns: list[list[str]]


class _Rows:
    """Leaves, whose parent is being filled."""

    __slots__ = ("kind", "rows")

    def __init__(self, kind: str, rows: range) -> None:
        self.kind, self.rows = kind, rows

    def close(self) -> Leaves:
        return Leaves(id="HL", level=self.kind, rows=self.rows)


class _Carrier:
    """A carrier that is being filled."""

    __slots__ = ("kind", "loops", "row")

    def __init__(self, kind: str, row: int) -> None:
        self.kind, self.row = kind, row
        self.loops: list[Closable] = []

    def close(self) -> Carrier:
        return Carrier(id="HL", level=self.kind, row=self.row, loops=tuple([loop.close() for loop in self.loops]))


def build_outline(
    guide: Guide, delimiters: Delimiters, raws: Sequence[str], levels: LevelTable, wanted: Wanted
) -> Outline | None:
    """See `Body.outline`. `raws` are clean: each has its place in the guide."""
    sorter = _Sorter(guide.automaton(delimiters), raws, levels)
    above = set(levels.parents)
    lines = sorter.sheet(wanted.kind, wanted.tags, [n for n in sorter.of_kind(wanted.kind) if n not in above])
    if lines is None:
        return None
    carried = {}
    for kind, tags in wanted.carried.items():
        levels_above = sorter.of_kind(kind)
        sheet = sorter.sheet(kind, tags, levels_above) if len(levels_above) >= CARRIERS_MIN else None
        if sheet is not None:
            carried[kind] = sheet
    root = sorter.root(wanted.kind)
    return None if root is None else Outline(root, lines, carried)


class _Sorter:
    """Sorts the levels of one document: `row_of` says for each level what its row is, -1 where it has none."""

    def __init__(self, automaton: Automaton, raws: Sequence[str], levels: LevelTable) -> None:
        self.automaton, self.raws, self.levels = automaton, raws, levels
        self.separator = automaton.delimiters.element
        self.starts = [position - 1 for position in levels.positions]
        """Index of each level's HL, and that of what stands behind the last level."""
        self.starts.append(self.end_of_last())
        self.row_of = [-1] * len(levels.kinds)

    def end_of_last(self) -> int:
        automaton, raws, at = self.automaton, self.raws, self.starts[-1]
        node = automaton.levels.get(self.levels.kinds[-1])
        for n in range(at + 1, len(raws)):
            step = automaton.step(node, raws[n].split(self.separator)) if node is not None else None
            if step is not None and step[3].loop.depth == 0:
                return n
            node = step[3] if step is not None else node
        return len(raws)

    def of_kind(self, kind: str) -> list[int]:
        return [n for n, one in enumerate(self.levels.kinds) if one == kind]

    def sheet(self, kind: str, wanted: frozenset[str], members: Sequence[int]) -> Sheet | None:
        """Those of these levels that hold no loop, each given its row; None where there are none."""
        node = self.automaton.levels.get(kind)
        if node is None or not members:
            return None
        shapes = [shape for shape in self.shapes(members) if _is_plain(self.automaton, node, shape.tags)]
        plain = shapes[0].members if len(shapes) == 1 else sorted(n for shape in shapes for n in shape.members)
        if not plain:
            return None
        for row, n in enumerate(plain):
            self.row_of[n] = row
        positions = self.levels.positions
        return Sheet([positions[n] for n in plain], *self.columns(shapes, len(plain), wanted), self.separator)

    def shapes(self, members: Iterable[int]) -> Iterator[_Shape]:
        """The levels by their tags."""
        raws, starts, separator = self.raws, self.starts, self.separator
        sizes: dict[int, list[int]] = {}
        for n in members:
            size = starts[n + 1] - starts[n]
            if size in sizes:
                sizes[size].append(n)
            else:
                sizes[size] = [n]
        for size, alike in sizes.items():
            at = [starts[n] for n in alike]
            columns = [[raws[first + k] for first in at] for k in range(size)]
            tags = tuple([column[0].split(separator, 1)[0] for column in columns])
            if all(
                all(map(str.startswith, column, repeat(tag + separator)))
                for tag, column in zip(tags[1:], columns[1:], strict=True)
            ):
                yield _Shape(tags, alike, columns)
                continue
            found: dict[tuple[str, ...], list[int]] = {}
            for n in alike:
                key = tuple([raw.split(separator, 1)[0] for raw in raws[starts[n] : starts[n + 1]]])
                found.setdefault(key, []).append(n)
            for tags, same in found.items():
                yield _Shape(tags, same, [[raws[starts[n] + k] for n in same] for k in range(size)])

    def columns(
        self, shapes: Sequence[_Shape], size: int, wanted: frozenset[str]
    ) -> tuple[dict[str, list[str]], dict[str, list[tuple[int, str]]]]:
        first: dict[str, list[str]] = {}
        more: dict[str, list[tuple[int, str]]] = {}
        for tags, members, columns in shapes:
            rows = [self.row_of[n] for n in members] if len(shapes) > 1 or len(set(tags)) < len(tags) else []
            for k, (tag, raws) in enumerate(zip(tags, columns, strict=True)):
                if tag not in wanted:
                    continue
                if tag in tags[:k]:
                    more.setdefault(tag, []).extend(zip(rows, raws, strict=True))
                elif len(shapes) == 1:
                    first[tag] = raws
                else:
                    column = first.setdefault(tag, [""] * size)
                    for row, raw in zip(rows, raws, strict=True):
                        column[row] = raw
        return first, more

    def root(self, kind: str) -> Loop | None:
        """Everything but the lines, which are of this kind; None where levels hang too deep."""
        raws, starts, kinds = self.raws, self.starts, self.levels.kinds
        spans = [(0, starts[0]), *[(starts[n], starts[n + 1]) for n, row in enumerate(self.row_of) if row < 0]]
        spans.append((starts[-1], len(raws)))
        kept = [raw for first, end in spans for raw in raws[first:end]]
        places = [place for first, end in spans for place in range(first + 1, end + 1)]
        split = [tuple(raw.split(self.separator)) for raw in kept]
        root, grown = grow(self.automaton, kept, map(segment_of, zip(places, split, strict=True)))
        others = iter(grown)
        loops: dict[int, Open | _Carrier] = {-1: root}
        depths = {-1: 0}
        parents, row_of, behind = self.levels.parents, self.row_of, 0
        inner = [n for n, row in enumerate(row_of) if row < 0 or kinds[n] != kind]
        for n in (*inner, len(kinds)):
            while behind < n:
                parent, first = parents[behind], behind
                behind = n if parents[first:n].count(parent) == n - first else behind + 1
                loops[parent].loops.append(_Rows(kind, range(row_of[first], row_of[first] + behind - first)))
            behind = n + 1
            if n == len(kinds):
                break
            loops[n] = opened = _Carrier(kinds[n], row_of[n]) if row_of[n] >= 0 else next(others)
            depths[n] = depths[parents[n]] + 1
            if depths[n] > DEPTH_MAX:
                return None
            loops[parents[n]].loops.append(opened)
        return root.close()


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
