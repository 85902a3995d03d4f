"""Write events as XML and JSON: elements and members are made where places name them, each only once.

A place that carries conditions makes what fulfils them. Constants are written where their parent stands anyway, so
that an order without a carrier has no empty carrier element.
"""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any

from gateway.formats import Element
from gateway.mapping.paths import SELF, read_path
from gateway.mapping.places import Place, XmlStep, pointer_keys
from gateway.mapping.plan import Map, Rule, Section
from gateway.mapping.writing.ranks import arrange

if TYPE_CHECKING:
    from gateway.mapping.writing.writing import Values, Writer

LIST_MAX = 1_000
"""Highest index of a list that a JSON Pointer may make."""

_Key = tuple[int, str, tuple[str, ...], int]


# --- XML -----------------------------------------------------------------------------------------------------


def write_element(writer: Writer, map: Map) -> Element:
    """The root element that holds an event."""
    root = Element(map.file.root)
    making = _Making(writer, root)
    if not map.file.each:
        making.fill(map.header, root, writer.outer, "")
    for event in writer.events if map.file.each else ():
        writer.outer = writer.context.event = event
        top = making.add(root, read_path(map.file.each, map.file.namespaces).path)
        making.fill(map.header, top, event, "")
    return root


class _Making:
    """Elements in the making, each found again by its parent, its name, its conditions and its position."""

    def __init__(self, writer: Writer, root: Element) -> None:
        self.writer, self.root = writer, root
        self.made: dict[_Key, Element] = {}

    def fill(self, section: Section, element: Element, values: Values, path: str) -> None:
        writer = self.writer
        for rule in sorted(section.rules, key=lambda rule: rule.beside or rule.needs is not None):
            texts = writer.texts(rule, values, path) if rule.writes else None
            if texts is not None and (rule.needs is None or self.stands(element, rule.needs.path)):
                self.put_rule(rule, element, texts)
        for pointer, inner in section.loops.items():
            if inner.at is None or not inner.writes:
                continue
            if inner.struct is None and not inner.emits:
                around = self.make(element, inner.at.path[:-1])
                within = self.make(around, inner.at.path[-1:])
                self.fill(inner, within, values, path)
                if not (within.text or within.attributes or within.children):
                    around.children.remove(within)
                continue
            for n, entry in enumerate(writer.entries(inner, values)):
                self.fill(inner, self.add(element, inner.at.path), entry, f"{path}{inner.into or pointer}[{n}].")
        for computed in section.computed:
            self.put(element, computed.place, writer.run(computed.expr, values))
        for place, text in section.constants:
            if self.stands(element, place.path if place.attribute else place.path[:-1]):
                self.put(element, place, text)
        arrange(element, section.ranks)

    def put_rule(self, rule: Rule, element: Element, texts: tuple[str, ...]) -> None:
        places = rule.places[0]
        if rule.target is not None and rule.target.shape == "texts" and len(places) == 1 and places[0].path:
            for n, text in enumerate(texts):
                self.put_text(rule, element, _nth(places[0], rule.repeat, n), text)
        else:
            for place, text in zip(places, texts, strict=False):
                if text and (not rule.beside or self.stands(element, place.path)):
                    self.put_text(rule, element, place, text)
        if any(texts):
            for place, text in rule.constants:
                self.put(element, place, text)

    def put_text(self, rule: Rule, element: Element, place: Place, text: str) -> None:
        """Put a text of the event at its place; a fault where another stands there already."""
        standing = self.put(element, place, text)
        if standing != text and not rule.beside:
            self.writer.fault("taken", rule, "", f'"{text[:40]}" has no room, "{standing[:40]}" stands there already')

    def put(self, element: Element, place: Place, text: str) -> str:
        """Put a text at a place; what stands there already stays. What stands there then."""
        start, path = (self.root, place.path[1:]) if place.absolute else (element, place.path)
        at = self.make(start, path) if text else None
        if at is None:
            return ""
        if place.attribute:
            return at.attributes.setdefault(place.attribute, text)
        at.text = at.text or text
        return at.text

    def make(self, element: Element, path: tuple[XmlStep, ...]) -> Element:
        """The element at a path, with all that lead to it."""
        for step in path:
            if step.tag == SELF:
                self.fulfil(element, step)
                continue
            for position in range(1, max(step.position, 1) + 1):
                key = (id(element), step.tag, tuple(c.values[0] for c in step.conditions), position)
                if key not in self.made:
                    self.made[key] = self.new(element, step)
            element = self.made[key]
        return element

    def add(self, element: Element, path: tuple[XmlStep, ...]) -> Element:
        """A further element at a path, beside those of its like."""
        return self.new(self.make(element, path[:-1]), path[-1])

    def new(self, parent: Element, step: XmlStep) -> Element:
        made = Element(step.tag)
        parent.children.append(made)
        self.fulfil(made, step)
        return made

    def fulfil(self, element: Element, step: XmlStep) -> None:
        """Make what the conditions of a step ask of an element."""
        for condition in step.conditions:
            at = self.make(element, condition.path)
            if condition.attribute:
                at.attributes.setdefault(condition.attribute, condition.values[0])
            else:
                at.text = at.text or condition.values[0]

    def stands(self, element: Element, path: tuple[XmlStep, ...]) -> bool:
        """Whether every element of a path was made already."""
        for step in path:
            if step.tag == SELF:
                continue
            values = tuple(c.values[0] for c in step.conditions)
            found = self.made.get((id(element), step.tag, values, max(step.position, 1)))
            if found is None:
                return False
            element = found
        return True


def _nth(place: Place, repeat: int, nth: int) -> Place:
    """A place whose repeated step is the one for text `nth` of a list, from 0."""
    at = repeat if repeat >= 0 else len(place.path) - 1
    path = tuple(step._replace(position=nth + 1) if n == at else step for n, step in enumerate(place.path))
    return place._replace(path=path)


# --- JSON ----------------------------------------------------------------------------------------------------


def write_members(writer: Writer, map: Map) -> Any:
    """The JSON value that holds an event."""
    if not map.file.each:
        return _members(writer, map.header, writer.outer, "")
    keys = pointer_keys(map.file.each) if map.file.each != "/" else ()
    value: Any = []
    for event in writer.events:
        writer.outer = writer.context.event = event
        value.append(_members(writer, map.header, event, ""))
    for key in reversed(keys):
        value = {key: value}
    return value


def _members(writer: Writer, section: Section, values: Values, path: str) -> Any:
    made: dict[str, Any] = {}
    for rule in sorted(section.rules, key=lambda rule: rule.beside):
        texts = writer.texts(rule, values, path) if rule.writes else None
        if texts is None:
            continue
        if rule.target is not None and rule.target.shape == "texts" and not rule.joined:
            _set(made, rule.places[0][0].column, list(texts))
        else:
            for place, text in zip(rule.places[0], texts, strict=False):
                if text:
                    _set(made, place.column, _scalar(rule, text))
        for place, text in rule.constants if any(texts) else ():
            _set(made, place.column, text)
    for computed in section.computed:
        text = writer.run(computed.expr, values)
        if text:
            _set(made, computed.place.column, text)
    for pointer, inner in section.loops.items():
        entries = writer.entries(inner, values) if inner.writes else []
        listed = [_members(writer, inner, e, f"{path}{inner.into or pointer}[{n}].") for n, e in enumerate(entries)]
        if not pointer and listed:
            return listed
        if listed:
            _set(made, pointer, listed)
    for place, text in section.constants:
        if _stands(made, pointer_keys(place.column)[:-1]):
            _set(made, place.column, text)
    return made


def _scalar(rule: Rule, text: str) -> Any:
    """A number where the field holds one and its text is one, true and false where they are its words."""
    shape = rule.target.shape if rule.target is not None else "text"
    if shape in ("decimal", "int") and rule.number:
        return Decimal(text)
    return text == "true" if shape == "flag" and text in ("true", "false") else text


def _set(made: Any, pointer: str, value: Any) -> None:
    """Put a value at a pointer; what stands there already stays. A key of digits makes a list."""
    *outer, last = pointer_keys(pointer)
    for key, below in zip(outer, [*outer[1:], last], strict=False):
        made = _inner(made, key, [] if _is_index(below) else {})
    _inner(made, last, value)


def _inner(made: Any, key: str, fresh: Any) -> Any:
    if isinstance(made, list):
        at = int(key) if _is_index(key) else 0
        made += [{} if isinstance(fresh, dict | list) else None for _ in range(at + 1 - len(made))]
        if made[at] in (None, {}, []):
            made[at] = fresh
        return made[at]
    return made.setdefault(key, fresh)


def _is_index(key: str) -> bool:
    return key.isascii() and key.isdigit() and len(key) < 5 and int(key) < LIST_MAX


def _stands(made: Any, keys: tuple[str, ...]) -> bool:
    for key in keys:
        if isinstance(made, list):
            made = made[int(key)] if _is_index(key) and int(key) < len(made) else None
        else:
            made = made.get(key) if isinstance(made, dict) else None
        if made is None:
            return False
    return True
