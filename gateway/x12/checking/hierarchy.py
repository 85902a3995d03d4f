"""HL loops by their pointers: HL02 decides nesting, never the order of the segments.

An orphan, a cycle, a repeated number or a level where the guide forbids it rejects; a gap in HL01 or a wrong HL04 is
noted. Source: X12 004010 HL01 (data element 628), HL02 (734), HL03 (735), HL04 (736).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Protocol

from gateway.document import Fault
from gateway.x12.checking.rules import LoopRule

NOBODY, UNKNOWN = -1, -3
"""Stand for the parent of a level at the top, and for one whose HL02 names no level."""


class Level(NamedTuple):
    """One HL segment: its position in the document (ST is 1) and HL01 to HL04."""

    position: int
    number: str
    parent: str
    kind: str
    child_code: str


class Sent(Protocol):
    """All levels of a document, by index from 0 in the order of their segments."""

    def __len__(self) -> int: ...

    def level(self, index: int) -> Level:
        """The level as it was sent."""

    def firsts(self) -> array[int]:
        """For each level the index of the first one with its number."""

    def parents(self) -> array[int]:
        """For each level the index of its parent, the first one with that number; NOBODY, or UNKNOWN."""


def look_closely(levels: Sent, rules: Mapping[str, LoopRule]) -> Iterator[Fault]:
    """Faults of all HL segments of a document, in order. `rules` has the guide's HL loops by level.

    Levels are looked up one by one and never held all at once: a document may have hundreds of thousands.
    """
    allowed = {kind: rule.parents for kind, rule in rules.items()}
    firsts, parents = levels.firsts(), levels.parents()
    cyclic = _cyclic(parents)
    has_children = bytearray(len(levels))
    for parent in parents:
        if parent >= 0:
            has_children[parent] = 1
    for index, (first, parent) in enumerate(zip(firsts, parents, strict=True)):
        level = levels.level(index)
        if first != index:
            yield _fault(level, 1, "628", "7", level.number, f'number "{level.number}" names two levels', True)
        elif level.number != str(index + 1):
            yield _fault(level, 1, "628", "7", level.number, f"number is {level.number}, not {index + 1}", False)
        above = levels.level(parent).kind if parent >= 0 else ""
        yield from _check_parent(level, parent, above, bool(cyclic and cyclic[index]), allowed)
        if level.child_code in ("0", "1") and (level.child_code == "1") != bool(has_children[first]):
            told = "levels hang below, and none does" if level.child_code == "1" else "none hangs below, and some do"
            yield _fault(level, 4, "736", "7", level.child_code, f"says that {told}", False)


def _check_parent(
    level: Level, parent: int, above: str, is_cyclic: bool, parents: Mapping[str, frozenset[str] | None]
) -> Iterator[Fault]:
    allowed = parents.get(level.kind)
    if parent == UNKNOWN:
        words = f'hangs under "{level.parent}", which is no level of this document'
        yield _fault(level, 2, "734", "7", level.parent, words, True)
    elif is_cyclic:
        words = f'hangs under "{level.parent}", which hangs under it'
        yield _fault(level, 2, "734", "7", level.parent, words, True)
    elif allowed is None:
        return  # a level unknown to the guide: its HL03 is faulted as a code
    elif parent == NOBODY and allowed:
        yield _fault(level, 2, "734", "2", "", f"is missing: level {level.kind} hangs under {_words(allowed)}", True)
    elif parent >= 0 and above in parents and above not in allowed:
        where = f"may hang under {_words(allowed)}, not under {above}" if allowed else "stands at the top"
        yield _fault(level, 3, "735", "7", level.kind, f"level {level.kind} {where}", True)


def _cyclic(parents: Sequence[int]) -> bytearray:
    """A byte for each level: 1 where it comes back to itself on the way up; empty when none does."""
    if all(parent < index for index, parent in enumerate(parents)):
        return bytearray()  # a ring needs a pointer forward, or to itself
    cyclic, seen = bytearray(len(parents)), bytearray(len(parents))
    for start in range(len(parents)):
        trail: dict[int, None] = {}
        at = start
        while at >= 0 and not seen[at]:
            seen[at] = 1
            trail[at] = None
            at = parents[at]
        if at in trail:
            walked = list(trail)
            for index in walked[walked.index(at) :]:
                cyclic[index] = 1
    return cyclic


def _words(levels: frozenset[str]) -> str:
    return " or ".join(sorted(levels)) or "nothing"


def _fault(level: Level, element: int, data_element: str, code: str, value: str, words: str, rejects: bool) -> Fault:
    return Fault(
        code=code,
        text=f"HL{element:02d} {words}",
        level="element",
        segment=level.position,
        tag="HL",
        loop="HL",
        element=element,
        data_element=data_element,
        value=value[:99],
        rejects=rejects,
    )
