"""A checked document in which HL levels that are alike stay in rows: a thousand lines need no loop of each.

A level stays in a row where no level hangs below it and every segment stands in the level itself. Whether one does is
asked of the guide once for each order of tags. The rest is put together as `tree.py` does it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from gateway.document import Delimiters, Loop
from gateway.x12.checking.automaton import Automaton, Node
from gateway.x12.checking.levels import LevelTable
from gateway.x12.guides.registry import Guide
from gateway.x12.tree import DEPTH_MAX, grow, segment_of


class Leaves(Loop, frozen=True, kw_only=True):
    """Levels that follow one another under one parent, by their rows in the sheet."""

    rows: Sequence[int]


class Sheet(NamedTuple):
    """Segments of levels by their tags, not taken apart; a row for each level, in order of the document."""

    positions: Sequence[int]
    """Of the HL segments, ST being 1."""
    first: Mapping[str, Sequence[str]]
    """The first segment of a tag in each row; "" where it has none."""
    more: Mapping[str, Sequence[tuple[int, str]]]
    """Those that come after it, with their row; of one row in order."""
    separator: str

    def in_order(self, rows: Sequence[int]) -> Sheet:
        """The same with its rows in another order."""
        if all(map(int.__eq__, rows, range(len(rows)))):
            return self
        place_of = {row: n for n, row in enumerate(rows)}
        return Sheet(
            [self.positions[row] for row in rows],
            {tag: [raws[row] for row in rows] for tag, raws in self.first.items()},
            {tag: [(place_of[row], raw) for row, raw in found] for tag, found in self.more.items()},
            self.separator,
        )


class Outline(NamedTuple):
    """`root` is the document's, with `Leaves` in place of the levels that are rows of the sheet."""

    root: Loop
    sheet: Sheet


class _Rows:
    """Leaves that are being filled."""

    __slots__ = ("kind", "rows")

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.rows: list[int] = []

    def close(self) -> Leaves:
        return Leaves(id="HL", level=self.kind, rows=self.rows)


def build_outline(
    guide: Guide, delimiters: Delimiters, raws: Sequence[str], levels: LevelTable, kind: str, wanted: frozenset[str]
) -> Outline | None:
    """See `Body.outline`. `raws` are clean: each has its place in the guide."""
    automaton, (positions, parents, kinds) = guide.automaton(delimiters), levels
    node, last = automaton.levels.get(kind), automaton.levels.get(kinds[-1])
    if node is None or last is None:
        return None
    above = set(parents)
    leaves = [n for n, one in enumerate(kinds) if one == kind and n not in above]
    starts = [position - 1 for position in positions]
    starts.append(_end_of_level(automaton, last, raws, starts[-1]))
    shapes = [
        (tags, members)
        for prefixes, members in _by_shape(raws, starts, leaves).items()
        if (tags := _tags_of(automaton, node, prefixes)) is not None
    ]
    if not shapes:
        return None
    plain = shapes[0][1] if len(shapes) == 1 else sorted(n for _, members in shapes for n in members)
    row_of = {n: row for row, n in enumerate(plain)}
    root = _root(automaton, raws, starts, parents, kind, row_of)
    if root is None:
        return None
    columns = _columns(raws, starts, shapes, row_of, wanted)
    return Outline(root, Sheet([positions[n] for n in plain], *columns, delimiters.element))


def _by_shape(raws: Sequence[str], starts: Sequence[int], leaves: Iterable[int]) -> dict[tuple[str, ...], list[int]]:
    """The levels whose segments begin alike, by the first three characters of each."""
    sizes: dict[int, list[int]] = {}
    for n in leaves:
        size = starts[n + 1] - starts[n]
        if size in sizes:
            sizes[size].append(n)
        else:
            sizes[size] = [n]
    found: dict[tuple[str, ...], list[int]] = {}
    for size, members in sizes.items():
        alike = [{raws[starts[n] + k][:3] for n in members} for k in range(size)]
        if all(len(one) == 1 for one in alike):
            found[tuple([prefix for one in alike for prefix in one])] = members
            continue
        for n in members:
            found.setdefault(tuple([raw[:3] for raw in raws[starts[n] : starts[n + 1]]]), []).append(n)
    return found


def _tags_of(automaton: Automaton, level: Node, prefixes: tuple[str, ...]) -> tuple[str, ...] | None:
    """The tags of a level's segments; None where one of them stands in a loop inside it, or may do so."""
    separator = automaton.delimiters.element
    tags = tuple([prefix.split(separator, 1)[0] for prefix in prefixes])
    nodes = {level.number: level}
    for tag in tags[1:]:
        following: dict[int, Node] = {}
        for node in nodes.values():
            step = automaton.resolve(node, tag)
            if step is None:
                continue
            keyed = step[2].keyed if step[2] is not None else None
            for one in (step,) if keyed is None else (*keyed.steps.values(), keyed.other):
                if one[3].loop is not level.loop or one[3].rule.tag != tag:
                    return None
                following[one[3].number] = one[3]
        nodes = following
    return tags if nodes else None


def _end_of_level(automaton: Automaton, level: Node, raws: Sequence[str], at: int) -> int:
    """The index behind the last segment of the level that begins at an index, and of what stands in it."""
    node, separator = level, automaton.delimiters.element
    for n in range(at + 1, len(raws)):
        step = automaton.step(node, raws[n].split(separator))
        if step is not None and step[3].loop.depth == 0:
            return n
        node = step[3] if step is not None else node
    return len(raws)


def _columns(
    raws: Sequence[str], starts: Sequence[int], shapes: Sequence[tuple[tuple[str, ...], list[int]]],
    row_of: Mapping[int, int], wanted: frozenset[str],
) -> tuple[dict[str, list[str]], dict[str, list[tuple[int, str]]]]:  # fmt: skip
    first: dict[str, list[str]] = {}
    more: dict[str, list[tuple[int, str]]] = {}
    for tags, members in shapes:
        for k, tag in enumerate(tags):
            if tag not in wanted:
                continue
            if tag in tags[:k]:
                more.setdefault(tag, []).extend([(row_of[n], raws[starts[n] + k]) for n in members])
            elif len(shapes) == 1:
                first[tag] = [raws[starts[n] + k] for n in members]
            else:
                column = first.setdefault(tag, [""] * len(row_of))
                for n in members:
                    column[row_of[n]] = raws[starts[n] + k]
    return first, more


def _root(
    automaton: Automaton, raws: Sequence[str], starts: Sequence[int], parents: Sequence[int], kind: str,
    row_of: Mapping[int, int],
) -> Loop | None:  # fmt: skip
    """Everything but the levels that have a row, with these in their places; None where levels hang too deep."""
    spans = [(0, starts[0]), *[(starts[n], starts[n + 1]) for n in range(len(parents)) if n not in row_of]]
    spans.append((starts[-1], len(raws)))
    kept = [raw for first, end in spans for raw in raws[first:end]]
    places = [place for first, end in spans for place in range(first + 1, end + 1)]
    separator = automaton.delimiters.element
    root, opened = grow(
        automaton, kept, map(segment_of, zip(places, [tuple(raw.split(separator)) for raw in kept], strict=True))
    )
    others = iter(opened)
    loops, depths = {-1: root}, {-1: 0}
    rows, rows_of = _Rows(kind), -2
    for n, parent in enumerate(parents):
        row = row_of.get(n)
        if row is None:
            loops[n], rows_of = next(others), -2
            depths[n] = depths[parent] + 1
            if depths[n] > DEPTH_MAX:
                return None
            loops[parent].loops.append(loops[n])
        elif parent == rows_of:
            rows.rows.append(row)
        else:
            rows, rows_of = _Rows(kind), parent
            rows.rows.append(row)
            loops[parent].loops.append(rows)
    return root.close()
