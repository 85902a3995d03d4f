"""HL loops by their pointers: HL02 decides nesting, never the order of the segments.

An orphan, a cycle, a repeated number or a level where the guide forbids it rejects; a gap in HL01 or a wrong HL04 is
noted. Source: X12 004010 HL01 (data element 628), HL02 (734), HL03 (735), HL04 (736).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from gateway.document import Fault
from gateway.x12.rules import LoopRule


class Level(NamedTuple):
    """One HL segment: its position in the document (ST is 1) and HL01 to HL04."""

    position: int
    number: str
    parent: str
    kind: str
    child_code: str


def check_hierarchy(segments: Sequence[tuple[int, Sequence[str]]], rules: Mapping[str, LoopRule]) -> Iterator[Fault]:
    """Faults of all HL segments of a document, in order: their positions and elements, the tag first.

    `rules` has the guide's HL loops by level.
    """
    levels = [Level(position, *(*elements, "", "", "", "")[1:5]) for position, elements in segments]
    by_number: dict[str, Level] = {}
    allowed = {kind: rule.parents for kind, rule in rules.items()}
    plain = True
    for ordinal, level in enumerate(levels, 1):
        _position, number, parent, kind, child_code = level
        above = by_number.get(parent)
        parents = allowed.get(kind)
        by_number.setdefault(number, level)
        if (
            number != str(ordinal)
            or child_code
            or (above is None if parent else parents is None or parents)
            or (above is not None and parents is not None and above.kind not in parents)
        ):
            plain = False
    if not plain:
        yield from _look_closely(levels, by_number, allowed)


def _look_closely(
    levels: Sequence[Level], by_number: Mapping[str, Level], allowed: Mapping[str, frozenset[str] | None]
) -> Iterator[Fault]:
    cyclic = _cyclic(levels, by_number)
    with_children = {level.parent for level in levels}
    for ordinal, level in enumerate(levels, 1):
        if by_number[level.number] is not level:
            yield _fault(level, 1, "628", "7", level.number, f'number "{level.number}" names two levels', True)
        elif level.number != str(ordinal):
            yield _fault(level, 1, "628", "7", level.number, f"number is {level.number}, not {ordinal}", False)
        yield from _check_parent(level, by_number, cyclic, allowed)
        if level.child_code in ("0", "1") and (level.child_code == "1") != (level.number in with_children):
            told = "levels hang below, and none does" if level.child_code == "1" else "none hangs below, and some do"
            yield _fault(level, 4, "736", "7", level.child_code, f"says that {told}", False)


def _check_parent(
    level: Level,
    by_number: Mapping[str, Level],
    cyclic: frozenset[int],
    parents: Mapping[str, frozenset[str] | None],
) -> Iterator[Fault]:
    parent, allowed = level.parent, parents.get(level.kind)
    if parent and parent not in by_number:
        words = f'hangs under "{parent}", which is no level of this document'
        yield _fault(level, 2, "734", "7", parent, words, True)
    elif level.position in cyclic:
        yield _fault(level, 2, "734", "7", parent, f'hangs under "{parent}", which hangs under it', True)
    elif allowed is None:
        return  # a level unknown to the guide: its HL03 is faulted as a code
    elif not parent and allowed:
        yield _fault(level, 2, "734", "2", "", f"is missing: level {level.kind} hangs under {_words(allowed)}", True)
    elif parent and (above := by_number[parent].kind) in parents and above not in allowed:
        where = f"may hang under {_words(allowed)}, not under {above}" if allowed else "stands at the top"
        yield _fault(level, 3, "735", "7", level.kind, f"level {level.kind} {where}", True)


def _cyclic(levels: Sequence[Level], by_number: Mapping[str, Level]) -> frozenset[int]:
    """Positions of the levels that come back to themselves on the way up."""
    parents = {level.position: by_number.get(level.parent) for level in levels if level.parent}
    if all(parent is None or parent.position < position for position, parent in parents.items()):
        return frozenset()  # a ring needs a pointer forward, or to itself
    safe: set[int] = set()
    cyclic: set[int] = set()
    for level in levels:
        trail: dict[int, None] = {}
        at: Level | None = level
        while at is not None and at.position not in safe and at.position not in trail and at.position not in cyclic:
            trail[at.position] = None
            at = parents.get(at.position)
        walked = list(trail)
        ring = walked.index(at.position) if at is not None and at.position in trail else len(walked)
        cyclic.update(walked[ring:])
        safe.update(walked[:ring])
    return frozenset(cyclic)


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
