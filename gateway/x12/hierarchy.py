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
    """One HL segment: its position in the document (ST is 1) and its elements, the tag first."""

    position: int
    elements: Sequence[str]

    def element(self, number: int) -> str:
        return self.elements[number] if number < len(self.elements) else ""


def check_hierarchy(levels: Sequence[Level], rules: Mapping[str, LoopRule]) -> Iterator[Fault]:
    """Faults of all HL segments of a document, in order. `rules` has the guide's HL loops by level."""
    by_number: dict[str, Level] = {}
    for level in levels:
        by_number.setdefault(level.elements[1] if len(level.elements) > 1 else "", level)
    cyclic = _cyclic(levels, by_number)
    with_children = {level.elements[2] for level in levels if len(level.elements) > 2}
    for ordinal, level in enumerate(levels, 1):
        number, parent, kind, child_code = (level.element(n) for n in (1, 2, 3, 4))
        if by_number[number] is not level:
            yield _fault(level, 1, "628", "7", f'number "{number}" names two levels', True)
        elif number != str(ordinal):
            yield _fault(level, 1, "628", "7", f"number is {number}, not {ordinal}", False)
        yield from _check_parent(level, parent, kind, by_number, cyclic, rules)
        if child_code in ("0", "1") and (child_code == "1") != (number in with_children):
            words = (
                "says that levels hang below, and none does" if child_code == "1" else "says that none hangs below"
            )
            yield _fault(level, 4, "736", "7", words, False)


def _check_parent(
    level: Level,
    parent: str,
    kind: str,
    by_number: Mapping[str, Level],
    cyclic: frozenset[int],
    rules: Mapping[str, LoopRule],
) -> Iterator[Fault]:
    rule = rules.get(kind)
    allowed = rule.parents if rule is not None else None
    if parent and parent not in by_number:
        yield _fault(level, 2, "734", "7", f'hangs under "{parent}", which is no level of this document', True)
        return
    if level.position in cyclic:
        yield _fault(level, 2, "734", "7", f'hangs under "{parent}", which hangs under it', True)
        return
    if allowed is None:
        return
    if not parent and allowed:
        yield _fault(level, 2, "734", "2", f"is missing: level {kind} hangs under {_words(allowed)}", True)
    elif parent and by_number[parent].element(3) not in allowed:
        above = by_number[parent].element(3)
        where = f"may hang under {_words(allowed)}, not under {above}" if allowed else "may not hang under anything"
        yield _fault(level, 3, "735", "7", f"level {kind} {where}", True)


def _cyclic(levels: Sequence[Level], by_number: Mapping[str, Level]) -> frozenset[int]:
    """Positions of the levels that come back to themselves on the way up."""
    parents = {level.position: by_number.get(level.element(2)) for level in levels if level.element(2)}
    if all(parent is None or parent.position < position for position, parent in parents.items()):
        return frozenset()  # a cycle needs a pointer forward
    safe: set[int] = set()
    cyclic: set[int] = set()
    for level in levels:
        trail: list[int] = []
        at: Level | None = level
        while at is not None and at.position not in safe and at.position not in trail and at.position not in cyclic:
            trail.append(at.position)
            at = parents.get(at.position)
        if at is not None and at.position in trail:
            cyclic.update(trail[trail.index(at.position) :])
            trail = trail[: trail.index(at.position)]
        safe.update(trail)
    return frozenset(cyclic)


def _words(levels: frozenset[str]) -> str:
    return " or ".join(sorted(levels)) or "nothing"


def _fault(level: Level, element: int, data_element: str, code: str, words: str, rejects: bool) -> Fault:
    return Fault(
        code=code,
        text=f"HL{element:02d} {words}",
        level="element",
        segment=level.position,
        tag="HL",
        loop="HL",
        element=element,
        data_element=data_element,
        value=level.element(element)[:99],
        rejects=rejects,
    )
