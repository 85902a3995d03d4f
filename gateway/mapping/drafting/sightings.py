"""What stands in a sample, place by place: how a map would call it, what the guide calls it, and what it says there.

For drafts. A place is told once, whatever its number; decides nothing about what it means.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from gateway.document import Document, Loop
from gateway.formats import Element
from gateway.mapping.places import PAIRS_AT
from gateway.mapping.reading.coverage import QUALIFIED, STRUCTURE
from gateway.x12.guides.describe import Description, ElementText

SAMPLES_MAX = 5
PLACES_MAX = 2_000

Scope = tuple[str, ...]
"""Where in a map: `("header",)`, `("levels", "I")`, `("loops", "PO1")`."""


class Sighting(msgspec.Struct):
    """One place of one scope. `words` is what guide, column or member call it; `samples` what was found there."""

    scope: Scope
    place: str
    words: str
    samples: list[str]


class Sightings:
    """Collects places in order of the document."""

    def __init__(self) -> None:
        self._found: dict[tuple[Scope, str], Sighting] = {}
        self.loops: dict[Scope, int] = {}
        """Scopes that are met again and again, and how often."""

    def note(self, scope: Scope, place: str, words: str, text: str) -> None:
        text = text.strip()
        if not text or len(self._found) >= PLACES_MAX:
            return
        found = self._found.setdefault((scope, place), Sighting(scope, place, words, []))
        if len(found.samples) < SAMPLES_MAX and text not in found.samples:
            found.samples.append(text)

    def enter(self, scope: Scope) -> None:
        self.loops[scope] = self.loops.get(scope, 0) + 1

    def __iter__(self) -> Iterator[Sighting]:
        return iter(self._found.values())


# --- X12 -----------------------------------------------------------------------------------------------------


def sight_x12(document: Document, described: Description | None) -> Sightings:
    """Places of the header, of HL levels, and of the loops directly in the document; deeper ones go with these."""
    found, names = Sightings(), _names(described)
    stack: list[tuple[Loop, Scope, str]] = [(document.root, ("header",), "")]
    while stack:
        loop, scope, inside = stack.pop()
        for segment in loop.segments:
            _sight_segment(found, scope, inside, segment.elements, names)
        for child in reversed(loop.loops):
            if not child.segments:
                continue
            tag = child.segments[0].elements[0]
            if child.level:
                found.enter(("levels", child.level))
                stack.append((child, ("levels", child.level), ""))
            elif tag == "N1":
                stack.append((child, scope, ""))
            elif scope == ("header",):
                found.enter(("loops", tag))
                stack.append((child, ("loops", tag), ""))
            else:
                stack.append((child, scope, ""))
    return found


def _sight_segment(
    found: Sightings, scope: Scope, inside: str, elements: tuple[str, ...], names: Mapping[str, ElementText]
) -> None:
    tag = elements[0]
    if tag in STRUCTURE or tag in ("ST", "SE", "HL"):
        return
    pairs = PAIRS_AT.get(tag, ())
    qualifier = elements[1] if tag in QUALIFIED and len(elements) > 1 else ""
    key = f"[{qualifier}]" if qualifier else ""
    skipped = set()
    for at in pairs:
        if at + 1 < len(elements) and elements[at] and elements[at + 1]:
            skipped |= {at, at + 1}
            words = _meaning(names, f"{tag}{at:02d}", elements[at])
            found.note(scope, f"{tag}[@{elements[at]}]", words, elements[at + 1])
    for n, text in enumerate(elements[1:], 1):
        if n in skipped or (qualifier and n == 1):
            continue
        told = names.get(f"{tag}{n:02d}")
        words = told.name if told is not None else ""
        if qualifier:
            words = f"{_meaning(names, f'{tag}01', qualifier)} {words}"
        found.note(scope, f"{inside}{tag}{key}.{n:02d}", words, text)


def _names(described: Description | None) -> dict[str, ElementText]:
    """Elements by their reference (`BSN02`), as the guide describes the first of each."""
    found: dict[str, ElementText] = {}
    for segment in described.segments() if described is not None else ():
        for element in segment.elements:
            known = found.get(element.reference)
            if known is None:
                found[element.reference] = element
            elif element.codes:
                found[element.reference] = known._replace(codes=(*known.codes, *element.codes))
    return found


def _meaning(names: Mapping[str, ElementText], reference: str, code: str) -> str:
    """What a code means there, by the guide's own list."""
    told = names.get(reference)
    return next((meaning for one, meaning in told.codes if one == code), "") if told is not None else ""


# --- other formats -------------------------------------------------------------------------------------------


def sight_rows(document: Document) -> Sightings:
    """Columns of a flat file: all in the scope of its rows."""
    found = Sightings()
    for loop in document.root.loops:
        found.enter(("loops", "row"))
        elements = loop.segments[0].elements
        for column, at in document.columns.items():
            if at < len(elements):
                found.note(("loops", "row"), column, column, elements[at])
    return found


def sight_json(value: Any) -> Sightings:
    """Members by JSON Pointer; those in lists of objects from the list on."""
    found = Sightings()
    stack: list[tuple[Any, Scope, str, str]] = [(value, ("header",), "", "")]
    while stack:
        node, scope, pointer, name = stack.pop()
        if isinstance(node, dict):
            for key, inner in reversed(node.items()):
                escaped = str(key).replace("~", "~0").replace("/", "~1")
                stack.append((inner, scope, f"{pointer}/{escaped}", f"{name} {key}" if inner is not node else name))
        elif isinstance(node, list) and node and isinstance(node[0], dict):
            inner_scope = ("loops", pointer) if scope == ("header",) else (*scope, pointer)
            for item in reversed(node[:SAMPLES_MAX]):
                found.enter(inner_scope)
                stack.append((item, inner_scope, "", ""))
        elif not isinstance(node, list) and node is not None:
            found.note(scope, pointer, name, str(node))
    return found


def sight_xml(root: Element, prefixes: Mapping[str, str]) -> Sightings:
    """Elements and attributes by path; those below elements that repeat from there on. `prefixes` by namespace."""
    found = Sightings()

    def named(tag: str) -> str:
        namespace, _, local = tag.rpartition("}")
        prefix = prefixes.get(namespace.removeprefix("{"), "")
        return f"{prefix}:{local}" if prefix else local

    stack: list[tuple[Element, Scope, str, str]] = [(root, ("header",), "", "")]
    while stack:
        element, scope, path, words = stack.pop()
        for name, text in element.attributes.items():
            found.note(scope, f"{path}/@{name}".lstrip("/"), f"{words} {name}", text)
        if element.text:
            found.note(scope, path or ".", words, element.text)
        tags = [child.tag for child in element.children]
        for child in reversed(element.children):
            name = named(child.tag)
            inner = f"{path}/{name}".lstrip("/")
            local = name.rpartition(":")[2]
            if tags.count(child.tag) > 1 and child.children and scope == ("header",):
                found.enter(("loops", inner))
                stack.append((child, ("loops", inner), "", ""))
            else:
                stack.append((child, scope, inner, f"{words} {local}"))
    return found
