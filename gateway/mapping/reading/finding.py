"""Finding the text of a place in a scope of a document: closures for speed, and one plain search for explanations.

The closures are specialised at compile time; `find_all` interprets the same place slowly and says where it found it.
A property test holds them equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import tzinfo
from decimal import Decimal
from typing import Any, NamedTuple

from gateway.document import Loop, Segment
from gateway.mapping.converting.convert import Context
from gateway.mapping.paths import Branch, texts_at
from gateway.mapping.places import Place, Step, pointer_keys
from gateway.mapping.plan import Section
from gateway.x12 import Scope

Pick = Callable[[Any, Context], str | None]
PickParts = Callable[[Any, Context], tuple[str, ...] | None]
PickAll = Callable[[Any, Context], tuple[str, ...]]

ZoneOf = Callable[[str], tzinfo | None]
"""Zone of a party string (`92:PLT07`), None where nobody knows it."""

INSIDE = "/"
"""Key prefix under which an index keeps the loops that rules look into."""


class Found(NamedTuple):
    """Where a text stands."""

    position: int
    tag: str
    element: int
    component: int
    text: str
    via: str = ""
    """What said what the text means, where it is an identifier (`xref`)."""


class Row(NamedTuple):
    """Scope of a flat file: the row's texts by column, and its line."""

    cells: dict[str, str]
    position: int
    columns: Any


class Node(NamedTuple):
    """Scope of a JSON document: the object, its pointer, and its ordinal among its like."""

    value: Any
    pointer: str
    position: int


# --- indexing ------------------------------------------------------------------------------------------------


def anchor_of(loop: Loop | Scope) -> int:
    """Where a loop of X12 begins."""
    if isinstance(loop, Scope):
        return loop.anchor
    return loop.segments[0][0] if loop.segments else 1


def index_loop(section: Section, loop: Loop | Scope) -> dict[str, list[Any]]:
    """Segments of a loop by tag, with those that open its inner loops; HL levels below are scopes of their own."""
    if isinstance(loop, Scope):
        if not section.enters:
            return index_segments(section, loop.reach)
        loop = loop.loop
    wanted = section.wanted
    index: dict[str, list[Any]] = {}
    for segment in loop.segments:
        tag = segment[1][0]
        if tag in wanted:
            if tag in index:
                index[tag].append(segment)
            else:
                index[tag] = [segment]
    for child in loop.loops:
        if child.level or not child.segments:
            continue
        anchor = child.segments[0]
        tag = anchor[1][0]
        if tag in wanted:
            index.setdefault(tag, []).append(anchor)
            if section.enters:
                index.setdefault(INSIDE + tag, []).append(child)
    return index


def index_segments(section: Section, segments: Sequence[Segment]) -> dict[str, list[Any]]:
    wanted = section.wanted
    index: dict[str, list[Any]] = {}
    for segment in segments:
        tag = segment[1][0]
        if tag in wanted:
            if tag in index:
                index[tag].append(segment)
            else:
                index[tag] = [segment]
    return index


def count_tag(loop: Loop, tag: str) -> int:
    """How often a segment stands in a loop and in all inside it."""
    stack, total = [loop], 0
    while stack:
        one = stack.pop()
        total += sum(1 for segment in one.segments if segment[1][0] == tag)
        stack.extend(one.loops)
    return total


# --- fast picks ----------------------------------------------------------------------------------------------


def pick_for(place: Place) -> Pick:
    """The first text at a place in an X12 scope, None where there is none."""
    if place.loops:
        return _pick_slowly(place)
    if place.pair:
        return _pick_pair(place)
    inner = _pick_keyed(place) if place.step.keys else _pick_plain(place)
    return _component(inner, place.component) if place.component else inner


def _pick_plain(place: Place) -> Pick:
    tag, n = place.step.tag, place.element

    def pick(index: Any, _: Context) -> str | None:
        segments = index.get(tag)
        if segments is not None:
            for segment in segments:
                elements = segment[1]
                if len(elements) > n and elements[n]:
                    return elements[n]  # type: ignore[no-any-return]
        return None

    return pick


def _pick_keyed(place: Place) -> Pick:
    tag, n, keys = place.step.tag, place.element, place.step.keys
    if len(keys) > 1 or len(keys[0][1]) > 4:
        return _pick_slowly(place._replace(component=0))
    key, wanted = keys[0]

    def pick(index: Any, _: Context) -> str | None:
        segments = index.get(tag)
        if segments is not None:
            for value in wanted:
                for segment in segments:
                    elements = segment[1]
                    if len(elements) > n and elements[key] == value and elements[n]:
                        return elements[n]  # type: ignore[no-any-return]
        return None

    return pick if key <= n else _pick_slowly(place._replace(component=0))


def _pick_pair(place: Place) -> Pick:
    tag, pairs, wanted = place.step.tag, place.pairs, place.pair

    def pick(index: Any, _: Context) -> str | None:
        segments = index.get(tag)
        if segments is not None:
            for qualifier in wanted:
                for segment in segments:
                    elements = segment[1]
                    last = len(elements) - 1
                    for n in pairs:
                        if n >= last:
                            break
                        if elements[n] == qualifier and elements[n + 1]:
                            return elements[n + 1]  # type: ignore[no-any-return]
        return None

    return pick


def _pick_slowly(place: Place) -> Pick:
    def pick(index: Any, context: Context) -> str | None:
        for found in find_all(place, index, context):
            return found.text
        return None

    return pick


def _component(inner: Pick, component: int) -> Pick:
    def pick(index: Any, context: Context) -> str | None:
        text = inner(index, context)
        if text is None:
            return None
        parts = text.split(context.component)
        return (parts[component - 1] or None) if len(parts) >= component else None

    return pick


def pick_parts_for(places: tuple[Place, ...]) -> PickParts:
    """Several elements of one segment (the parts of a time, of a party): the first segment where any has text."""
    if any(p.step != places[0].step or p.loops or p.pair or p.component for p in places):
        picks = [pick_for(place) for place in places]

        def pick_each(index: Any, context: Context) -> tuple[str, ...] | None:
            texts = tuple(pick(index, context) or "" for pick in picks)
            return texts if any(texts) else None

        return pick_each
    step, elements_at = places[0].step, tuple(place.element for place in places)
    if len(step.keys) == 1:
        return _pick_keyed_parts(step, elements_at)

    def pick(index: Any, _: Context) -> tuple[str, ...] | None:
        segments = index.get(step.tag)
        if segments is not None:
            for segment in _matching(step, segments):
                elements = segment[1]
                size = len(elements)
                texts = tuple([elements[n] if n < size else "" for n in elements_at])
                if any(texts):
                    return texts
        return None

    return pick


def _pick_keyed_parts(step: Step, elements_at: tuple[int, ...]) -> PickParts:
    tag, ((key, wanted),) = step

    def pick(index: Any, _: Context) -> tuple[str, ...] | None:
        segments = index.get(tag)
        if segments is not None:
            for value in wanted:
                for segment in segments:
                    elements = segment[1]
                    size = len(elements)
                    if size > key and elements[key] == value:
                        texts = tuple([elements[n] if n < size else "" for n in elements_at])
                        if any(texts):
                            return texts
        return None

    return pick


def pick_all_for(place: Place) -> PickAll:
    """Every text at a place, in order of the document."""
    if not (place.loops or place.pair or place.component) and len(place.step.keys) == 1:
        (key, wanted), tag, n = place.step.keys[0], place.step.tag, place.element
        if len(wanted) == 1 and key <= n:
            only = wanted[0]

            def pick_keyed(index: Any, _: Context) -> tuple[str, ...]:
                segments = index.get(tag)
                if segments is None:
                    return ()
                return tuple([e[n] for _, e in segments if len(e) > n and e[key] == only and e[n]])

            return pick_keyed

    def pick(index: Any, context: Context) -> tuple[str, ...]:
        if place.step.tag not in index and not place.loops:
            return ()
        return tuple(found.text for found in find_all(place, index, context))

    return pick


def _matching(step: Step, segments: list[Segment]) -> Iterator[Segment]:
    if not step.keys:
        yield from segments
        return
    if len(step.keys) == 1:
        key, wanted = step.keys[0]
        for value in wanted:
            for segment in segments:
                if key < len(segment[1]) and segment[1][key] == value:
                    yield segment
        return
    first = step.keys[0]
    rest = Step(step.tag, step.keys[1:])
    for segment in _matching(Step(step.tag, (first,)), segments):
        yield from _matching(rest, [segment])


# --- the plain search ----------------------------------------------------------------------------------------


def find_all(place: Place, index: Any, context: Context) -> Iterator[Found]:
    """Every text at the place with its position, preferred alternatives first. Works for every format's scope."""
    if isinstance(index, Row):
        text = index.cells.get(place.column, "")
        if text:
            yield Found(index.position, place.column, index.columns.get(place.column, 0), 0, text)
        return
    if isinstance(index, Node):
        value = at_pointer(index.value, place.column)
        for n, one in enumerate(value) if isinstance(value, list) else ((-1, value),):
            if one is not None and one != "" and not isinstance(one, dict | list):
                at = place.column if n < 0 else f"{place.column}/{n}"
                yield Found(index.position, index.pointer + at, 0, 0, json_text(one))
        return
    if isinstance(index, Branch):
        before = f"{index.label}/" if index.label and not place.absolute else ""
        for element, text in texts_at(place, index):
            yield Found(element.line, before + place.text, 0, 0, text)
        return
    for segment in _segments_at(place, index):
        elements = segment[1]
        if place.pair:
            for qualifier in place.pair:
                for n in place.pairs:
                    if n + 1 < len(elements) and elements[n] == qualifier and elements[n + 1]:
                        yield Found(segment[0], elements[0], n + 1, 0, elements[n + 1])
            continue
        if place.element < len(elements) and elements[place.element]:
            text = elements[place.element]
            tag = place.column or elements[0]
            if place.component:
                parts = text.split(context.component)
                text = parts[place.component - 1] if len(parts) >= place.component else ""
            if text:
                yield Found(segment[0], tag, place.element, place.component, text)


def _segments_at(place: Place, index: Any) -> Iterator[Segment]:
    if not place.loops:
        yield from _matching(place.step, index.get(place.step.tag, []))
        return
    loops: list[Loop] = index.get(INSIDE + place.loops[0].tag, [])
    for depth, step in enumerate(place.loops):
        anchors = {id(loop.segments[0]): loop for loop in loops}
        loops = [anchors[id(segment)] for segment in _matching(step, [loop.segments[0] for loop in loops])]
        if depth + 1 < len(place.loops):
            below = place.loops[depth + 1].tag
            loops = [c for loop in loops for c in loop.loops if c.segments and c.segments[0][1][0] == below]
    for loop in loops:
        inside = [s for s in loop.segments if s[1][0] == place.step.tag]
        inside += [c.segments[0] for c in loop.loops if c.segments and c.segments[0][1][0] == place.step.tag]
        yield from _matching(place.step, inside)


# --- flat files and JSON -------------------------------------------------------------------------------------


def pick_column(place: Place) -> Pick:
    column = place.column

    def pick(index: Any, _: Context) -> str | None:
        return index[0].get(column) or None

    return pick


def pick_pointer(place: Place) -> Pick:
    def pick(index: Any, _: Context) -> str | None:
        value = at_pointer(index.value, place.column)
        if value is None or isinstance(value, dict | list):
            return None
        return json_text(value) or None

    return pick


def pick_all_pointers(place: Place) -> PickAll:
    """Every scalar of the list at a pointer; one that stands there alone is a list of one."""

    def pick(index: Any, context: Context) -> tuple[str, ...]:
        return tuple(found.text for found in find_all(place, index, context))

    return pick


def at_pointer(value: Any, pointer: str) -> Any:
    """The value at a JSON Pointer, None where there is none."""
    for key in pointer_keys(pointer):
        if isinstance(value, dict):
            value = value.get(key)
        elif isinstance(value, list) and key.isascii() and key.isdigit() and int(key) < len(value):
            value = value[int(key)]
        else:
            return None
    return value


def json_text(value: Any) -> str:
    """A JSON scalar as text: numbers without exponent, true and false as words."""
    if isinstance(value, bool):
        return "true" if value else "false"
    # An exponent of a million would be written out as a million digits: such a number stays as it is, and is refused.
    plain = isinstance(value, Decimal) and value.is_finite() and -30 <= int(value.as_tuple().exponent) <= 30
    return format(value, "f") if plain else str(value)
