"""What is wrong in a guide only once it is read: places that no document can come to, values that nobody can send.

A place is come to by the rule of the checker (`automaton.py`): from where a document is, the first place that fits is
taken, going on in the loop and then outwards; and a document without faults passes by nothing that is required.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from gateway.x12.checking.rules import CompositeRule, ElementRule, LoopRule, SegmentRule


class _Place(NamedTuple):
    """A segment rule in its loop; `trail` are the loops from the document down to it."""

    rule: SegmentRule
    trail: tuple[LoopRule, ...]

    @property
    def path(self) -> str:
        return "/".join([*(loop.xid for loop in self.trail[1:]), self.rule.tag])


def lint_rules(document: LoopRule) -> Iterator[tuple[str, str]]:
    """Path and words for each mistake in the rules of a guide, its overlay included."""
    yield from _lint_reach(document)
    for place in _places(document, (document,)):
        for element in place.rule.elements:
            for part in element.parts if isinstance(element, CompositeRule) else (element,):
                at = f"-{part.number}" if part is not element else ""
                for words in _lint_element(part):
                    yield f"{place.path}.{element.number:02d}{at}", words
        yield from ((place.path, words) for words in _lint_relations(place.rule))


def _lint_element(element: ElementRule) -> Iterator[str]:
    if element.least > element.most:
        yield f"is at least {element.least} and at most {element.most} characters long"
    misfits = [code for code in sorted(element.codes) if not element.least <= len(code) <= element.most]
    if element.used and misfits and element.type in ("AN", "ID"):
        yield f"lists {' '.join(misfits)}, but is {element.least} to {element.most} characters long"


def _lint_relations(segment: SegmentRule) -> Iterator[str]:
    """Relations that no value can satisfy, as one of their elements must be empty."""
    used = {element.number for element in segment.elements if element.used}
    for kind, at in segment.syntax:
        asked, there = set(at), set(at) & used
        names = ", ".join(f"{segment.tag}{number:02d}" for number in at)
        required = any(segment.elements[number - 1].required for number in at)
        if (kind == "P" and required and there < asked) or (kind == "R" and not there):
            yield f"needs {names} together or one of them, and they are not used"
        if kind == "C" and segment.elements[at[0] - 1].required and there < asked:
            yield f"{segment.tag}{at[0]:02d} is required and asks for {names}, which are not all used"


def _lint_reach(document: LoopRule) -> Iterator[tuple[str, str]]:
    """Loops and segments that cannot be come to; what is inside of one is not told again."""
    places = {id(place.rule): place for place in _places(document, (document,))}
    reached: set[int] = set()
    open_ends = [_Place(document.first, (document,))]
    while open_ends:
        place = open_ends.pop()
        if id(place.rule) not in reached:
            reached.add(id(place.rule))
            open_ends += _next(place)
    for key, place in places.items():
        openings = [loop.first for loop in place.trail[1:]]
        if key in reached or any(id(first) not in reached for first in openings if first is not place.rule):
            continue
        what = "the loop" if openings and openings[-1] is place.rule else "the segment"
        path = place.path.rpartition("/")[0] if what == "the loop" else place.path
        yield path, f"{what} can never be reached: one that comes before it takes every {place.rule.tag}"


def _places(loop: LoopRule, trail: tuple[LoopRule, ...]) -> Iterator[_Place]:
    for child in loop.children:
        if not child.used:
            continue
        if isinstance(child, LoopRule):
            yield from _places(child, (*trail, child))
        else:
            yield _Place(child, trail)


def _next(place: _Place) -> Iterator[_Place]:
    """Every place that may follow in a faultless document."""
    taken: dict[str, set[str] | None] = {}
    trail, position = place.trail, place.rule.position
    inside: LoopRule | None = None
    while trail:
        loop = trail[-1]
        for child in loop.children:
            is_opening = len(trail) > 1 and child is loop.first
            if child.position < position or is_opening or not child.used:
                continue
            first = child.first if isinstance(child, LoopRule) else child
            again = child is inside or (inside is None and child is place.rule)
            if _takes(first, taken) and not (again and child.most == 1):
                yield _Place(first, (*trail, child) if isinstance(child, LoopRule) else trail)
            if child.required and child.position > position:
                return
        inside, position, trail = loop, loop.position, trail[:-1]


def _takes(rule: SegmentRule, taken: dict[str, set[str] | None]) -> bool:
    """True when some value still leads to the rule; from then on those values are taken. None: all values are."""
    values = rule.key[1] if rule.key is not None else None
    before = taken.get(rule.tag, set())
    if before is None or (values is not None and values <= before):
        return False
    taken[rule.tag] = None if values is None else before | values
    return True
