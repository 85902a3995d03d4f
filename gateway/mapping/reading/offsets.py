"""Where the text of a place stands in levels of one shape: worked out once for the shape, by what chooses in it.

Knows no text but those. What it gives is what `finding.py` finds in each of the levels; a property test holds them
equal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from gateway.mapping.places import Place, Step
from gateway.x12 import Choices, Shape

At = tuple[int, int]
"""A segment of the level, HL being 0, and its element."""


class _Segment(NamedTuple):
    number: int
    width: int
    chosen: dict[int, str]
    """The texts that choose, by element."""


def choices_of(places: Iterable[Place]) -> dict[str, tuple[int, ...]]:
    """By tag, the elements whose texts say whether some place is the one that is meant."""
    found: dict[str, set[int]] = {}
    for place in places:
        at = found.setdefault(place.step.tag, set())
        at |= {element for element, _ in place.step.keys}
        at |= set(place.pairs if place.pair else ())
    return {tag: tuple(sorted(at)) for tag, at in found.items() if at}


class Layout:
    """A shape, by its tags."""

    def __init__(self, shape: Shape, choices: Choices) -> None:
        self._segments: dict[str, list[_Segment]] = {}
        for number, (tag, width, chosen) in enumerate(shape):
            texts = dict(zip(choices[tag], chosen, strict=False)) if chosen else {}
            self._segments.setdefault(tag, []).append(_Segment(number, width, texts))

    def standing(self, step: Step) -> list[int]:
        """The segments that a step means, preferred first."""
        return [segment.number for segment in self._of(step)]

    def texts(self, place: Place) -> list[At]:
        """Where the text may stand, preferred first: it is the first that is not empty. Of no component or loop."""
        segments = self._of(place.step)
        if place.pair:
            return [
                at for qualifier in place.pair for segment in segments for at in _after(place, segment, qualifier)
            ]
        return [(segment.number, place.element) for segment in segments if segment.width > place.element]

    def _of(self, step: Step) -> list[_Segment]:
        found = self._segments.get(step.tag, [])
        for n, (element, values) in enumerate(step.keys):
            if n == 0:
                found = [one for value in values for one in found if one.chosen.get(element) == value]
            else:
                found = [one for one in found if one.chosen.get(element) in values]
        return found


def _after(place: Place, segment: _Segment, qualifier: str) -> Iterator[At]:
    for n in place.pairs:
        if n + 1 < segment.width and segment.chosen[n] == qualifier:
            yield segment.number, n + 1
