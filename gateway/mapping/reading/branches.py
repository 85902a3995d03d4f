"""Scopes of XML and JSON documents while they are read: the entries that a loop stands for, and what nobody looks at.

Both formats nest, so that one walk over sections serves them; what differs is how a place names its values.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from gateway.document import Document, Fault
from gateway.formats.xml import UNSPOKEN, Element
from gateway.mapping.paths import Branch, elements_at, read_path, walk_for
from gateway.mapping.places import Place
from gateway.mapping.plan import Map, Section
from gateway.mapping.reading.explaining import fault_no_list
from gateway.mapping.reading.finding import Node, at_pointer

Scope = Node | Branch


def tops_of(map: Map, document: Document) -> list[Scope]:
    """The scope of each event in a document: the whole of it, or each entry that `each:` names."""
    if isinstance(document.value, Element):
        root = Branch(document.value, "", document.value)
        if not map.file.each:
            return [root]
        return list(_inner_branches(read_path(map.file.each, map.file.namespaces), root))
    if not map.file.each:
        return [Node(document.value, "", 1)]
    pointer = map.file.each if map.file.each != "/" else ""
    entries = at_pointer(document.value, pointer)
    listed = entries if isinstance(entries, list) else [entries] if isinstance(entries, dict) else []
    return [Node(entry, f"{pointer}/{n}", n + 1) for n, entry in enumerate(listed)]


def entries_in(scope: Scope, pointer: str, section: Section) -> tuple[Iterable[Scope], Fault | None]:
    """The entries of a loop in one scope; a fault where JSON has something else than a list."""
    if isinstance(scope, Branch):
        return (_inner_branches(section.at, scope) if section.at is not None else ()), None
    entries = at_pointer(scope.value, pointer)
    if entries is not None and not isinstance(entries, list):
        return (), fault_no_list(section, f"{scope.pointer}{pointer}", entries, scope.position)
    return (Node(entry, f"{scope.pointer}{pointer}/{n}", n + 1) for n, entry in enumerate(entries or ())), None


def _inner_branches(place: Place, scope: Branch) -> Iterator[Branch]:
    before = f"{scope.label}/" if scope.label else ""
    for n, element in enumerate(elements_at(place, scope), 1):
        yield Branch(element, f"{before}{place.text}[{n}]", scope.root)


# --- coverage ------------------------------------------------------------------------------------------------


def unmapped_elements(map: Map, document: Document, places: dict[str, tuple[Place, ...]]) -> Iterator[str]:
    """Path of every text and attribute of an XML document that no rule looks at; `places` are those by section."""
    root = document.value
    if not isinstance(root, Element):
        return
    seen = _Seen(places, map.ignore)
    whole = Branch(root, "", root)
    for top in tops_of(map, document):
        if isinstance(top, Branch):
            seen.section(map.header, top, whole)
    prefixes = {uri: prefix for prefix, uri in map.file.namespaces.items()}
    stack: list[tuple[Element, str]] = [(root, "")]
    while stack:
        element, path = stack.pop()
        if id(element) in seen.ignored:
            continue
        if element.text and (id(element), "") not in seen.texts:
            yield path or _short(element.tag, prefixes)
        for name in element.attributes:
            if (id(element), name) not in seen.texts and not name.startswith(UNSPOKEN):
                yield f"{path}/@{_short(name, prefixes)}".lstrip("/")
        for child in reversed(element.children):
            name = _short(child.tag, prefixes)
            stack.append((child, f"{path}/{name}" if path else name))


class _Seen:
    """The texts that rules look at: elements by identity, and the attribute or ""."""

    def __init__(self, places: dict[str, tuple[Place, ...]], ignore: tuple[Place, ...]) -> None:
        self.places, self.ignore = places, ignore
        self.texts: set[tuple[int, str]] = set()
        self.ignored: set[int] = set()

    def section(self, section: Section, branch: Branch, whole: Branch) -> None:
        for place in self.places[section.name]:
            self.look(place, branch)
        for place in self.ignore:
            for element in elements_at(place, branch):
                if place.attribute:
                    self.texts.add((id(element), place.attribute))
                else:
                    self.ignored.add(id(element))
        for inner in section.loops.values():
            if inner.at is not None:
                self.look(inner.at, branch, text=False)
                for one in _inner_branches(inner.at, branch):
                    self.section(inner, one, whole)

    def look(self, place: Place, branch: Branch, *, text: bool = True) -> None:
        steps = place.path[1:] if place.absolute else place.path
        start = branch.root if place.absolute else branch.element
        found: list[Element] = [start]
        for step in steps:
            found = [inner for one in found for inner in walk_for((step,))(one)]
            for condition in step.conditions:
                for one in found:
                    for inside in walk_for(condition.path)(one):
                        self.texts.add((id(inside), condition.attribute))
        if text:
            self.texts |= {(id(element), place.attribute) for element in found}


def _short(name: str, prefixes: dict[str, str]) -> str:
    """`cac:Item` for `{namespace}Item`, by the map's prefixes."""
    if not name.startswith("{"):
        return name
    uri, _, local = name[1:].partition("}")
    prefix = prefixes.get(uri)
    return name if prefix is None else f"{prefix}:{local}" if prefix else local


__all__ = ["Scope", "entries_in", "tops_of", "unmapped_elements"]
