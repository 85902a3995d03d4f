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
_NUMBER_MAX = 2**31 - 2


class Levels:
    """HL segments in order. `rules` has the guide's HL loops by level."""

    __slots__ = (
        "_above",
        "_child_codes",
        "_fits",
        "_is_coded",
        "_is_plain",
        "_kinds",
        "_last",
        "_last_parent",
        "_numbers",
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
        self._child_codes: list[str] = []
        self._numbers: dict[int, str] = {}
        """HL01 where it does not count up from 1."""
        self._above: dict[int, str] = {}
        """HL02 where it is no plain number."""
        self._last_parent, self._last = "", _NOBODY
        self._fits: set[tuple[str | None, str]] = set()
        """Kinds of a level above, None at the top, and of a level, which go together."""
        self._is_plain = True
        self._is_coded = False

    def add(self, position: int, elements: Sequence[str]) -> None:
        """Take the HL at a position of the document, ST being 1."""
        size = len(elements)
        if size == 4:
            _tag, number, parent, kind = elements
            child_code = ""
        else:
            _tag, number, parent, kind, child_code = (*elements, "", "", "", "")[:5]
            if child_code:
                self._is_coded = True
        kinds = self._kinds
        index = len(kinds)
        if number != str(index + 1):
            self._numbers[index] = number
            self._is_plain = False
        if parent == self._last_parent:
            above = self._last
        else:
            above = self._last = self._index(parent)
            self._last_parent = parent
        if above == _SPELLED:
            self._above[index] = parent
        if self._is_plain and not (above < index and (kinds[above] if above >= 0 else None, kind) in self._fits):
            self._is_plain = self._learn(index, above, kind)
        self._positions.append(position)
        self._parents.append(above)
        kinds.append(kind)
        self._child_codes.append(child_code)

    def _learn(self, index: int, above: int, kind: str) -> bool:
        """True when a level may hang there; that is remembered for its kind and the kind above it."""
        rule = self._rules.get(kind)
        if rule is None or rule.parents is None or not _NOBODY <= above < index:
            return 0 <= above < index
        over = self._kinds[above] if above >= 0 else None
        fits = over in rule.parents if above >= 0 else not rule.parents
        if fits:
            self._fits.add((over, kind))
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
            yield position, ("HL", number, parent, self._kinds[index], self._child_codes[index])

    def faults(self) -> Iterator[Fault]:
        """Faults of all levels, in order."""
        if not self._is_plain or (self._is_coded and not self._codes_are_true()):
            yield from check_hierarchy([*self], self._rules)

    def _codes_are_true(self) -> bool:
        has_child = bytearray(len(self._kinds))
        for above in self._parents:
            if above >= 0:
                has_child[above] = 1
        expected = ("0", "1")
        return all(not code or code == expected[has] for code, has in zip(self._child_codes, has_child, strict=True))
