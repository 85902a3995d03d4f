"""What of a document no rule looks at: counted and named, so that unmapped data is never lost silently.

A segment counts as unmapped when no rule of its scope chooses it; in chosen segments, elements with text that no rule
reads count. Columns and JSON members count as elements.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from gateway.document import Document, Loop, Segment
from gateway.formats import with_gaps
from gateway.mapping.compiling.sections import all_sections
from gateway.mapping.places import Place, pointer_keys
from gateway.mapping.plan import Map, Section
from gateway.mapping.reading.branches import tops_of, unmapped_elements

QUALIFIED = frozenset({"REF", "DTM", "N1", "MEA", "MAN", "PER", "N9", "AMT", "QTY", "PID"})
"""Segments whose first element tells what they are about; they are named with it."""

STRUCTURE = frozenset({"ST", "SE", "HL", "LX", "LS", "LE"})
NAMED_MAX = 20
SHAPES_MAX = 20_000


class Unmapped(NamedTuple):
    """Counts, and the first places by name with how often each is met."""

    segments: int = 0
    elements: int = 0
    places: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        parts = [
            f"{count} {word}{'' if count == 1 else 's'}"
            for count, word in ((self.segments, "segment"), (self.elements, "element"))
            if count
        ]
        return f"{', '.join(parts)} not mapped" if parts else ""

    def __bool__(self) -> bool:
        return bool(self.segments or self.elements)


def count_unmapped(map: Map, document: Document) -> Unmapped:
    """Count what the map does not look at."""
    tally = _Tally(map)
    if map.canonical:
        return Unmapped()
    if map.style == "rows":
        tally.columns(document)
    elif map.style == "segments" and map.format != "x12":
        tally.records(document.root, map.header)
    elif map.format == "json":
        for top in tops_of(map, document):
            tally.members(top[0], map.header, top[1])
    elif map.format == "xml":
        tally.elements_of(document)
    else:
        tally.loop(document.root, (map.header, map.summary, *([map.carry] if map.carry is not None else ())))
    named = sorted(tally.places.items(), key=lambda item: (-item[1], item[0]))[:NAMED_MAX]
    return Unmapped(tally.segments, tally.elements, tuple(named))


class _Tally:
    def __init__(self, map: Map) -> None:
        self.map = map
        self.segments = self.elements = 0
        self.places: dict[str, int] = {}
        self.memo = map.memo
        if len(self.memo) > SHAPES_MAX:
            self.memo.clear()

    def note(self, place: str) -> None:
        self.places[place] = self.places.get(place, 0) + 1

    # --- X12 ---

    def loop(self, root: Loop, sections: tuple[Section, ...]) -> None:
        stack: list[tuple[Loop, tuple[Section, ...], tuple[str, ...]]] = [(root, sections, ())]
        while stack:
            loop, here, inside = stack.pop()
            # The first segment of an inner loop may be looked at from outside, as N1 is from its HL level.
            for n, segment in enumerate(loop.segments):
                anchor = n == 0 and bool(inside)
                self.segment(segment, here, inside if not anchor else inside[:-1], inside)
            for child in loop.loops:
                if not child.segments:
                    continue
                if child.level:
                    level = self.map.levels.get(child.level)
                    stack.append((child, (level,) if level else (), ()))
                    continue
                tag = child.segments[0][1][0]
                found = (section.inner_for(child.segments[0][1]) for section in here)
                bound = tuple(section for section in found if section is not None)
                if bound and not inside:
                    stack.append((child, (*bound, *here), ()))
                else:
                    stack.append((child, here, (*inside, tag)))

    def segment(
        self, segment: Segment, sections: tuple[Section, ...], inside: tuple[str, ...], alternative: tuple[str, ...]
    ) -> None:
        elements = segment[1]
        tag = elements[0]
        if tag in STRUCTURE:
            return
        scope = (sections[0].name if sections else "", inside, alternative, tag)
        looked = self.memo.get(scope)
        if looked is None:
            looked = self.memo[scope] = self.look(sections, inside, alternative, tag)
        places, telling = looked
        # What is missed depends on which elements hold text, and on the qualifiers that rules choose by.
        size = len(elements)
        shape = (scope, tuple(map(bool, elements)), tuple([elements[n] for n in telling if n < size]))
        known = self.memo.get(shape)
        if known is None:
            known = self.memo[shape] = _weigh(elements, places)
        mapped, missed = known
        if not mapped:
            self.segments += 1
            self.note(f"{tag}[{elements[1]}]" if tag in QUALIFIED and size > 1 else tag)
        for n in missed:
            self.elements += 1
            self.note(f"{tag}{n:02d}")

    def look(
        self, sections: tuple[Section, ...], inside: tuple[str, ...], alternative: tuple[str, ...], tag: str
    ) -> tuple[tuple[Place, ...], tuple[int, ...]]:
        """Places of a scope that look at a tag, and the elements by which they choose."""
        # An inner loop that splits this one looks at its segments as well.
        looking = [one for section in sections for one in (section, *section.split)]
        places = [p for section in looking for p in places_of(section) if _tags(p) in (inside, alternative)]
        places = [place for place in (*places, *self.map.ignore) if place.step.tag == tag]
        telling = {n for place in places for n, _ in place.step.keys}
        telling |= {n for place in places for n in place.pairs}
        return tuple(places), tuple(sorted(telling))

    # --- flat files and JSON ---

    def columns(self, document: Document) -> None:
        sections = [self.map.header, *self.map.header.loops.values()]
        known = {place.column for section in sections for place in places_of(section)}
        known |= {place.column for place in self.map.ignore} | {self.map.file.record_column, *self.map.group_by}
        for column, position in document.columns.items():
            if column not in known:
                for loop in document.root.loops:
                    elements = loop.segments[0][1]
                    if position < len(elements) and elements[position]:
                        self.elements += 1
                        self.note(column)

    def records(self, root: Loop, section: Section) -> None:
        """Records that differ by type: each column that no rule of its section looks at, by its name."""
        places = [p for one in (section, self.map.summary) for p in places_of(one)]
        seen = {(p.step.tag, p.element) for p in (*places, *self.map.ignore)}
        whole = {p.step.tag for p in self.map.ignore if not p.element}
        for segment in root.segments:
            kind = segment.tag
            names = [column.name for column in with_gaps(self.map.file.layouts[kind], self.map.file.length)]
            for n, text in enumerate(segment.elements[1:], 1):
                if text and (kind, n) not in seen and kind not in whole:
                    self.elements += 1
                    self.note(f"{kind}.{names[n - 1]}")
        for loop in root.loops:
            # What `each:` names is a document of its own, read by the same section.
            self.records(loop, section.loops.get(loop.id, section))

    def elements_of(self, document: Document) -> None:
        sections = all_sections([self.map.header])
        places = {section.name: tuple(places_of(section)) for section in sections}
        for path in unmapped_elements(self.map, document, places):
            self.elements += 1
            self.note(path)

    def members(self, value: Any, section: Section, pointer: str) -> None:
        known = {place.column for place in places_of(section)} | {place.column for place in self.map.ignore}
        for at, leaf in _leaves(value, "", {*section.loops, *known}):
            if at in section.loops:
                for n, entry in enumerate(leaf if isinstance(leaf, list) else ()):
                    self.members(entry, section.loops[at], f"{pointer}{at}/{n}")
            elif at not in known:
                self.elements += 1
                self.note(pointer + at)


def places_of(section: Section) -> Iterator[Place]:
    """Every place that a section looks at or writes."""
    for rule in section.rules:
        for parts in rule.places:
            yield from parts
            # A segment inside a loop is found by what opens the loop.
            for place in parts:
                if place.loops and place.loops[-1].keys:
                    yield Place("", place.loops[-1], place.loops[-1].keys[0][0], loops=place.loops[:-1])
        for place, _ in rule.constants:
            yield place
        if rule.minus is not None and rule.minus.place is not None:
            yield rule.minus.place
    for place, _ in section.constants:
        yield place
    for computed in section.computed:
        yield computed.place
    if section.count is not None:
        yield section.count
    if section.each is not None:
        yield Place("", section.each, 1)
    for repeat in section.repeats:
        if repeat.step is not None:
            yield Place("", repeat.step, 1)
        yield from places_of(repeat.section)


def _tags(place: Place) -> tuple[str, ...]:
    return tuple([step.tag for step in place.loops])


def _weigh(elements: tuple[str, ...], places: tuple[Place, ...]) -> tuple[bool, tuple[int, ...]]:
    """Whether any place chooses the segment, and which of its elements with text none looks at."""
    seen: set[int] = set()
    chosen = False
    for place in places:
        if not _fits(place, elements):
            continue
        chosen = True
        seen |= {element for element, _ in place.step.keys}
        if place.pair:
            for n in place.pairs:
                if n + 1 < len(elements) and elements[n] in place.pair:
                    seen |= {n, n + 1}
        elif place.element:
            seen.add(place.element)
        else:
            seen |= set(range(1, len(elements)))
    if not chosen:
        return False, ()
    return True, tuple(n for n in range(1, len(elements)) if elements[n] and n not in seen)


def _fits(place: Place, elements: tuple[str, ...]) -> bool:
    return all(n < len(elements) and elements[n] in values for n, values in place.step.keys)


def _leaves(value: Any, at: str, lists: set[str]) -> Iterator[tuple[str, Any]]:
    stack: list[tuple[str, Any]] = [(at, value)]
    while stack:
        here, one = stack.pop()
        if here in lists:
            yield here, one
        elif isinstance(one, dict):
            for key, inner in one.items():
                escaped = str(key).replace("~", "~0").replace("/", "~1")
                stack.append((f"{here}/{escaped}", inner))
        elif isinstance(one, list):
            stack.extend((f"{here}/{n}", inner) for n, inner in enumerate(one))
        elif one is not None and one != "":
            yield here, one


__all__ = ["Unmapped", "count_unmapped", "places_of", "pointer_keys"]
