"""HL segments of one document as they come, in a few bytes each: what is plain is settled here and at once.

Everything that is not plain is left to `hierarchy.py`, which gets all levels back as they were.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence

from gateway.document import Fault
from gateway.x12.hierarchy import check_hierarchy
from gateway.x12.rules import LoopRule

_NOBODY = -1
"""Stands for an empty HL02."""
_SPELLED = -2
"""Stands for an HL02 that is no plain number; its text is kept aside."""
_CODES = ("", "0", "1")
_NUMBER_MAX = 2**31 - 2


class Levels:
    """HL segments in order. `rules` has the guide's HL loops by level."""

    __slots__ = (
        "_above",
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
        self._numbers: dict[int, str] = {}
        """HL01 where it does not count up from 1."""
        self._above: dict[int, str] = {}
        """HL02 where it is no plain number."""
        self._last_parent, self._last = "", _NOBODY
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
        if number != str(index + 1):
            self._numbers[index] = number
            self._is_plain = False
        if parent != self._last_parent:
            self._last_parent = parent
            above = self._last = self._index(parent)
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
        if rule is None or rule.parents is None or not _NOBODY <= above < index:
            return 0 <= above < index
        fits = self._kinds[above] in rule.parents if above >= 0 else not rule.parents
        if fits and above >= 0:
            self._fits.add((self._kinds[above], kind))
        return fits

    def _index(self, parent: str) -> int:
        if not parent:
            return _NOBODY
        if not (parent.isascii() and parent.isdecimal() and len(parent) <= 10) or parent[0] == "0":
            return _SPELLED
        number = int(parent)
        return number - 1 if number <= _NUMBER_MAX else _SPELLED

    def __iter__(self) -> Iterator[tuple[int, Sequence[str]]]:
        """Position and elements of each HL, the tag first."""
        for index, position in enumerate(self._positions):
            above = self._parents[index]
            parent = "" if above == _NOBODY else self._above[index] if above == _SPELLED else str(above + 1)
            number = self._numbers.get(index) or ("" if index in self._numbers else str(index + 1))
            yield position, ("HL", number, parent, self._kinds[index], self._code(index))

    def are_plain(self) -> bool:
        """True when nothing is wrong with any of them."""
        return self._is_plain and (not self._codes or self._codes_are_true())

    def faults(self) -> Iterator[Fault]:
        """Faults of all levels, in order."""
        return iter(()) if self.are_plain() else check_hierarchy([*self], self._rules)

    def _codes_are_true(self) -> bool:
        has_child = bytearray(len(self._kinds))
        for above in self._parents:
            if above >= 0:
                has_child[above] = 1
        return not self._odd_codes and all(
            not code or code == 1 + has for code, has in zip(self._codes, has_child, strict=False)
        )
