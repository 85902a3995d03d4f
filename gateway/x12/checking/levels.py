"""HL segments of one document as they come, in a few bytes each: what is plain is settled here and at once.

Everything that is not plain is left to `hierarchy.py`, which asks for levels by their index, from 0.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.document import Fault
from gateway.x12.checking.hierarchy import NOBODY, UNKNOWN, Level, look_closely
from gateway.x12.checking.rules import LoopRule

_SPELLED = -2
"""Stands for an HL01 or HL02 that is no plain number; its text is kept aside."""
_CODES = ("", "0", "1")
_NUMBER_MAX = 2**31 - 2


class LevelTable(NamedTuple):
    """All levels of a document with which nothing is wrong, in order; by their index from 0."""

    positions: Sequence[int]
    """Of the HL segment, ST being 1."""
    parents: Sequence[int]
    """Index of the level that HL02 points to, always a lower one; -1 at the top."""
    kinds: Sequence[str]
    """HL03."""


class Levels:
    """HL segments in order. `rules` has the guide's HL loops by level."""

    __slots__ = (
        "_above",
        "_before",
        "_codes",
        "_fits",
        "_is_plain",
        "_kinds",
        "_last",
        "_last_over",
        "_last_parent",
        "_numbers",
        "_odd_codes",
        "_parents",
        "_positions",
        "_rules",
        "_spelled",
    )

    def __init__(self, rules: Mapping[str, LoopRule]) -> None:
        self._rules = rules
        self._positions = array("i")
        self._parents = array("i")
        """Index of the level that HL02 points to, if it counts as HL01 should."""
        self._kinds: list[str] = []
        self._codes = bytearray()
        """HL04 where there is one: its place in `_CODES`; shorter than the levels where none was met of late."""
        self._odd_codes: dict[int, str] = {}
        """HL04 where it is something else."""
        self._numbers: array[int] | None = None
        """HL01 less one, once it does not count up from 1."""
        self._spelled: dict[int, str] = {}
        """HL01 where it is no plain number."""
        self._above: dict[int, str] = {}
        """HL02 where it is no plain number."""
        self._last_parent, self._last = "", NOBODY
        self._before: str | None = None
        """HL01 of the level before, as long as they count up."""
        self._last_over: str | None = None
        """Kind of the level that HL02 pointed to last; None when it pointed to none before it."""
        self._fits: set[tuple[str | None, str]] = set()
        """Kinds of a level and of one below it, which go together."""
        self._is_plain = True

    def add(self, position: int, elements: Sequence[str]) -> None:
        """Take the HL at a position of the document, ST being 1."""
        kinds = self._kinds
        index = len(kinds)
        try:
            _tag, number, parent, kind = elements
        except ValueError:
            _tag, number, parent, kind, child_code = (*elements, "", "", "", "")[:5]
            if child_code:
                self._note_code(index, child_code)
        before, self._before = self._before, number
        if self._numbers is not None or number != str(index + 1):
            self._note_number(index, number)
            before = self._before = None
        if parent != self._last_parent:
            self._last_parent = parent
            above = self._last = index - 1 if parent == before else self._index(parent)
            self._last_over = kinds[above] if 0 <= above < index else None
        else:
            above = self._last
        if (self._last_over, kind) not in self._fits:
            if above == _SPELLED:
                self._above[index] = parent
            self._is_plain = self._is_plain and self._learn(index, above, kind)
        self._positions.append(position)
        self._parents.append(above)
        kinds.append(kind)

    def _note_number(self, index: int, number: str) -> None:
        if self._numbers is None:
            self._numbers = array("i", range(index))
            self._is_plain = False
        known = self._index(number)
        if known < 0:
            known = _SPELLED
            self._spelled[index] = number
        self._numbers.append(known)

    def _note_code(self, index: int, code: str) -> None:
        self._codes.extend(bytes(index - len(self._codes)))
        if code in _CODES:
            self._codes.append(_CODES.index(code))
        else:
            self._codes.append(0)
            self._odd_codes[index] = code

    def _code(self, index: int) -> str:
        if index in self._odd_codes:
            return self._odd_codes[index]
        return _CODES[self._codes[index]] if index < len(self._codes) else ""

    def _learn(self, index: int, above: int, kind: str) -> bool:
        """True when a level may hang there; that is remembered for its kind and the kind above it."""
        rule = self._rules.get(kind)
        if rule is None or rule.parents is None or not NOBODY <= above < index:
            return 0 <= above < index
        fits = self._kinds[above] in rule.parents if above >= 0 else not rule.parents
        if fits and above >= 0:
            self._fits.add((self._kinds[above], kind))
        return fits

    def _index(self, parent: str) -> int:
        if not parent:
            return NOBODY
        if not (parent.isascii() and parent.isdecimal() and len(parent) <= 10) or parent[0] == "0":
            return _SPELLED
        number = int(parent)
        return number - 1 if number <= _NUMBER_MAX else _SPELLED

    def __len__(self) -> int:
        return len(self._kinds)

    def level(self, index: int) -> Level:
        """One level as it was sent."""
        above = self._parents[index]
        parent = "" if above == NOBODY else self._above[index] if above == _SPELLED else str(above + 1)
        return Level(self._positions[index], self._number(index), parent, self._kinds[index], self._code(index))

    def firsts(self) -> array[int]:
        """For each level the index of the first one with its number: its own, unless the number was there before."""
        if self._numbers is None:
            return array("i", range(len(self)))
        order, sorted_numbers = self._by_number()
        by_text: dict[str, int] = {}
        for index, text in self._spelled.items():
            by_text.setdefault(text, index)
        return array(
            "i",
            (
                by_text[self._spelled[index]] if number == _SPELLED else order[bisect_left(sorted_numbers, number)]
                for index, number in enumerate(self._numbers)
            ),
        )

    def parents(self) -> array[int]:
        """For each level the index of the first one that has the number in its HL02; NOBODY, or UNKNOWN."""
        by_text: dict[str, int] = {}
        for index, text in self._spelled.items():
            by_text.setdefault(text, index)
        size = len(self)
        if self._numbers is None:
            found = (above if above < size else UNKNOWN for above in self._parents)
            return array("i", (UNKNOWN if above == _SPELLED else above for above in found))
        order, sorted_numbers = self._by_number()

        def find(index: int, above: int) -> int:
            if above == NOBODY:
                return NOBODY
            if above == _SPELLED:
                return by_text.get(self._above[index], UNKNOWN)
            at = bisect_left(sorted_numbers, above)
            return order[at] if at < size and sorted_numbers[at] == above else UNKNOWN

        return array("i", (find(index, above) for index, above in enumerate(self._parents)))

    def _by_number(self) -> tuple[array[int], array[int]]:
        """Indices by number, of equal numbers the first one first; and the numbers in that order."""
        numbers = self._numbers
        if numbers is None:
            raise AssertionError("numbers that count up are not looked up")
        order = array("i", sorted(range(len(numbers)), key=numbers.__getitem__))
        return order, array("i", (numbers[index] for index in order))

    def _number(self, index: int) -> str:
        if self._numbers is None:
            return str(index + 1)
        return self._spelled[index] if self._numbers[index] == _SPELLED else str(self._numbers[index] + 1)

    def are_plain(self) -> bool:
        """True when nothing is wrong with any of them."""
        return self._is_plain and (not self._codes or self._codes_are_true())

    def table(self) -> LevelTable | None:
        """All of them; None where something is wrong with one."""
        return LevelTable(self._positions, self._parents, self._kinds) if self.are_plain() else None

    def faults(self) -> Iterator[Fault]:
        """Faults of all levels, in order."""
        return iter(()) if self.are_plain() else look_closely(self, self._rules)

    def _codes_are_true(self) -> bool:
        has_child = bytearray(len(self._kinds))
        for above in self._parents:
            if above >= 0:
                has_child[above] = 1
        return not self._odd_codes and all(
            not code or code == 1 + has for code, has in zip(self._codes, has_child, strict=False)
        )
