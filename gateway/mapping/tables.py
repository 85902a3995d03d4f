"""The texts of many levels of a document as columns: each segment is taken apart once, for all fields and lines.

A line that lacks a segment has "" in its place, and so has every element that one does not have: an empty text says
no more than none. Knows nothing of fields and what they become.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from itertools import zip_longest
from typing import Any

from gateway.document import Segment
from gateway.mapping.places import PAIRS_TO, Place, Step
from gateway.x12 import Sheet

Texts = Sequence[str]
"""One for each line; "" where it has none."""


def is_plain(place: Place, sheet: Sheet) -> bool:
    """`Table.texts` knows how to find it."""
    if place.component or (place.pair and place.step.tag in sheet.more):
        return False
    return len(place.step.keys) < 2 and all(key <= place.element for key, _ in place.step.keys)


class Table:
    """A sheet, taken apart as far as somebody asks."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet, self.size = sheet, len(sheet.positions)
        self._split: dict[str, list[list[str]]] = {}
        self._columns: dict[str, Sequence[Texts]] = {}
        self._more: dict[str, list[tuple[int, list[str]]]] = {}
        self._qualifiers: dict[tuple[str, int], frozenset[str]] = {}
        self._pairs: dict[tuple[str, tuple[int, ...]], _Pairs] = {}

    def split(self, tag: str) -> list[list[str]]:
        """The first segment of the tag in each line."""
        found = self._split.get(tag)
        if found is None:
            separator = self.sheet.separator
            found = self._split[tag] = [raw.split(separator) for raw in self.sheet.first[tag]]
        return found

    def columns(self, tag: str) -> Sequence[Texts]:
        """The same element by element, as many as the longest has."""
        found = self._columns.get(tag)
        if found is None:
            even = _even(tag, self.sheet.first[tag], self.sheet.separator)
            found = self._columns[tag] = even or list(zip_longest(*self.split(tag), fillvalue=""))
        return found

    def more(self, tag: str) -> list[tuple[int, list[str]]]:
        """The segments of the tag after the first one of a line, with the line."""
        found = self._more.get(tag)
        if found is None:
            separator = self.sheet.separator
            found = self._more[tag] = [(row, raw.split(separator)) for row, raw in self.sheet.more[tag]]
        return found

    def has(self, tag: str, step: Step | None) -> bool:
        """Some line has a segment of a tag, and with the keys of a step, if there is one."""
        return tag in self.sheet.first and (step is None or self.stands(Place("", step)))

    def stands(self, place: Place) -> bool:
        """Some line has such a segment, of a tag that some line has."""
        tag, keys = place.step
        return not keys or not self._qualifiers_at(tag, keys[0][0]).isdisjoint(keys[0][1])

    def _qualifiers_at(self, tag: str, at: int) -> frozenset[str]:
        found = self._qualifiers.get((tag, at))
        if found is None:
            columns = self.columns(tag)
            more = self.more(tag) if tag in self.sheet.more else ()
            those = {elements[at] for _, elements in more if len(elements) > at}
            found = self._qualifiers[tag, at] = frozenset(those.union(columns[at] if at < len(columns) else ()))
        return found

    def texts(self, place: Place) -> Texts | None:
        """The text at a plain place that stands somewhere; None where no line has one."""
        tag, n = place.step.tag, place.element
        if place.pair:
            return self._paired(place)
        columns = self.columns(tag)
        column = columns[n] if n < len(columns) else None
        more = self.more(tag) if tag in self.sheet.more else []
        if not place.step.keys:
            return column if not more else _filled(column, [(row, e[n]) for row, e in more if len(e) > n], self.size)
        key, wanted = place.step.keys[0]
        found: Texts | None = None
        for value in wanted:
            if column is not None and (found is None or "" in found):
                if columns[key].count(value) == self.size:
                    found = column if found is None else either(found, column)
                elif value in columns[key]:
                    texts = [one if is_one == value else "" for one, is_one in zip(column, columns[key], strict=True)]
                    found = texts if found is None else either(found, texts)
            if more:
                found = _filled(found, [(row, e[n]) for row, e in more if len(e) > n and e[key] == value], self.size)
        return found

    def _paired(self, place: Place) -> Texts | None:
        key = place.step.tag, place.pairs
        pairs = self._pairs.get(key)
        if pairs is None:
            pairs = self._pairs[key] = _Pairs(self, *key)
        found: Texts | None = None
        for qualifier in place.pair:
            if found is None or "" in found:
                texts = pairs.texts(qualifier)
                found = texts if found is None else found if texts is None else either(found, texts)
        return found

    @cached_property
    def indexes(self) -> list[dict[str, list[Any]]]:
        """Line by line the segments by their tags, for rules that look for themselves."""
        found: list[dict[str, list[Any]]] = [{} for _ in range(self.size)]
        positions = self.sheet.positions
        for tag in self.sheet.first:
            for index, position, elements in zip(found, positions, self.split(tag), strict=True):
                if elements[0]:
                    index[tag] = [Segment(position, tuple(elements))]
            for row, elements in self.more(tag) if tag in self.sheet.more else ():
                found[row][tag].append(Segment(positions[row], tuple(elements)))
        return found


class _Pairs:
    """The qualifier/value pairs of a segment: most partners write the same qualifiers in the same order always."""

    def __init__(self, table: Table, tag: str, at: tuple[int, ...]) -> None:
        self.columns = table.columns(tag)
        self.places: dict[str, list[int]] = {}
        """Where the value of a qualifier stands, while it is the same in all lines."""
        self.by_line: list[dict[str, str]] | None = None
        for n in at:
            if n + 1 >= len(self.columns):
                break
            qualifiers = self.columns[n]
            if qualifiers.count(qualifiers[0]) < table.size:
                self.by_line = [_pairs_of(elements, at) for elements in table.split(tag)]
                break
            self.places.setdefault(qualifiers[0], []).append(n + 1)

    def texts(self, qualifier: str) -> Texts | None:
        if self.by_line is not None:
            texts = [one.get(qualifier, "") for one in self.by_line]
            return texts if any(texts) else None
        found: Texts | None = None
        for n in self.places.get(qualifier, ()):
            found = self.columns[n] if found is None else either(found, self.columns[n])
        return found


def _even(tag: str, raws: Sequence[str], separator: str) -> list[list[str]] | None:
    """Segments of as many elements each, column by column; None where they differ in that.

    All of them are split at once, which costs less and leaves no list for each. A line break marks where each begins:
    no segment holds one.
    """
    width = raws[0].count(separator) + 1
    texts = f"{separator}\n".join(raws).split(separator)
    if len(texts) != width * len(raws) or texts[width::width].count(f"\n{tag}") != len(raws) - 1:
        return None
    return [texts[n::width] for n in range(width)]


def _pairs_of(elements: list[str], at: tuple[int, ...]) -> dict[str, str]:
    """The first value of each qualifier, as far as it has one."""
    start = at[0]
    if at == tuple(range(start, PAIRS_TO, 2)) and len(elements) <= PAIRS_TO:
        found = dict(zip(elements[start::2], elements[start + 1 :: 2], strict=False))
        # A qualifier that stands twice needs the careful look.
        if len(found) << 1 >= len(elements) - start - 1:
            return found
    found = {}
    for n in at:
        if n + 1 < len(elements) and elements[n + 1]:
            found.setdefault(elements[n], elements[n + 1])
    return found


def either(texts: Texts, others: Texts) -> Texts:
    """Those of `texts`, and of `others` where it has none."""
    return [one or other for one, other in zip(texts, others, strict=True)]


def _filled(texts: Texts | None, later: Sequence[tuple[int, str]], size: int) -> Texts | None:
    """With what later segments have where the first has nothing."""
    if not later:
        return texts
    found = list(texts) if texts is not None else [""] * size
    for row, text in later:
        if not found[row]:
            found[row] = text
    return found
